//! Lakes that were written once are read for good. `stored/` holds one example per format, never rewritten; a new
//! format gets its own with `cargo test --release -p otus-lake --test stored -- --ignored`.
#![cfg(test)]

mod made;

use std::fs;
use std::path::{Path, PathBuf};

use lake::{Access, CaptureIdentity, Lake, TimeRange};
use made::NOON;
use records::{AnyRecord, HardwareAddress, RECORD_TYPES, Timestamp};
use tempfile::tempdir;

/// The example that today's code writes.
const LATEST: &str = "format-1";
/// Types with columns of all kinds between them.
const IN_SEGMENTS: [&str; 4] = ["conn", "dns", "files", "x509"];
const DAY: i64 = 86_400_000_000_000;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("stored")
}

fn line(record: &AnyRecord) -> String {
    let mut line = format!("{} ", record.record_type().name);
    record.write_json(&mut line);
    line
}

/// All records of the lake as sorted lines: their type and their values.
fn lines(lake: &Lake) -> Vec<String> {
    let of_type = |name| lake.records(name, TimeRange::ALL).unwrap().map(|record| line(&record.unwrap()));
    let mut lines: Vec<_> = RECORD_TYPES.iter().flat_map(|record_type| of_type(record_type.name)).collect();
    lines.sort();
    lines
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn monday() -> CaptureIdentity {
    CaptureIdentity {
        hash: 0x0123_4567_89ab_cdef_0011_2233_4455_6677,
        bytes: 4_321,
        name: "monday.pcap".into(),
        format: None,
        sensor: None,
    }
}

#[test]
#[ignore = "writes the example of a new format"]
fn write_the_example_of_the_latest_format() {
    let dir = examples().join(LATEST);
    assert!(!dir.exists(), "{} is written once: is this a new format?", dir.display());
    let place = |name| RECORD_TYPES.iter().position(|record_type| record_type.name == name).unwrap();
    let settled = IN_SEGMENTS.into_iter().flat_map(|name| {
        // Two days of one type are enough.
        let pause = if name == "conn" { DAY / 2 } else { 1 };
        (0..3_i64).map(move |step| made::record(place(name), step as u64, Timestamp(NOON + step * pause)))
    });
    let in_log = (0..RECORD_TYPES.len()).map(|place| made::record(place, 7, Timestamp(NOON + 1)));
    let with_hardware = |mut record: AnyRecord| {
        if let AnyRecord::Conn(conn) = &mut record {
            conn.orig_l2_addr = Some(HardwareAddress([0, 0x0c, 0x29, 0xca, 0xc8, 0x46]));
        }
        record
    };
    let settled: Vec<_> = settled.map(with_hardware).collect();
    let in_log: Vec<_> = in_log.map(with_hardware).collect();
    let mut ingest = Lake::open(&dir, Access::Write).unwrap().begin("monday").unwrap();
    ingest.append(&settled).unwrap();
    let mut ingest = ingest.commit(vec![monday()]).unwrap().begin("tuesday").unwrap();
    ingest.append(&in_log).unwrap();
    ingest.sync().unwrap();
    drop(ingest);
    fs::remove_file(dir.join("lock")).unwrap();
    let mut lines: Vec<_> = settled.iter().chain(&in_log).map(line).collect();
    lines.sort();
    fs::write(dir.with_extension("lines"), lines.join("\n") + "\n").unwrap();
}

/// Reads each example, and checks that it holds what was put into it.
fn each_example(check: impl Fn(&Path, &[String])) {
    let mut folders: Vec<_> = fs::read_dir(examples()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    assert!(folders.contains(&examples().join(LATEST)), "the latest format has no example: {folders:?}");
    for folder in folders {
        let wanted = fs::read_to_string(folder.with_extension("lines")).unwrap();
        let wanted: Vec<_> = wanted.lines().map(str::to_owned).collect();
        check(&folder, &wanted);
    }
}

/// How many of the records are in no segment.
fn in_log(lake: &Lake, all: &[String]) -> u64 {
    all.len() as u64 - lake.segments().iter().map(|segment| segment.rows).sum::<u64>()
}

#[test]
fn the_example_is_of_the_format_that_is_written() {
    let dir = tempdir().unwrap();
    drop(Lake::open(dir.path(), Access::Write).unwrap());
    let manifest = fs::read_to_string(dir.path().join("manifest.json")).unwrap();
    let number = LATEST.trim_start_matches("format-");
    assert!(
        manifest.contains(&format!("\"format\": {number},")),
        "write an example of the new format: {manifest}"
    );
}

#[test]
fn lakes_of_all_formats_are_read_with_all_values() {
    each_example(|dir, wanted| {
        let lake = Lake::open(dir, Access::Read).unwrap();
        assert_eq!(lines(&lake), wanted, "{}", dir.display());
        assert_eq!((in_log(&lake, wanted), lake.recovered().cut_bytes), (lake.recovered().records, 0));
        assert!(lake.captures() == [monday()] && lake.open_ingests().eq(["tuesday"]));
    });
}

#[test]
fn lakes_of_all_formats_are_written_on() {
    each_example(|dir, wanted| {
        let own = tempdir().unwrap();
        copy(dir, own.path());
        let lake = Lake::open(own.path(), Access::Write).unwrap();
        assert!(lake.recovered().records > 0);
        assert_eq!(lines(&lake), wanted, "from segments that were a log: {}", dir.display());
        let mut ingest = lake.begin("wednesday").unwrap();
        let more = made::records(200, 3, 2);
        ingest.append(&more).unwrap();
        let lake = ingest.commit(Vec::new()).unwrap();
        let mut wanted: Vec<_> = wanted.iter().cloned().chain(more.iter().map(line)).collect();
        wanted.sort();
        assert_eq!(lines(&lake), wanted, "beside new segments: {}", dir.display());
    });
}
