//! An acknowledged record survives kill -9, and is there once.
#![cfg(test)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use lake::{Access, Lake, TimeRange};
use records::{AnyRecord, Dns, Timestamp, Uid};

const LAKE: &str = "OTUS_KILL_TEST_LAKE";
const ROUNDS: u64 = 25;
const PER_ROUND: u64 = 1_000_000;

fn numbered(number: u64) -> AnyRecord {
    let uid = Uid::connection(u128::from(number));
    let query = Some(format!("{number}.example"));
    Dns { ts: Timestamp(number as i64 * 1_000_000), uid, trans_id: 1, query, ..Dns::default() }.into()
}

/// The process that is killed: appends numbered records and says which are safe.
#[test]
fn writer() {
    #[expect(clippy::disallowed_methods, reason = "the parent process names the lake")]
    let Ok(place) = std::env::var(LAKE) else { return };
    let (dir, round) = place.rsplit_once('#').unwrap();
    let round: u64 = round.parse().unwrap();
    let mut ingest =
        Lake::open(dir.as_ref(), Access::Write).unwrap().begin(&format!("round {round}")).unwrap();
    let mut number = round * PER_ROUND;
    for step in 0.. {
        let batch: Vec<_> = (0..1 + step % 40).map(|offset| numbered(number + offset)).collect();
        number += batch.len() as u64;
        ingest.append(&batch).unwrap();
        if step % 7 == 6 {
            ingest.settle().unwrap();
        } else {
            ingest.sync().unwrap();
        }
        // A line that the parent has read is acknowledged.
        writeln!(std::io::stderr(), "safe {number}").unwrap();
        if step % 50 == 49 {
            ingest = ingest.commit(vec![]).unwrap().begin(&format!("round {round} step {step}")).unwrap();
        }
    }
}

fn start(place: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "writer", "--nocapture"]).env(LAKE, place);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn acknowledged_records_survive_kill_9_exactly_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut safe_total = 0;
    for round in 1..=ROUNDS {
        let first = round * PER_ROUND;
        let mut child = start(&format!("{}#{round}", dir.path().display()));
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let enough = first + round * round * 37 % 3000;
        let mut safe = first;
        for line in lines {
            let line = line.unwrap();
            if let Some(number) = line.strip_prefix("safe ") {
                safe = number.parse().unwrap();
            }
            if safe > enough {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(safe > first, "the child wrote nothing in round {round}");
        safe_total += safe - first;

        // Every other round the next writer recovers what this one left.
        let access = if round % 2 == 0 { Access::Read } else { Access::Write };
        let lake = Lake::open(dir.path(), access).unwrap();
        let found: Vec<u64> = lake
            .records("dns", TimeRange { from: Some(Timestamp(first as i64 * 1_000_000)), until: None })
            .unwrap()
            .map(|record| record.unwrap().ts().0 as u64 / 1_000_000)
            .collect();
        let expected: Vec<u64> = (first..first + found.len() as u64).collect();
        assert_eq!(found, expected, "each record once, in round {round}");
        assert!(found.len() as u64 >= safe - first, "{} of {} in round {round}", found.len(), safe - first);
    }
    let lake = Lake::open(dir.path(), Access::Write).unwrap();
    assert!(lake.count("dns").unwrap() >= safe_total);
}
