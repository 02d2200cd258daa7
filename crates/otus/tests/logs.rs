//! Logs of other sensors instead of packets, as the user gives them to the program.
#![cfg(test)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn otus(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_otus")).args(arguments).output().unwrap()
}

fn feed(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_otus"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Detection and host of each finding.
fn findings(output: &Output) -> Vec<(String, String)> {
    let of = |line: &str| {
        let finding: Value = serde_json::from_str(line).unwrap();
        (finding["detection"].as_str().unwrap().to_owned(), finding["host"].as_str().unwrap().to_owned())
    };
    text(output).lines().map(of).collect()
}

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        std::fs::create_dir_all(self.0.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(self.0.path().join(name), content).unwrap();
        self.path(name)
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Sixty ports of one host are tried within a second; all of them refuse.
fn scan_in_zeek_json() -> String {
    let line = |port: u32| {
        format!(
            r#"{{"ts":1794786000.{port:06},"uid":"CScan{port}","id.orig_h":"10.0.0.5","id.orig_p":40000,"id.resp_h":"10.0.0.9","id.resp_p":{port},"proto":"tcp","duration":0.0001,"orig_bytes":0,"resp_bytes":0,"conn_state":"REJ","history":"Sr","orig_pkts":1,"orig_ip_bytes":44,"resp_pkts":1,"resp_ip_bytes":40}}"#
        )
    };
    // As Zeek does: not in the order of time.
    (1..=60).rev().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

fn scan_in_zeek_tsv() -> String {
    let header = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n";
    let line = |port: u32| {
        format!(
            "1794786000.{port:06}\tCScan{port}\t10.0.0.5\t40000\t10.0.0.9\t{port}\ttcp\t-\t0.000100\t0\t0\tREJ\tSr\t1\t44\t1\t40\n"
        )
    };
    header.to_owned() + &(1..=60).map(line).collect::<String>() + "#close\t2026-11-16-00-00-00\n"
}

fn scan_in_eve() -> String {
    let line = |port: u32| {
        format!(
            r#"{{"timestamp":"2026-11-16T00:00:00.000000+0000","flow_id":{port},"event_type":"flow","host":"ids-1","src_ip":"10.0.0.5","src_port":40000,"dest_ip":"10.0.0.9","dest_port":{port},"proto":"TCP","flow":{{"pkts_toserver":1,"pkts_toclient":1,"bytes_toserver":58,"bytes_toclient":54,"start":"2026-11-15T23:40:00.{port:06}+0000","end":"2026-11-15T23:40:00.{port:06}+0000","state":"closed","reason":"timeout"}},"tcp":{{"tcp_flags":"16","tcp_flags_ts":"02","tcp_flags_tc":"14"}}}}"#
        )
    };
    (1..=60).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_port_scan_is_found_in_the_logs_of_every_sensor() {
    let files = Files::new();
    let expected = [("port-scan".to_owned(), "10.0.0.5".to_owned())];
    for (name, content) in [
        ("conn.log", scan_in_zeek_json()),
        ("conn.23:00:00-00:00:00.log", scan_in_zeek_tsv()),
        ("eve.json", scan_in_eve()),
    ] {
        let output = otus(&["analyze", "--json", &files.file(name, content.as_bytes())]);
        assert_eq!((findings(&output).as_slice(), output.status.code()), (&expected[..], Some(0)), "{name}");
        let packed = files.file(&format!("packed/{name}.gz"), &gzip(content.as_bytes()));
        assert_eq!(findings(&otus(&["analyze", "--json", &packed])), expected, "{packed}");
        // Longer than what is looked at, so that the stream is gone on with.
        let long = content + &"\n".repeat(200_000);
        for stream in ["-", "/dev/stdin", "/dev/fd/0"] {
            let output = feed(&["analyze", "--json", stream], long.as_bytes());
            assert_eq!(findings(&output), expected, "{name} {stream} {}", errors(&output));
            assert_eq!(output.status.code(), Some(0), "{name} {stream} {}", errors(&output));
        }
    }
}

#[test]
fn an_export_that_is_read_back_is_exported_the_same() {
    let files = Files::new();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/day-3-monday.pcap.zst");
    let capture = demo.display().to_string();
    let mut input = capture.as_str();
    let exports = ["first", "second"].map(|run| (files.path(run), files.path(&format!("{run}-logs"))));
    for (lake, logs) in &exports {
        let output = otus(&["analyze", "--lake", lake, input]);
        assert_eq!((output.status.code(), errors(&output).as_str()), (Some(0), ""));
        otus(&["export", "--lake", lake, "--format", "zeek-json", "--out", logs]);
        input = logs;
    }
    let mut logs = 0;
    for entry in std::fs::read_dir(&exports[0].1).unwrap() {
        let name = entry.unwrap().file_name();
        let content = |logs: &str| std::fs::read(Path::new(logs).join(&name)).unwrap();
        assert!(content(&exports[0].1) == content(&exports[1].1), "{} differs", name.display());
        logs += 1;
    }
    assert!(logs > 15, "only {logs} logs");
    assert_eq!(std::fs::read_dir(&exports[1].1).unwrap().count(), logs);
    let alerts = |lake: &str| {
        let output = otus(&["findings", "--lake", lake, "--json"]);
        let found = text(&output);
        let found = found.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let alerts = found.filter(|finding| finding["certainty"].as_u64() >= Some(50));
        let mut ids: Vec<String> = alerts.map(|finding| finding["id"].to_string()).collect();
        ids.sort();
        ids
    };
    assert!(!alerts(&exports[0].0).is_empty());
    assert_eq!(alerts(&exports[0].0), alerts(&exports[1].0));
}

#[test]
fn a_damaged_line_is_named_and_the_rest_is_kept() {
    let files = Files::new();
    let damaged = scan_in_zeek_json().replacen("\"CScan50\"", "\"CScan50", 1)
        + r#"{"ts":1794786001.5,"id.orig_h":"10.0.0.5","id.resp_h":"10.0.0.6","new":1}"#;
    let log = files.file("conn.log", damaged.as_bytes());
    let output = otus(&["analyze", "--lake", &files.path("lake"), &log]);
    let said = errors(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("conn.log: line 11: not read: no JSON at byte"), "{said}");
    assert!(said.contains("fields not kept: conn.new (1)"), "{said}");
    assert!(text(&output).contains("60 lines, ") && text(&output).contains("Port Scan"), "{}", text(&output));
}

#[test]
fn the_same_log_counts_once_and_the_lake_says_where_records_came_from() {
    let files = Files::new();
    let lake = files.path("lake");
    let (json, eve) = (scan_in_zeek_json(), scan_in_eve());
    let log = files.file("zeek/conn.log", json.as_bytes());
    let packed = files.file("zeek/copy.log.gz", &gzip(json.as_bytes()));
    let eve = files.file("suricata/eve.json", eve.as_bytes());
    let said = errors(&otus(&["analyze", "--lake", &lake, &log, &packed, &eve]));
    assert!(said.contains("copy.log.gz has the same content as"), "{said}");
    let count = |query: &str| text(&otus(&["sql", "--lake", &lake, "--csv", query]));
    assert_eq!(count("SELECT count(*) AS n FROM conn"), "n\n120\n");
    let said = errors(&otus(&["analyze", "--lake", &lake, &log]));
    assert!(said.contains("is in the lake already"), "{said}");
    assert_eq!(count("SELECT count(*) AS n FROM conn"), "n\n120\n");
    assert_eq!(
        count("SELECT format, sensor FROM inputs ORDER BY format"),
        "format,sensor\nsuricata-eve,ids-1\nzeek-json,\n"
    );
}

#[test]
fn logs_beside_captures_are_read_with_them_and_other_files_are_not() {
    let files = Files::new();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/day-1-thursday.pcap.zst");
    files.file("all/a.pcap.zst", &std::fs::read(demo).unwrap());
    files.file("all/conn.log", scan_in_zeek_json().as_bytes());
    files.file("all/labels.json", br#"{"day": 1, "ts": 3}"#);
    files.file("all/suricata.log", b"16/11/2026 -- 00:00:00 - <Notice> - this is Suricata");
    let output = otus(&["analyze", "--json", &files.path("all")]);
    assert_eq!(output.status.code(), Some(0));
    assert!(errors(&output).contains("read together"), "{}", errors(&output));
    let expected = ("port-scan".to_owned(), "10.0.0.5".to_owned());
    assert!(findings(&output).contains(&expected), "{}", text(&output));
    let output = otus(&["analyze", &files.file("none/labels.json", b"{}"), &files.path("all/conn.log")]);
    assert_eq!(output.status.code(), Some(3), "{}", errors(&output));
}

/// Visitors of a public server in Zeek's logs, and one that comes by a shaken clock, without a host, on two days.
fn visits_in_zeek_json(says_who_is_local: bool) -> (String, String) {
    let (mut conns, mut requests) = (String::new(), String::new());
    let local = if says_who_is_local { r#""local_orig":false,"local_resp":true,"# } else { "" };
    let mut visit = |at: f64, number: u32, client: &str, host: &str, agent: &str| {
        let ends = format!(
            r#""uid":"C{number}","id.orig_h":"{client}","id.orig_p":40000,"id.resp_h":"64.225.56.201","id.resp_p":80"#
        );
        conns += &format!(
            r#"{{"ts":{at:.3},{ends},"proto":"tcp","service":"http","duration":0.1,"orig_bytes":80,"resp_bytes":327,"conn_state":"SF",{local}"history":"ShADadfF","orig_pkts":5,"orig_ip_bytes":292,"resp_pkts":5,"resp_ip_bytes":539}}{}"#,
            '\n'
        );
        requests += &format!(
            r#"{{"ts":{:.3},{ends},"trans_depth":1,"method":"GET",{host}"uri":"/","version":"1.1","user_agent":"{agent}","request_body_len":0,"response_body_len":166,"status_code":200}}{}"#,
            at + 0.05,
            '\n'
        );
    };
    let start = 1_794_787_200.0;
    for number in 0..400_u32 {
        let client = format!("{}.{}.7.{}", 30 + number % 40, number * 7 % 256, 1 + number % 200);
        visit(
            start + f64::from(number) * 20.0,
            number,
            &client,
            r#""host":"www.example.org","#,
            &format!("B/{}", number % 60),
        );
    }
    let mut at = start + 9_000.0;
    for number in 0..300_u32 {
        // Any spread will do: the golden ratio's multiples lie evenly.
        at += 200.0 + 150.0 * (f64::from(number) * 0.618_034).fract();
        visit(at, 1_000 + number, "73.54.23.243", "", "Modzilla/0.0001 (Atari 7800)");
    }
    (conns, requests)
}

#[test]
fn a_public_server_is_found_to_be_ours_and_the_beacon_that_calls_on_it() {
    for says_who_is_local in [true, false] {
        let files = Files::new();
        let (conns, requests) = visits_in_zeek_json(says_who_is_local);
        let (conns, requests) =
            (files.file("conn.log", conns.as_bytes()), files.file("http.log", requests.as_bytes()));
        let lake = files.path("lake");
        let output = otus(&["analyze", "--json", "--lake", &lake, &conns, &requests]);
        let expected = [("external-beacon".to_owned(), "64.225.56.201".to_owned())];
        assert_eq!(findings(&output), expected, "{}", errors(&output));
        let found = if says_who_is_local { "64.225.56.201/32" } else { "64.225.56.0/24" };
        assert!(
            errors(&output).contains(&format!("found to be yours: {found}; --network")),
            "{}",
            errors(&output)
        );
        let finding: Value = serde_json::from_str(text(&output).lines().next().unwrap()).unwrap();
        assert_eq!(finding["peers"][0], "73.54.23.243");
        assert!(finding["certainty"].as_u64() >= Some(50), "{finding}");
        assert_eq!(finding["facts"]["contacts"], 300);
        assert!((finding["facts"]["period_seconds"].as_f64().unwrap() - 275.0).abs() < 5.0, "{finding}");
        // What the lake holds makes the same of it, found networks included.
        let again = text(&otus(&["rescore", "--quiet", "--lake", &lake]));
        assert!(again.contains("0 new, 0 gone, 0 changed"), "{again}");
        let named = otus(&["analyze", "--json", "--network", "192.0.2.0/24", &conns, &requests]);
        assert_eq!(findings(&named), [], "who names networks means those");
        let of_client = otus(&["analyze", "--json", "--network", "73.54.23.0/24", &conns, &requests]);
        assert_eq!(findings(&of_client), [("external-beacon".to_owned(), "73.54.23.243".to_owned())]);
    }
}
