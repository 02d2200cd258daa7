//! SOCKS 4 and 5 (RFC 1928, RFC 1929) over TCP: recognised, and what is carried handed on.

use records::{Sender, Timestamp};

use crate::analyzer::{Analyzer, Chunk, HandOver, Output, Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};

static SIGN: Sign = Sign { service: "socks", needs: Needs::Both, check };

/// SOCKS.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "socks",
    transport: Transport::Tcp,
    ports: &[1080],
    // The few bytes of SOCKS are too weak a sign before the server has answered in kind.
    probe: |probe| match SIGN.probe(probe) {
        Verdict::Match if probe.responder.is_empty() => Verdict::Maybe,
        verdict => verdict,
    },
    analyzer: |_| Box::<SocksAnalyzer>::default(),
};

fn check(from: Sender, stream: &[u8]) -> Verdict {
    match (from, stream) {
        (Sender::Originator, [5, count @ 1..=8, methods @ ..]) if methods.len() <= usize::from(*count) => {
            Verdict::Match
        }
        (Sender::Originator, [4, 1 | 2, _, _, _, _, _, _, .., 0]) => Verdict::Match,
        (Sender::Responder, [5, 0 | 1 | 2 | 0xff]) => Verdict::Match,
        (Sender::Responder, [0, 0x5a..=0x5d, _, _, _, _, _, _]) => Verdict::Match,
        (_, [4 | 5] | []) | (Sender::Responder, [0]) => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// Reads what the server says, up to its answer to the request.
#[derive(Default)]
struct SocksAnalyzer {
    answer: Vec<u8>,
    stage: Stage,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// The server chooses how the client must show who it is.
    #[default]
    Method,
    /// It says whether that was right.
    Login,
    /// It answers the request.
    Reply,
}

/// More than any answer of a server.
const ANSWER_MAX: usize = 300;

enum Step {
    More,
    Next(usize, Stage),
    Connected,
    Broken,
}

impl SocksAnalyzer {
    fn step(&self) -> Step {
        match (self.stage, self.answer.as_slice()) {
            (Stage::Method, [5, 2, ..]) => Step::Next(2, Stage::Login),
            (Stage::Method, [5, 0, ..]) | (Stage::Login, [1, 0, ..]) => Step::Next(2, Stage::Reply),
            (Stage::Method, [0, 0x5a, _, _, _, _, _, _, ..]) => Step::Connected,
            (Stage::Reply, [5, 0, _, 1, rest @ ..]) if rest.len() >= 6 => Step::Connected,
            (Stage::Reply, [5, 0, _, 4, rest @ ..]) if rest.len() >= 18 => Step::Connected,
            (Stage::Reply, [5, 0, _, 3, length, rest @ ..]) if rest.len() >= usize::from(*length) + 2 => {
                Step::Connected
            }
            (Stage::Method, [0, 0x5a, ..] | [5 | 0] | [])
            | (Stage::Login, [1] | [])
            | (Stage::Reply, [5, 0, _, 1 | 3 | 4, ..] | [5, 0, _] | [5, 0] | [5] | []) => Step::More,
            _ => Step::Broken,
        }
    }
}

impl Analyzer for SocksAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if chunk.from == Sender::Originator {
            return;
        }
        let room = ANSWER_MAX.saturating_sub(self.answer.len());
        self.answer.extend(chunk.bytes.iter().take(room));
        loop {
            match self.step() {
                Step::More => return,
                Step::Next(length, stage) => {
                    self.answer.drain(..length.min(self.answer.len()));
                    self.stage = stage;
                }
                Step::Connected => {
                    output.confirm("socks");
                    return output.hand_over(HandOver::Recognise);
                }
                Step::Broken => return output.reject(),
            }
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        output.reject();
    }

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
