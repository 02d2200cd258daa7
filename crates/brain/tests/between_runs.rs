//! The brain between two runs: what it knows is kept, what is no checkpoint is refused, and order is all that counts.
#![cfg(test)]

mod made;

use brain::{Brain, CheckpointError, Config};
use made::{days, in_one_run};
use records::{AnyRecord, Interval};

fn told(brain: &Brain) -> Vec<String> {
    brain.findings().iter().map(|finding| finding.to_json().to_string()).collect()
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
