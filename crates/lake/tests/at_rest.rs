//! What is put into a lake comes out of it, whatever happens in between.
#![cfg(test)]

mod made;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lake::{Access, CaptureIdentity, Lake, LakeError, TimeRange};
use made::NOON;
use records::{AnyRecord, RECORD_TYPES, Timestamp};
use tempfile::tempdir;

fn json(record: &AnyRecord) -> String {
    let mut line = String::new();
    record.write_json(&mut line);
    line
}

/// All records by type; each list sorted.
fn sorted(records: &[AnyRecord]) -> BTreeMap<&'static str, Vec<String>> {
    let mut by_type: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for record in records {
        by_type.entry(record.record_type().name).or_default().push(json(record));
    }
    by_type.values_mut().for_each(|lines| lines.sort());
    by_type
}

fn all(lake: &Lake) -> Vec<AnyRecord> {
    let of_type = |name| lake.records(name, TimeRange::ALL).unwrap().map(Result::unwrap);
    RECORD_TYPES.iter().flat_map(|record_type| of_type(record_type.name)).collect()
}

fn capture(hash: u128) -> CaptureIdentity {
    CaptureIdentity { hash, bytes: 10, name: format!("{hash}.pcap"), format: None, sensor: None }
}

fn filled(dir: &Path, records: &[AnyRecord], hash: u128) -> Lake {
    let mut ingest = Lake::open(dir, Access::Write).unwrap().begin(&hash.to_string()).unwrap();
    ingest.append(records).unwrap();
    ingest.commit(vec![capture(hash)]).unwrap()
}

#[test]
fn records_of_every_type_come_back_from_segments_and_from_the_log() {
    for seed in 0..5 {
        let dir = tempdir().unwrap();
        let count = made::mix(seed) as usize % 400;
        let put = made::records(count, seed, 3);
        let mut ingest = Lake::open(dir.path(), Access::Write).unwrap().begin("a").unwrap();
        ingest.append(&put).unwrap();
        ingest.sync().unwrap();
        let read = Lake::open(dir.path(), Access::Read).unwrap();
        assert_eq!(read.recovered().records, count as u64);
        assert_eq!(sorted(&all(&read)), sorted(&put));
        let lake = ingest.commit(vec![]).unwrap();
        let mut found = all(&lake);
        let mut wanted = put;
        let key = |record: &AnyRecord| (record.type_index(), record.ts(), json(record));
        found.sort_by_key(key);
        wanted.sort_by_key(key);
        assert_eq!(found, wanted);
    }
}

#[test]
fn records_of_the_same_time_keep_their_order_however_segments_are_cut_and_merged() {
    let (one, other) = (tempdir().unwrap(), tempdir().unwrap());
    let mut records = made::records(1200, 1, 1);
    for seed in 0..200 {
        records.push(made::record(RECORD_TYPES.len() - 1, made::mix(seed) % 7, Timestamp(NOON)));
    }
    let first = filled(one.path(), &records, 1);
    let mut wanted = records.clone();
    wanted.sort_by_key(|record| (record.type_index(), record.ts()));
    assert_eq!(all(&first), wanted);
    let mut ingest = Lake::open(other.path(), Access::Write).unwrap().begin("a").unwrap();
    for part in records.chunks(37) {
        ingest.append(part).unwrap();
        ingest.settle().unwrap();
    }
    let second = ingest.commit(vec![]).unwrap();
    assert_eq!(all(&first), all(&second));

    let (out, again) = (one.path().join("out"), other.path().join("out"));
    let logs = first.export_zeek_json(&out, &[]).unwrap();
    assert_eq!(second.export_zeek_json(&again, &[]).unwrap(), logs);
    assert_eq!(logs.len(), RECORD_TYPES.len());
    for log in logs {
        let name = format!("{}.log", log.record_type);
        let lines = fs::read(out.join(&name)).unwrap();
        assert_eq!(lines, fs::read(again.join(&name)).unwrap());
        assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count() as u64, log.records);
    }
}

#[test]
fn records_are_sorted_and_bounded_by_time() {
    let dir = tempdir().unwrap();
    let lake = filled(dir.path(), &made::records(2000, 5, 4), 1);
    let day = 86_400_000_000_000;
    let range = TimeRange { from: Some(Timestamp(NOON + day / 3)), until: Some(Timestamp(NOON + 2 * day)) };
    let times: Vec<_> = lake.records("dns", range).unwrap().map(|record| record.unwrap().ts()).collect();
    assert!(times.is_sorted());
    let whole: Vec<_> =
        lake.records("dns", TimeRange::ALL).unwrap().map(|record| record.unwrap().ts()).collect();
    assert_eq!(times, whole.into_iter().filter(|ts| range.contains(*ts)).collect::<Vec<_>>());
    assert!(!times.is_empty());
}

#[test]
fn a_capture_is_known_once_its_ingest_is_committed() {
    let dir = tempdir().unwrap();
    assert!(filled(dir.path(), &made::records(10, 1, 1), 7).knows(&capture(7)));
    let lake = Lake::open(dir.path(), Access::Read).unwrap();
    assert!(lake.knows(&capture(7)));
    assert!(!lake.knows(&capture(8)));
    assert_eq!(all(&lake).len(), 10);
}

