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
//! key LABEL RANDOM SECRET  a line of the user's key log
//! # …                     comment
//! ```
//!
//! Dialogues over TCP are also played byte by byte, with neighbouring pieces merged, and cut anywhere: the records
//! must stay.

#![cfg(test)]

mod dialogue;
mod frames;
mod play;
mod random;

use dialogue::{Dialogue, dialogues};
use play::{Clock, play};
use proptest::prelude::*;

#[test]
fn dialogues_give_the_expected_records() {
    #[expect(clippy::disallowed_methods, reason = "a person asks the test to rewrite the expectations")]
    let update = std::env::var("UPDATE_GOLDEN").is_ok();
    let mut wrong = Vec::new();
    for path in dialogues() {
        let dialogue = Dialogue::read(&path);
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
        let dialogue = Dialogue::read(&path);
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damaged_dialogues_do_no_harm(
        dialogue in proptest::sample::select(dialogues()),
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
    ) {
        let dialogue = Dialogue::read(&dialogue).damaged(&changes);
        let whole = play(&dialogue, Clock::Real);
        if dialogue.transport == protocols::Transport::Tcp {
            prop_assert_eq!(play(&dialogue.cut_into_bytes(), Clock::Real), whole);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_stream_may_be_cut_anywhere(lengths in proptest::collection::vec(1_usize..400, 1..12)) {
        for path in dialogues() {
            let dialogue = Dialogue::read(&path);
            if dialogue.transport == protocols::Transport::Tcp {
                let whole = play(&dialogue, Clock::Stopped);
                let cut = play(&dialogue.merged().cut(&lengths), Clock::Stopped);
                prop_assert_eq!(cut, whole, "{}", path.display());
            }
        }
    }
}
