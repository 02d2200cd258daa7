//! Golden dialogues: every `src/<protocol>/golden/*.dialogue` is played to the protocol's analyzer, and what it
//! writes is compared with the `.jsonl` beside it. `UPDATE_GOLDEN=1` rewrites the expectations.
//!
//! The first line of a dialogue names transport and ends, `tcp 10.0.0.1:1234 10.0.0.2:21`, and after them the
//! protocol where it is not called like the folder. Then, one per line:
//!
//! ```text
//! > 0a0b "text\r\n" 00    the originator sends these bytes: hex, and text in quotes with \r \n \t \0 \\ \" \xNN
//! < …                     the responder does
//! > gap 100               so many bytes of the originator are missing
//! > close                 the originator sends no more
//! @ 1.5                   it is this many seconds after the start (else each line is a millisecond later)
//! # …                     comment
//! ```
//!
//! Dialogues over TCP are also played byte by byte, and with neighbouring pieces merged: the records must stay.

#![cfg(test)]

mod dialogue;
mod frames;
mod play;
mod random;

use std::path::{Path, PathBuf};

use dialogue::Dialogue;
use play::{Clock, play};
use proptest::prelude::*;

fn dialogues() -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(source).unwrap() {
        let golden = folder.unwrap().path().join("golden");
        let Ok(entries) = std::fs::read_dir(golden) else { continue };
        found.extend(
            entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "dialogue")),
        );
    }
    found.sort();
    found
}

fn folder_of(path: &Path) -> String {
    path.parent()
        .and_then(Path::parent)
        .and_then(Path::file_name)
        .unwrap()
        .to_string_lossy()
        .replace('_', "-")
}

#[test]
fn dialogues_give_the_expected_records() {
    #[expect(clippy::disallowed_methods, reason = "a person asks the test to rewrite the expectations")]
    let update = std::env::var("UPDATE_GOLDEN").is_ok();
    let mut wrong = Vec::new();
    for path in dialogues() {
        let dialogue = Dialogue::read(&path, &folder_of(&path));
        let got = play(&dialogue, Clock::Real);
        let expectation = path.with_extension("jsonl");
        if update {
            std::fs::write(&expectation, &got).unwrap();
        } else if std::fs::read_to_string(&expectation).unwrap_or_default() != got {
            wrong.push(format!("{}: got\n{got}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\n(UPDATE_GOLDEN=1 rewrites)", wrong.join("\n"));
}

#[test]
fn the_cuts_of_a_stream_do_not_show_in_the_records() {
    for path in dialogues() {
        let dialogue = Dialogue::read(&path, &folder_of(&path));
        if dialogue.transport != protocols::Transport::Tcp {
            continue;
        }
        let whole = play(&dialogue, Clock::Real);
        let bytes = play(&dialogue.cut_into_bytes(), Clock::Real);
        assert_eq!(bytes, whole, "{}: byte by byte", path.display());
        let whole = play(&dialogue, Clock::Stopped);
        let merged = play(&dialogue.merged(), Clock::Stopped);
        assert_eq!(merged, whole, "{}: merged", path.display());
    }
}

/// Where cuts still show in the records of a damaged stream: HTTP counts the end of a last line differently.
const CUTS_SHOW_WHERE_DAMAGED: [&str; 1] = ["http"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damaged_dialogues_do_no_harm(
        dialogue in proptest::sample::select(dialogues()),
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
    ) {
        let dialogue = Dialogue::read(&dialogue, &folder_of(&dialogue)).damaged(&changes);
        let whole = play(&dialogue, Clock::Real);
        let cuts_show = CUTS_SHOW_WHERE_DAMAGED.contains(&dialogue.protocol.as_str());
        if dialogue.transport == protocols::Transport::Tcp && !cuts_show {
            prop_assert_eq!(play(&dialogue.cut_into_bytes(), Clock::Real), whole);
        }
    }
}