#[test]
fn an_interrupted_ingest_stays_visible_until_it_is_repeated() {
    let dir = tempdir().unwrap();
    filled(dir.path(), &made::records(10, 1, 1), 1);
    let records = made::records(500, 2, 2);
    let mut ingest = Lake::open(dir.path(), Access::Write).unwrap().begin("monday").unwrap();
    ingest.append(&records[..300]).unwrap();
    ingest.settle().unwrap();
    ingest.append(&records[300..400]).unwrap();
    ingest.sync().unwrap();
    drop(ingest);
    assert_eq!(all(&Lake::open(dir.path(), Access::Read).unwrap()).len(), 410);
    let lake = Lake::open(dir.path(), Access::Write).unwrap();
    assert_eq!(lake.recovered().records, 100);
    assert_eq!(lake.open_ingests().collect::<Vec<_>>(), ["monday"]);
    assert_eq!(all(&lake).len(), 410);
    let mut ingest = lake.begin("monday").unwrap();
    ingest.append(&records).unwrap();
    let lake = ingest.commit(vec![capture(2)]).unwrap();
    assert_eq!(lake.open_ingests().count(), 0);
    assert_eq!(all(&lake).len(), 510);
    drop(lake);
    assert_eq!(all(&Lake::open(dir.path(), Access::Read).unwrap()).len(), 510);
    assert_eq!(fs::read_dir(dir.path().join("log")).unwrap().count(), 0);
}

#[test]
fn a_torn_tail_of_the_log_is_cut_and_counted() {
    let whole = tempdir().unwrap();
    let records = made::records(30, 3, 1);
    let mut ingest = Lake::open(whole.path(), Access::Write).unwrap().begin("a").unwrap();
    let log = whole.path().join("log").join("00000001-00000000.log");
    let mut ends = Vec::new();
    for part in records.chunks(10) {
        ingest.append(part).unwrap();
        ingest.sync().unwrap();
        ends.push(fs::metadata(&log).unwrap().len() as usize);
    }
    drop(ingest);
    let content = fs::read(&log).unwrap();
    let read = |content: &[u8]| {
        fs::write(&log, content).unwrap();
        Lake::open(whole.path(), Access::Read).unwrap().recovered()
    };
    assert_eq!((read(&content).records, read(&content).cut_bytes), (30, 0));
    let near_ends = ends.into_iter().flat_map(|end| end - 60..(end + 60).min(content.len()));
    for length in (0..content.len()).step_by(97).chain(near_ends) {
        let recovered = read(&content[..length]);
        assert!(recovered.records < 30 && recovered.records % 10 == 0, "{recovered:?} of {length}");
        let at_frame_end = recovered.cut_bytes == 0;
        assert!(at_frame_end || recovered.cut_bytes <= length as u64);
    }
    let mut zeros = content.clone();
    zeros.extend([0; 5000]);
    assert_eq!((read(&zeros).records, read(&zeros).cut_bytes), (30, 5000));
    let mut damaged = content.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(read(&damaged).records, 20);
}

#[test]
fn two_writers_cannot_be_in_one_lake() {
    let dir = tempdir().unwrap();
    let lake = Lake::open(dir.path(), Access::Write).unwrap();
    assert!(matches!(Lake::open(dir.path(), Access::Write), Err(LakeError::Locked { .. })));
    assert!(Lake::open(dir.path(), Access::Read).is_ok());
    drop(lake);
    assert!(Lake::open(dir.path(), Access::Write).is_ok());
}

#[test]
fn a_lake_that_is_not_there_cannot_be_read() {
    let dir = tempdir().unwrap();
    let error = Lake::open(&dir.path().join("none"), Access::Read).err().unwrap();
    assert!(error.to_string().contains("otus analyze --lake"), "{error}");
}

#[test]
fn compaction_merges_small_segments_and_keeps_their_records() {
    let dir = tempdir().unwrap();
    let records = made::records(2000, 9, 1);
    let mut expected = Vec::new();
    for (index, part) in records.chunks(100).enumerate() {
        filled(dir.path(), part, index as u128);
        expected.extend_from_slice(part);
    }
    let lake = Lake::open(dir.path(), Access::Read).unwrap();
    assert_eq!(sorted(&all(&lake)), sorted(&expected));
    let segments_of_conn = lake.segments().iter().filter(|segment| segment.record_type == "conn").count();
    assert!(segments_of_conn < 16, "{segments_of_conn} segments of 20 ingests and two days");
    let files = fs::read_dir(dir.path().join("conn"))
        .unwrap()
        .flat_map(|day| fs::read_dir(day.unwrap().path()).unwrap())
        .count();
    assert!(files < 40, "{files} files");
}

#[test]
fn files_that_the_manifest_does_not_name_are_removed() {
    let dir = tempdir().unwrap();
    filled(dir.path(), &made::records(50, 1, 1), 1);
    let stray = dir.path().join("conn").join("day=2026-11-16").join("00000999.parquet");
    let stray_log = dir.path().join("log").join("00000099-00000000.log");
    fs::create_dir_all(stray.parent().unwrap()).unwrap();
    fs::write(&stray, "half a segment").unwrap();
    fs::write(&stray_log, "half a log").unwrap();
    assert_eq!(all(&Lake::open(dir.path(), Access::Write).unwrap()).len(), 50);
    assert!(!stray.exists() && !stray_log.exists());
}
