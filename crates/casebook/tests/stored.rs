//! Casebooks that were written once are read for good. `stored/` holds one example per version, never rewritten; a
//! new version gets its own with `cargo test --release -p otus-casebook --test stored -- --ignored`.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

use casebook::{Casebook, DeviceRow, FindingRow};
use records::Timestamp;
use rusqlite::{Connection, Row};
use serde_json::json;
use tempfile::{TempDir, tempdir};

/// The version that today's code writes.
const LATEST: u32 = 2;
const FILE: &str = "casebook.sqlite";

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("stored")
}

fn example(version: u32) -> PathBuf {
    examples().join(format!("version-{version}.sqlite"))
}

/// A folder with a casebook of this version: reading one writes beside it.
fn stored(version: u32) -> TempDir {
    let folder = tempdir().unwrap();
    fs::copy(example(version), folder.path().join(FILE)).unwrap();
    folder
}

/// Two findings in the order in which they are ranked.
fn findings() -> Vec<FindingRow> {
    let row = |id: &str, raised, threat, certainty, state: &str| FindingRow {
        id: id.to_owned(),
        detection: "port-scan".to_owned(),
        device: "d1".to_owned(),
        host: "10.20.10.166".to_owned(),
        first_seen: Timestamp(1_794_830_400_000_000_001),
        last_seen: Timestamp(1_794_830_500_000_000_002),
        raised,
        threat,
        certainty,
        state: state.to_owned(),
        body: json!({"id": id, "threat": threat, "facts": {"ports": 70_000, "share": 0.25, "none": null}, "state": state}),
    };
    vec![
        row("f0000000000000001", Some(Timestamp(1_794_830_450_000_000_003)), 62, 88, "open"),
        row("f0000000000000002", None, 90, 40, "explained"),
    ]
}

const NO_DEVICES: [DeviceRow; 0] = [];

fn devices() -> Vec<DeviceRow> {
    vec![DeviceRow {
        id: "d1".to_owned(),
        name: "größer-PC".to_owned(),
        first_seen: Timestamp(-5),
        last_seen: Timestamp(i64::MAX),
        body: json!({"id": "d1", "name": "größer-PC", "addresses": ["10.20.10.166", "fd00::1"]}),
    }]
}

#[test]
#[ignore = "writes the example of a new version"]
fn write_the_example_of_the_latest_version() {
    let path = example(LATEST);
    assert!(!path.exists(), "{} is written once: is this a new version?", path.display());
    let folder = tempdir().unwrap();
    let mut casebook = Casebook::open(folder.path()).unwrap();
    casebook.keep(findings(), devices()).unwrap();
    drop(casebook);
    fs::create_dir_all(examples()).unwrap();
    fs::copy(folder.path().join(FILE), path).unwrap();
}

fn finding_row(row: &Row<'_>) -> rusqlite::Result<FindingRow> {
    let body: String = row.get("body")?;
    Ok(FindingRow {
        id: row.get("id")?,
        detection: row.get("detection")?,
        device: row.get("device")?,
        host: row.get("host")?,
        first_seen: Timestamp(row.get("first_seen")?),
        last_seen: Timestamp(row.get("last_seen")?),
        raised: row.get::<_, Option<i64>>("raised")?.map(Timestamp),
        threat: row.get("threat")?,
        certainty: row.get("certainty")?,
        state: row.get("state")?,
        body: serde_json::from_str(&body).unwrap(),
    })
}

fn device_row(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    let body: String = row.get("body")?;
    Ok(DeviceRow {
        id: row.get("id")?,
        name: row.get("name")?,
        first_seen: Timestamp(row.get("first_seen")?),
        last_seen: Timestamp(row.get("last_seen")?),
        body: serde_json::from_str(&body).unwrap(),
    })
}

fn rows<T>(folder: &Path, table: &str, row: fn(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let database = Connection::open(folder.join(FILE)).unwrap();
    let mut statement = database.prepare(&format!("SELECT * FROM {table} ORDER BY id")).unwrap();
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

#[test]
fn the_example_is_of_the_version_that_is_written() {
    let folder = tempdir().unwrap();
    drop(Casebook::open(folder.path()).unwrap());
    let database = Connection::open(folder.path().join(FILE)).unwrap();
    let version: u32 = database.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, LATEST, "write an example of the new version");
}

#[test]
fn casebooks_of_all_versions_are_read() {
    for version in 1..=LATEST {
        let folder = stored(version);
        let casebook = Casebook::read(folder.path()).unwrap();
        let bodies = findings().into_iter().map(|finding| finding.body);
        assert!(casebook.findings().unwrap().into_iter().eq(bodies), "findings of version {version}");
        let bodies = devices().into_iter().map(|device| device.body);
        assert!(casebook.devices().unwrap().into_iter().eq(bodies), "devices of version {version}");
    }
}

#[test]
fn casebooks_of_all_versions_are_brought_up_to_date_and_keep_all_values() {
    for version in 1..=LATEST {
        let folder = stored(version);
        let mut casebook = Casebook::open(folder.path()).unwrap();
        assert_eq!(rows(folder.path(), "findings", finding_row), findings(), "version {version}");
        assert_eq!(rows(folder.path(), "devices", device_row), devices(), "version {version}");
        let mut surer = findings().remove(1);
        surer.certainty = 99;
        casebook.keep([surer], NO_DEVICES).unwrap();
        assert_eq!(casebook.findings().unwrap()[0]["id"], "f0000000000000002");
    }
}
