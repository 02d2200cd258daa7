//! The program as its user runs it, on the demo: two ordinary days of an office, and one on which a PC is taken over.
#![cfg(test)]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The captures of the demo. The day of the attack alone is enough where learning does not matter.
fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(name)
}

const MONDAY: &str = "day-3-monday.pcap.zst";

fn otus(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_otus")).args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    text(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A lake of the demo capture, made once for all tests that only read.
fn lake() -> &'static str {
    static LAKE: OnceLock<(TempDir, String)> = OnceLock::new();
    let (_, path) = LAKE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake").display().to_string();
        let days = ["day-1-thursday.pcap.zst", "day-2-friday.pcap.zst", MONDAY]
            .map(|day| demo(day).display().to_string());
        let output = otus(&["analyze", "--lake", &path, &days[0], &days[1], &days[2]]);
        assert!(output.status.success(), "{}", errors(&output));
        (folder, path)
    });
    path
}

#[test]
fn the_taken_over_host_is_found_with_the_stages_of_the_attack() {
    let findings = lines(&otus(&["findings", "--lake", lake(), "--json"]));
    let alerts: Vec<&Value> =
        findings.iter().filter(|finding| finding["certainty"].as_u64() >= Some(50)).collect();
    // Whom it attacked with success is told beside it, and nobody else.
    let (attacked, own): (Vec<&Value>, Vec<&Value>) =
        alerts.iter().partition(|finding| finding["facts"]["attacked"] == true);
    let hosts = |alerts: &[&Value]| -> BTreeSet<String> {
        alerts.iter().map(|finding| finding["host"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(hosts(&own), BTreeSet::from(["10.20.10.67".to_owned()]), "alerts on other hosts");
    assert!(
        attacked.iter().all(|finding| finding["peers"].to_string().contains("10.20.10.67")),
        "{attacked:#?}"
    );
    assert_eq!(hosts(&attacked), BTreeSet::from(["10.20.1.20".to_owned()]));
    let found: BTreeSet<&str> = alerts.iter().filter_map(|finding| finding["detection"].as_str()).collect();
    for expected in ["port-scan", "external-beacon", "brute-force-ftp", "data-smuggler"] {
        assert!(found.contains(expected), "{expected} is missing: {found:?}");
    }
    for finding in &alerts {
        assert!(finding["evidence"].as_array().is_some_and(|uids| !uids.is_empty()), "{finding}");
        assert!(finding["raised"].is_string(), "{finding}");
        let name = finding["device"]["name"].as_str().unwrap_or_default().to_uppercase();
        assert!(name.starts_with("HN-"), "{finding}");
    }
}

#[test]
fn the_evidence_of_a_finding_leads_to_its_records() {
    let findings = lines(&otus(&["findings", "--lake", lake(), "--json"]));
    let uid = findings[0]["evidence"][0].as_str().unwrap();
    let hits = lines(&otus(&["search", "--lake", lake(), &format!("uid:{uid}"), "--json"]));
    assert!(!hits.is_empty(), "no record of {uid}");
}

#[test]
fn the_number_of_shards_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let exports: Vec<Vec<(String, String)>> = ["1", "3"]
        .iter()
        .map(|shards| {
            let lake = folder.path().join(shards).display().to_string();
            let out = folder.path().join(format!("{shards}-logs"));
            let output =
                otus(&["analyze", "--shards", shards, "--lake", &lake, demo(MONDAY).to_str().unwrap()]);
            assert!(output.status.success(), "{}", errors(&output));
            otus(&["export", "--lake", &lake, "--out", out.to_str().unwrap()]);
            let mut logs: Vec<(String, String)> = std::fs::read_dir(&out)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .map(|path| {
                    (
                        path.file_name().unwrap().to_string_lossy().into_owned(),
                        std::fs::read_to_string(path).unwrap(),
                    )
                })
                .collect();
            logs.sort();
            logs.push(("findings".to_owned(), text(&otus(&["findings", "--lake", &lake, "--json"]))));
            logs
        })
        .collect();
    assert!(exports[0].len() > 8, "few record types were exported");
    assert!(exports[0] == exports[1], "the exports differ");
}

#[test]
fn the_same_capture_twice_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake").display().to_string();
    let demo = demo(MONDAY);
    let count = |lake: &str| {
        lines(&otus(&["sql", "--lake", lake, "--json", "SELECT count(*) AS n FROM conn"]))[0]["n"].clone()
    };
    otus(&["analyze", "--lake", &lake, demo.to_str().unwrap()]);
    let once = count(&lake);
    let again = otus(&["analyze", "--lake", &lake, demo.to_str().unwrap()]);
    assert!(again.status.success(), "{}", errors(&again));
    assert!(errors(&again).contains("in the lake already"), "{}", errors(&again));
    assert_eq!(count(&lake), once);
}

#[test]
fn a_damaged_capture_is_named_and_what_came_before_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let whole = zstd::decode_all(std::fs::File::open(demo(MONDAY)).unwrap()).unwrap();
    let cut = folder.path().join("cut.pcap");
    std::fs::write(&cut, &whole[..whole.len() / 8]).unwrap();
    let lake = folder.path().join("lake").display().to_string();
    let output = otus(&["analyze", "--lake", &lake, cut.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(errors(&output).contains("cut.pcap: at byte"), "{}", errors(&output));
    let rows = lines(&otus(&["sql", "--lake", &lake, "--json", "SELECT count(*) AS n FROM conn"]));
    assert!(rows[0]["n"].as_u64() > Some(100), "{rows:?}");
}

/// Damaged captures of every kind: within the packing, and within the content of a whole packing.
fn damaged(folder: &Path) -> Vec<PathBuf> {
    let whole = zstd::decode_all(std::fs::File::open(demo(MONDAY)).unwrap()).unwrap();
    let whole = &whole[..whole.len() / 4];
    let gzip = |content: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    };
    let zstandard = |content: &[u8]| zstd::encode_all(content, 1).unwrap();
    let spoilt = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 3_000].fill(0xff);
        bytes
    };
    let files = [
        ("packing.pcap.gz", spoilt(&gzip(whole))),
        ("packing.pcap.zst", spoilt(&zstandard(whole))),
        ("content.pcap.gz", gzip(&spoilt(whole))),
        ("content.pcap.zst", zstandard(&spoilt(whole))),
    ];
    let write = |(name, bytes): (&str, Vec<u8>)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    files.into_iter().map(write).collect()
}

