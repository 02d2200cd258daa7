//! SOCKS 4, 4a and 5 (RFC 1928, RFC 1929) over TCP: writes `socks` and `login`; what is carried is handed on.
//!
//! Logins other than by name and password (GSSAPI) are not read, nor what is carried over UDP.

mod analyzer;
mod wire;

use records::Sender;

use crate::{Probe, Protocol, Transport, Verdict};

/// SOCKS.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "socks",
    transport: Transport::Tcp,
    ports: &[1080],
    probe,
    analyzer: |_| Box::new(analyzer::SocksAnalyzer::default()),
};

/// The few bytes of SOCKS are too weak a sign before the server has answered in kind.
fn probe(probe: &Probe<'_>) -> Verdict {
    match [check(Sender::Originator, probe.originator), check(Sender::Responder, probe.responder)] {
        [Verdict::No, _] | [_, Verdict::No] => Verdict::No,
        [Verdict::Match, Verdict::Match] => Verdict::Match,
        _ => Verdict::Maybe,
    }
}

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
