//! The lake is the log: its records come back in the order in which they arrived, whatever became of the segments.
#![cfg(test)]

mod made;

use lake::{Access, Lake, Run};
use records::{AnyRecord, Dns, Timestamp};
use tempfile::tempdir;

fn replayed(lake: &Lake, run: &Run) -> Vec<AnyRecord> {
    lake.replay(run).map(Result::unwrap).collect()
}

#[test]
fn records_of_many_runs_come_back_in_the_order_in_which_they_arrived() {
    let dir = tempdir().unwrap();
    let mut wanted = Vec::new();
    // Enough small runs for segments to be merged; each is settled in the middle.
    for seed in 0..12 {
        let records = made::records(400, seed, 2);
        let networks = vec![format!("10.{seed}.0.0/16")];
        let mut ingest =
            Lake::open(dir.path(), Access::Write).unwrap().begin_told(&seed.to_string(), networks).unwrap();
        for part in records.chunks(150) {
            ingest.append(part).unwrap();
            ingest.settle().unwrap();
        }
        ingest.commit(vec![]).unwrap();
        wanted.push(records);
    }
    let lake = Lake::open(dir.path(), Access::Read).unwrap();
    let is_merged =
        |segment: &lake::Segment| segment.arrivals.is_some_and(|(first, last)| first >> 40 != last >> 40);
    assert!(lake.segments().iter().any(is_merged), "nothing was merged, so that little was tested");
    let runs = lake.runs();
    assert_eq!(runs.len(), wanted.len());
    for (run, wanted) in runs.iter().zip(&wanted) {
        assert_eq!(run.records, wanted.len() as u64);
        assert!(!run.is_open);
        assert!(&replayed(&lake, run) == wanted, "run {}", run.number);
    }
    assert_eq!(runs[3].networks, ["10.3.0.0/16"]);
    assert_eq!(lake.records_without_order(), 0);
}

#[test]
fn an_interrupted_run_gives_what_was_acknowledged_until_it_is_repeated() {
    let dir = tempdir().unwrap();
    let records = made::records(500, 2, 2);
    let mut ingest = Lake::open(dir.path(), Access::Write).unwrap().begin("monday").unwrap();
    ingest.append(&records[..300]).unwrap();
    ingest.settle().unwrap();
    ingest.append(&records[300..350]).unwrap();
    ingest.sync().unwrap();
    ingest.append(&records[350..400]).unwrap();
    ingest.sync().unwrap();
    drop(ingest);
    let lake = Lake::open(dir.path(), Access::Write).unwrap();
    let [run] = lake.runs().try_into().unwrap();
    assert!(run.is_open);
    assert_eq!((run.number, run.records), (1, 400));
    assert!(replayed(&lake, &run) == records[..400]);
    let mut ingest = lake.begin("monday").unwrap();
    ingest.append(&records).unwrap();
    let lake = ingest.commit(vec![]).unwrap();
    let [again] = lake.runs().try_into().unwrap();
    assert!(!again.is_open && again.number == 2 && again.print == run.print);
    assert!(replayed(&lake, &again) == records);
}

#[test]
fn more_records_than_are_in_memory_at_once_come_back_in_order() {
    let dir = tempdir().unwrap();
    let made = |number: i64| {
        // Times run against the order of arrival, so that segments are sorted otherwise.
        Dns { ts: Timestamp(1_000_000_000_000 - number), trans_id: 1, ..Dns::default() }.into()
    };
    let mut ingest = Lake::open(dir.path(), Access::Write).unwrap().begin("many").unwrap();
    const RECORDS: i64 = 200_000;
    for first in (0..RECORDS).step_by(1000) {
        let part: Vec<AnyRecord> = (first..first + 1000).map(made).collect();
        ingest.append(&part).unwrap();
    }
    let lake = ingest.commit(vec![]).unwrap();
    let run = &lake.runs()[0];
    let mut number = 0;
    for record in lake.replay(run) {
        assert_eq!(record.unwrap().ts(), Timestamp(1_000_000_000_000 - number));
        number += 1;
    }
    assert_eq!(number, RECORDS);
}

#[test]
fn a_damaged_segment_is_named() {
    let dir = tempdir().unwrap();
    let mut ingest = Lake::open(dir.path(), Access::Write).unwrap().begin("a").unwrap();
    ingest.append(&made::records(100, 1, 1)).unwrap();
    let lake = ingest.commit(vec![]).unwrap();
    let path = lake.segments()[0].path(dir.path());
    std::fs::write(&path, "no segment").unwrap();
    let error = lake.replay(&lake.runs()[0]).find_map(Result::err).unwrap().to_string();
    assert!(error.contains(&path.display().to_string()), "{error}");
}