#[test]
fn a_packed_capture_that_is_damaged_inside_is_counted_once_under_any_name() {
    let folder = tempfile::tempdir().unwrap();
    for path in damaged(folder.path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let lake = folder.path().join(format!("{name}-lake")).display().to_string();
        let copy = folder.path().join(format!("copy-of-{name}"));
        std::fs::copy(&path, &copy).unwrap();
        let count = || {
            lines(&otus(&["sql", "--lake", &lake, "--json", "SELECT count(*) AS n FROM conn"]))[0]["n"]
                .as_u64()
        };
        let output = otus(&["analyze", "--lake", &lake, path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(3), "{name}: {}", errors(&output));
        assert!(errors(&output).contains(&format!("{name}: at byte")), "{}", errors(&output));
        let once = count();
        assert!(once > Some(100), "{name}: {once:?}");
        for again in [&path, &copy] {
            let output = otus(&["analyze", "--lake", &lake, again.to_str().unwrap()]);
            assert!(errors(&output).contains("in the lake already"), "{name}: {}", errors(&output));
            assert_eq!(count(), once, "{name}");
        }
        let both = format!("{lake}-of-both");
        let output = otus(&["analyze", "--lake", &both, path.to_str().unwrap(), copy.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(3), "{name}: {}", errors(&output));
        assert!(errors(&output).contains("counted once"), "{name}: {}", errors(&output));
        let rows = lines(&otus(&["sql", "--lake", &both, "--json", "SELECT count(*) AS n FROM conn"]));
        assert_eq!(rows[0]["n"].as_u64(), once, "{name}");
    }
}

#[test]
fn an_error_in_a_query_points_at_the_place() {
    let output = otus(&["search", "--lake", lake(), "host:10.20.10.67 and qurey:example"]);
    assert_eq!(output.status.code(), Some(2));
    let message = errors(&output);
    assert!(message.contains('^') && message.contains("query"), "{message}");
    let output = otus(&["sql", "--lake", lake(), "SELECT nothing FROM conn"]);
    assert_eq!(output.status.code(), Some(2));
    let output = otus(&[
        "sql",
        "--lake",
        lake(),
        "SELECT 1 / (orig_bytes - orig_bytes) FROM conn WHERE orig_bytes > 0",
    ]);
    assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
}

#[test]
fn devices_are_followed_through_changing_addresses() {
    let devices = lines(&otus(&["devices", "--lake", lake(), "--json"]));
    assert!(devices.len() > 20, "{} devices", devices.len());
    let named = devices
        .iter()
        .filter(|device| device["name"].as_str().is_some_and(|name| name.starts_with("HN-PC")))
        .count();
    assert!(named >= 12, "{named} PCs have their names");
}

#[test]
fn what_is_missing_is_said() {
    let output = otus(&["findings", "--lake", "/nonexistent/lake"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("/nonexistent/lake"), "{}", errors(&output));
    let output = otus(&["analyze", "/nonexistent.pcap"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("/nonexistent.pcap"), "{}", errors(&output));
}

#[test]
fn a_lake_that_cannot_be_read_is_no_bad_query() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    let path = lake.display().to_string();
    otus(&["analyze", "--lake", &path, demo(MONDAY).to_str().unwrap()]);
    for day in std::fs::read_dir(lake.join("dns")).unwrap() {
        for segment in std::fs::read_dir(day.unwrap().path()).unwrap() {
            std::fs::write(segment.unwrap().path(), "no segment").unwrap();
        }
    }
    for format in ["--json", "--csv"] {
        let output = otus(&["sql", "--lake", &path, format, "SELECT query FROM dns"]);
        assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    }
}

/// Where in a pcap file the first packet with IPv4 has its IP header.
fn first_ip_header(pcap: &[u8]) -> usize {
    let mut packet = 24;
    while pcap[packet + 16 + 12..][..2] != [8, 0] {
        let captured: [u8; 4] = pcap[packet + 8..][..4].try_into().unwrap();
        packet += 16 + u32::from_le_bytes(captured) as usize;
    }
    packet + 16 + 14
}

#[test]
fn a_run_says_what_it_has_seen_and_what_it_has_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lake").display().to_string();
    let whole = zstd::decode_all(std::fs::File::open(demo(MONDAY)).unwrap()).unwrap();
    let odd = folder.path().join("odd.pcap");
    let mut bytes = whole[..whole.len() / 8].to_vec();
    let version = first_ip_header(&bytes);
    bytes[version] = 0xf5;
    std::fs::write(&odd, bytes).unwrap();
    let output = otus(&["analyze", "--json", "--lake", &path, odd.to_str().unwrap()]);
    let last = text(&output).lines().last().map(str::to_owned).unwrap_or_default();
    let told: Value = serde_json::from_str(&last).unwrap();
    assert_eq!(told["stats"]["packets_damaged"], 1, "{last}");
    let kept = lines(&otus(&["sql", "--lake", &path, "--json", "SELECT * FROM stats"]));
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(kept["packets_damaged"], 1);
    let connections = lines(&otus(&[
        "sql",
        "--lake",
        &path,
        "--json",
        "SELECT count(*) AS n FROM conn WHERE proto = 'tcp'",
    ]));
    assert!(kept["tcp_conns"].as_u64() > Some(10));
    assert_eq!(kept["tcp_conns"], connections[0]["n"]);
}

#[test]
fn own_networks_of_the_command_line_are_local_in_every_record() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = |name: &str, more: &[&str]| {
        let path = folder.path().join(name).display().to_string();
        let demo = demo(MONDAY).display().to_string();
        let output = otus(&[&["analyze", "--lake", &path, &demo], more].concat());
        assert!(output.status.success(), "{}", errors(&output));
        let count = |query: &str| lines(&otus(&["sql", "--lake", &path, "--json", query]))[0]["n"].as_u64();
        let conn = count("SELECT count(*) AS n FROM conn WHERE NOT local_orig OR NOT local_resp");
        (conn, count("SELECT count(*) AS n FROM files WHERE NOT local_orig"))
    };
    let (connections, files) = foreign("plain", &[]);
    assert!(connections > Some(10) && files > Some(10), "{connections:?} {files:?}");
    assert_eq!(foreign("told", &["--network", "0.0.0.0/0", "--network", "::/0"]), (Some(0), Some(0)));
}
