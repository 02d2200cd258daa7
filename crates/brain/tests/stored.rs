//! A checkpoint is read by every program of its version, and refused by all others: the lake is replayed.
//! `stored/` holds one example per version, never rewritten; a new version gets its own with
//! `cargo test --release -p otus-brain --test stored -- --ignored`.
#![cfg(test)]

mod made;

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use brain::{Brain, Config};
use made::{days, in_one_run};
use records::AnyRecord;

/// Records of one made day.
const RECORDS_OF_A_DAY: usize = 288;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("stored")
}

fn version(checkpoint: &[u8]) -> u32 {
    u32::from_le_bytes(checkpoint[8..12].try_into().unwrap())
}

/// The version that today's code writes.
fn latest() -> u32 {
    version(&Brain::new(Config::default()).save().unwrap())
}

fn example(version: u32) -> PathBuf {
    examples().join(format!("version-{version}.checkpoint"))
}

/// The findings, then the devices, one per line.
fn told(brain: &Brain) -> String {
    let findings = brain.findings().iter().map(|finding| finding.to_json().to_string());
    let devices = brain.devices().map(|device| serde_json::to_string(&device).unwrap());
    findings.chain(devices).map(|value| format!("{value}\n")).collect()
}

/// The stored brain knows the beacon's destination already.
fn to_another_destination(record: &mut AnyRecord) {
    let resp_h = match record {
        AnyRecord::Conn(conn) => &mut conn.id.resp_h,
        AnyRecord::Http(http) => &mut http.id.resp_h,
        _ => return,
    };
    if *resp_h == IpAddr::from([203, 0, 113, 66]) {
        *resp_h = [203, 0, 113, 67].into();
    }
}

fn alerts(brain: &Brain) -> usize {
    brain.findings().iter().filter(|finding| finding.is_alert()).count()
}

#[test]
#[ignore = "writes the example of a new version"]
fn write_the_example_of_the_latest_version() {
    let path = example(latest());
    assert!(!path.exists(), "{} is written once: raise the version", path.display());
    let brain = in_one_run(&days(3));
    fs::create_dir_all(examples()).unwrap();
    fs::write(&path, brain.save().unwrap()).unwrap();
    fs::write(path.with_extension("lines"), told(&brain)).unwrap();
}

#[test]
fn the_checkpoint_of_this_version_is_read_with_all_that_it_tells() {
    let path = example(latest());
    let bytes = fs::read(&path).expect("the latest version has no example: write one");
    let brain = Brain::load(Config::default(), &bytes)
        .expect("its shape has changed: raise the version and write a new example");
    assert_eq!(told(&brain), fs::read_to_string(path.with_extension("lines")).unwrap());
}

#[test]
fn what_a_stored_checkpoint_has_learned_counts() {
    let mut last_day = days(4).split_off(3 * RECORDS_OF_A_DAY);
    last_day.iter_mut().for_each(to_another_destination);
    let bytes = fs::read(example(latest())).unwrap();
    let mut brain = Brain::load(Config::default(), &bytes).unwrap();
    let before = alerts(&brain);
    last_day.iter().for_each(|record| brain.observe(record));
    brain.finish();
    assert!(alerts(&brain) > before, "the beacon of the last day");
    assert_eq!(alerts(&in_one_run(&last_day)), 0, "one day is too short to know a beacon");
}

#[test]
fn checkpoints_of_other_versions_are_refused_with_both_numbers() {
    let latest = latest();
    let refused = |bytes: &[u8]| Brain::load(Config::default(), bytes).err().unwrap().to_string();
    for entry in fs::read_dir(examples()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "checkpoint") && version(&bytes) < latest {
            let message = refused(&bytes);
            assert!(message.contains(&version(&bytes).to_string()) && message.contains(&latest.to_string()));
        }
    }
    let mut other = fs::read(example(latest)).unwrap();
    for found in [latest - 1, latest + 1] {
        other[8..12].copy_from_slice(&found.to_le_bytes());
        let message = refused(&other);
        assert!(message.contains(&found.to_string()) && message.contains(&latest.to_string()), "{message}");
    }
}
