//! The room of files: no panic whatever comes in whatever order, and records that add up.
//!
//! The input is a list of steps: what to do, to which of a few files, and bytes. Behind a first byte of 0xff it is
//! one whole file, whose records must be the same whatever the cuts.
#![no_main]

use files::{Carrier, Files, Handle, Start};
use libfuzzer_sys::fuzz_target;
use records::{AnyRecord, Endpoints, Timestamp, Uid};

fn check(files: &mut Files) {
    for record in files.records() {
        if let AnyRecord::File(file) = record {
            assert!(file.seen_bytes > 0 || file.missing_bytes > 0);
            assert!(file.sha256.is_none() || file.missing_bytes == 0);
            assert!(file.duration.0 >= 0);
        }
    }
}

fn records_of(content: &[u8], cut: usize) -> Vec<AnyRecord> {
    let mut files = Files::new(None);
    let carrier = Carrier { uid: Uid::connection(1), id: Endpoints::default() };
    let handle = files.begin(Timestamp(0), carrier, Start { source: "FUZZ", ..Start::default() });
    content.chunks(cut.max(1)).for_each(|chunk| files.data(Timestamp(0), handle, chunk));
    files.end(Timestamp(0), handle);
    files.records().collect()
}

fuzz_target!(|input: &[u8]| {
    if let Some((&0xff, content)) = input.split_first() {
        assert_eq!(records_of(content, content.len()), records_of(content, 1460));
        return;
    }
    let mut files = Files::new(None);
    let carrier = |number: u8| Carrier { uid: Uid::connection(u128::from(number & 1)), id: Endpoints::default() };
    let mut handles: Vec<Handle> = Vec::new();
    let (mut rest, mut ts) = (input, Timestamp(0));
    while let [act, which, length, behind @ ..] = rest {
        let (bytes, after) = behind.split_at(behind.len().min(usize::from(*length) * 16));
        rest = after;
        ts.0 += i64::from(*which) * 1_000_000_000;
        let handle = handles.get(usize::from(*which) % handles.len().max(1)).copied();
        let number = u64::from(*length) * u64::from(*which);
        match (act % 8, handle) {
            (0, _) | (_, None) => {
                let key = which.is_multiple_of(3).then_some(number);
                let total_bytes = which.is_multiple_of(5).then_some(number);
                let start = Start { source: "FUZZ", total_bytes, key, ..Start::default() };
                handles.push(files.begin(ts, carrier(*which), start));
            }
            (1, Some(handle)) => files.gap(ts, handle, number),
            (2, Some(handle)) => files.describe(handle, None, Some(number)),
            (3, Some(handle)) => drop(files.end(ts, handle)),
            (4, Some(_)) => files.end_connection(carrier(*which).uid),
            (5, Some(handle)) => files.data(ts, handle, bytes),
            (6, Some(handle)) => files.data_at(ts, handle, u64::MAX - number, bytes),
            (_, Some(handle)) => files.data_at(ts, handle, number, bytes),
        }
        check(&mut files);
    }
    files.end_connection(carrier(0).uid);
    files.end_connection(carrier(1).uid);
    check(&mut files);
});
