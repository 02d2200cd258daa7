//! SQL sees every record, in segments or in the log.
#![cfg(test)]

mod made;

use std::path::Path;

use lake::{Access, Lake, LakeError, write_csv, write_json_lines, write_table};
use made::NOON;
use records::{AnyRecord, Conn, Dns, Endpoints, Interval, RECORD_TYPES, Timestamp, Uid};
use tempfile::tempdir;

fn json(lake: &Lake, query: &str) -> String {
    let mut out = Vec::new();
    write_json_lines(lake.sql(query).unwrap(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn csv(lake: &Lake, query: &str) -> String {
    let mut out = Vec::new();
    let rows = lake.sql(query).unwrap();
    write_csv(&rows.schema(), rows, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn conn(number: u8, seconds: i64) -> AnyRecord {
    Conn {
        ts: Timestamp(NOON + seconds * 1_000_000_000),
        uid: Uid::connection(u128::from(number)),
        id: Endpoints {
            orig_h: [10, 0, 0, number].into(),
            orig_p: 50_000,
            resp_h: [192, 0, 2, 1].into(),
            resp_p: 443,
        },
        proto: "tcp".into(),
        duration: Some(Interval::from_millis(1500)),
        orig_bytes: Some(u64::from(number) * 100),
        ..Conn::default()
    }
    .into()
}

fn filled(dir: &Path, records: &[AnyRecord]) -> Lake {
    let mut ingest = Lake::open(dir, Access::Write).unwrap().begin("a").unwrap();
    ingest.append(records).unwrap();
    ingest.commit(vec![]).unwrap()
}

#[test]
fn every_record_type_is_a_table() {
    let dir = tempdir().unwrap();
    let records = made::records(1200, 1, 3);
    let committed = filled(dir.path(), &records[..900]);
    let mut ingest = committed.begin("b").unwrap();
    ingest.append(&records[900..]).unwrap();
    ingest.sync().unwrap();
    drop(ingest);
    let lake = Lake::open(dir.path(), Access::Read).unwrap();
    for record_type in RECORD_TYPES {
        let name = record_type.name;
        let count = lake.count(name).unwrap();
        assert!(count > 0);
        assert_eq!(json(&lake, &format!("SELECT count(*) AS n FROM {name}")), format!("{{\"n\":{count}}}\n"));
        let lines = json(&lake, &format!("SELECT * FROM {name} WHERE ts > '2000-01-01' ORDER BY ts"));
        assert_eq!(lines.lines().count() as u64, count, "{name}");
        let rows = lake.sql(&format!("SELECT * FROM {name}")).unwrap();
        let columns: Vec<_> = rows.schema().fields().iter().map(|field| field.name().clone()).collect();
        let names: Vec<_> = record_type.columns.iter().map(|column| column.name).collect();
        assert_eq!(columns, names);
    }
}

#[test]
fn columns_read_as_in_zeeks_logs() {
    let dir = tempdir().unwrap();
    let dns = Dns {
        ts: Timestamp(NOON),
        query: Some("a,b \"c\"".into()),
        answers: Some(vec!["x".into(), "y".into()]),
        ttls: Some(vec![Interval::from_millis(500)]),
        ..Dns::default()
    };
    let lake = filled(dir.path(), &[conn(1, 0), conn(2, 10), conn(3, 86_400), dns.into()]);
    let cases = [
        (
            "SELECT \"id.orig_h\" FROM conn WHERE orig_bytes > 150 ORDER BY ts",
            "id.orig_h\n10.0.0.2\n10.0.0.3\n",
        ),
        ("SELECT uid FROM conn WHERE uid = 'C20000000000000000'", "uid\nC20000000000000000\n"),
        ("SELECT sum(duration) AS s FROM conn WHERE duration > 1", "s\n4.5\n"),
        ("SELECT ts FROM conn WHERE ts >= '2026-11-17'", "ts\n2026-11-17T12:00:00Z\n"),
        ("SELECT count(*) AS n FROM conn WHERE in_network(\"id.orig_h\", '10.0.0.2/31')", "n\n2\n"),
        ("SELECT query, answers, \"TTLs\" FROM dns", "query,answers,TTLs\n\"a,b \"\"c\"\"\",\"x,y\",0.5\n"),
        ("SELECT d.query FROM dns d JOIN conn c ON d.ts = c.ts", "query\n\"a,b \"\"c\"\"\"\n"),
    ];
    for (query, expected) in cases {
        assert_eq!(csv(&lake, query), expected, "{query}");
    }
    let mut table = Vec::new();
    let rows = lake.sql("SELECT uid, \"id.resp_p\" FROM conn LIMIT 1").unwrap();
    write_table(&rows.schema(), rows, &mut table).unwrap();
    assert!(String::from_utf8(table).unwrap().contains("| id.resp_p |"));
}

#[test]
fn a_query_cannot_change_the_lake() {
    let dir = tempdir().unwrap();
    let lake = filled(dir.path(), &[conn(1, 0)]);
    for query in [
        "DROP TABLE conn",
        "CREATE TABLE x AS SELECT 1",
        "INSERT INTO conn SELECT * FROM conn",
        "COPY conn TO '/tmp/x.parquet'",
        "SET a.b = 1",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
    ] {
        assert!(matches!(lake.sql(query), Err(LakeError::Query(_))), "{query}");
    }
    // Wrong only once rows are there.
    let divided = lake
        .sql("SELECT 1 / (orig_bytes - orig_bytes) FROM conn")
        .and_then(|rows| rows.collect::<Result<Vec<_>, _>>());
    assert!(matches!(divided, Err(LakeError::Query(_))), "{divided:?}");
    assert!(lake.sql("SELECT nothing FROM conn").err().unwrap().to_string().contains("nothing"));
    assert!(lake.sql("SELEC").is_err());
}

#[test]
fn a_lake_that_fails_is_not_called_a_bad_query() {
    let dir = tempdir().unwrap();
    let lake = filled(dir.path(), &[conn(1, 0)]);
    let path = lake.segments()[0].path(dir.path());
    std::fs::write(&path, "no segment").unwrap();
    let failed = lake.sql("SELECT uid FROM conn").and_then(|rows| rows.collect::<Result<Vec<_>, _>>());
    assert!(matches!(failed, Err(LakeError::Engine(_))), "{failed:?}");
}
