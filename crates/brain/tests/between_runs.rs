//! The brain between two runs: what it knows is kept, what is no checkpoint is refused, and order is all that counts.
#![cfg(test)]

use brain::{Brain, CheckpointError, Config};
use records::{AnyRecord, Conn, Http, Interval, Timestamp, Uid};

const MONDAY: i64 = 1_794_787_200;

/// An ordinary day of a few devices, and on the last one a beacon.
fn days(count: i64) -> Vec<AnyRecord> {
    let mut records = Vec::new();
    for day in 0..count {
        for step in 0..288_i64 {
            let at = Timestamp(0) + Interval::from_secs(MONDAY + day * 86_400 + step * 300);
            let host = u8::try_from(step % 5).unwrap_or(0) + 10;
            records.push(conn(at, [10, 0, 0, host], [198, 51, 100, 1], step).into());
            if day == count - 1 && (100..130).contains(&step) {
                records.push(request(at).into());
                records.push(conn(at, [10, 0, 0, 12], [203, 0, 113, 66], step).into());
            }
        }
    }
    records
}

fn conn(ts: Timestamp, orig: [u8; 4], resp: [u8; 4], step: i64) -> Conn {
    let mut conn = Conn {
        ts,
        uid: Uid::connection((ts.0 + i64::from(resp[3])) as u128),
        proto: "tcp".into(),
        conn_state: "SF".into(),
        orig_bytes: Some(500 + (step % 7).unsigned_abs() * 10),
        resp_bytes: Some(900),
        resp_pkts: 5,
        orig_pkts: 5,
        ..Conn::default()
    };
    (conn.id.orig_h, conn.id.resp_h, conn.id.resp_p) = (orig.into(), resp.into(), 80);
    conn
}

fn request(ts: Timestamp) -> Http {
    let mut http = Http {
        ts,
        host: Some("203.0.113.66".to_owned()),
        uri: Some("/cmd.txt".to_owned()),
        user_agent: Some("curl/8.1".to_owned()),
        ..Http::default()
    };
    (http.id.orig_h, http.id.resp_h, http.id.resp_p) = ([10, 0, 0, 12].into(), [203, 0, 113, 66].into(), 80);
    http
}

fn told(brain: &Brain) -> Vec<String> {
    brain.findings().iter().map(|finding| finding.to_json().to_string()).collect()
}

fn in_one_run(records: &[AnyRecord]) -> Brain {
    let mut brain = Brain::new(Config::default());
    records.iter().for_each(|record| brain.observe(record));
    brain.finish();
    brain
}

#[test]
fn two_runs_find_what_one_finds() {
    let records = days(4);
    let whole = in_one_run(&records);
    assert!(
        whole.findings().iter().any(|finding| finding.detection == "external-beacon" && finding.is_alert())
    );
    let first = in_one_run(&records[..3 * 288]);
    let mut second = Brain::load(Config::default(), &first.save().unwrap()).unwrap();
    assert_eq!(second.take_changed().len(), first.findings().len());
    records[3 * 288..].iter().for_each(|record| second.observe(record));
    second.finish();
    assert_eq!(told(&second), told(&whole));
    assert_eq!(second.devices().count(), whole.devices().count());
}

#[test]
fn the_same_records_give_the_same_findings() {
    let records = days(3);
    assert_eq!(told(&in_one_run(&records)), told(&in_one_run(&records)));
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let saved = in_one_run(&days(1)).save().unwrap();
    let mut newer = saved.clone();
    newer[8] = 99;
    assert!(matches!(Brain::load(Config::default(), b"nonsense"), Err(CheckpointError::NotACheckpoint)));
    assert!(matches!(Brain::load(Config::default(), &newer), Err(CheckpointError::Version { found: 99 })));
    for length in [0, 5, 11, 12, saved.len() / 2, saved.len() - 1] {
        assert!(Brain::load(Config::default(), &saved[..length]).is_err(), "{length}");
    }
}

#[test]
fn traffic_of_an_earlier_time_does_no_harm() {
    let mut brain = in_one_run(&days(3));
    for mut record in days(2) {
        if let AnyRecord::Conn(conn) = &mut record {
            conn.ts = conn.ts - Interval::from_secs(400 * 86_400);
        }
        brain.observe(&record);
    }
    brain.finish();
    assert!(brain.findings().iter().all(|finding| finding.first_seen <= finding.last_seen));
}
