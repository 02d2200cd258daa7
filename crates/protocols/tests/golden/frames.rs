//! Frames beside IP: every `src/<protocol>/golden/*.frames` is given to the protocol's reader, and what it writes is
//! compared with the `.jsonl` beside it.
//!
//! The first line is the number that announces the protocol. Then, one per line: source, destination and payload of a
//! frame in hex; `@ 3.5` sets the time as in a dialogue.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use protocols::{FRAME_PROTOCOLS, Frame};
use records::{Interval, Timestamp};

use crate::dialogue::read_bytes;

const START: Timestamp = Timestamp(1_700_000_000_000_000_000);

fn all() -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = std::fs::read_dir(source).unwrap();
    let golden = folders.filter_map(|folder| std::fs::read_dir(folder.unwrap().path().join("golden")).ok());
    let mut found: Vec<PathBuf> = golden
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "frames"))
        .collect();
    found.sort();
    found
}

/// The records of a file of frames, of whose bytes some are exchanged.
fn play(path: &Path, changes: &[(usize, u8)]) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let ether_type = u16::from_str_radix(lines.next().unwrap(), 16).unwrap();
    let protocol = FRAME_PROTOCOLS.iter().find(|protocol| protocol.ether_type == ether_type).unwrap();
    let mut reader = (protocol.reader)();
    let (mut ts, mut records, mut written) = (START, Vec::new(), String::new());
    for line in lines {
        if let Some(seconds) = line.strip_prefix('@') {
            ts = START + Interval::from_secs_f64(seconds.trim().parse().unwrap());
            continue;
        }
        let mut words = line.splitn(3, ' ');
        let mut address = || read_bytes(&words.next().unwrap().replace(':', "")).unwrap().try_into().unwrap();
        let hardware = Some((address(), address()));
        let mut payload = read_bytes(words.next().unwrap()).unwrap();
        for (place, byte) in changes {
            let place = place % payload.len();
            payload[place] = *byte;
        }
        if (protocol.wants)(&payload) {
            reader.frame(&Frame { ts, hardware, payload: &payload }, &mut records);
        }
        ts = ts + Interval::from_millis(1);
    }
    for record in records {
        written.push_str(&format!("{{\"_type\":\"{}\",", record.record_type().name));
        let mut json = String::new();
        record.write_json(&mut json);
        written.push_str(&json[1..]);
        written.push('\n');
    }
    written
}

#[test]
fn frames_give_the_expected_records() {
    #[expect(clippy::disallowed_methods, reason = "a person asks the test to rewrite the expectations")]
    let update = std::env::var("UPDATE_GOLDEN").is_ok();
    for path in all() {
        let got = play(&path, &[]);
        let expectation = path.with_extension("jsonl");
        if update {
            std::fs::write(&expectation, &got).unwrap();
        }
        let expected = std::fs::read_to_string(&expectation).unwrap_or_default();
        assert_eq!(got, expected, "{} (UPDATE_GOLDEN=1 rewrites)", path.display());
    }
}

#[test]
fn every_protocol_beside_ip_has_frames() {
    assert_eq!(all().len(), FRAME_PROTOCOLS.len());
}

proptest! {
    #[test]
    fn damaged_frames_do_no_harm(
        path in proptest::sample::select(all()),
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
    ) {
        play(&path, &changes);
    }
}
