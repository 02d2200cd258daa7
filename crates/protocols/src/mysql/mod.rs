//! The protocol of MySQL: recognised only.

use records::Sender;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};

static SIGN: Sign = Sign { service: "mysql", needs: Needs::Both, check };

/// MySQL.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "mysql",
    transport: Transport::Tcp,
    ports: &[1434, 3306],
    probe,
    analyzer: |about| SIGN.analyzer(about),
};

/// Only the server's beginning tells enough.
fn probe(probe: &Probe<'_>) -> Verdict {
    match probe.responder {
        [] if probe.originator.is_empty() || matches!(probe.originator, [_, _, 0, 1, ..]) => Verdict::Maybe,
        [] => Verdict::No,
        greeting => check(Sender::Responder, greeting),
    }
}

/// Each packet begins with its length (3 bytes, little endian) and its number. The server begins with version 9 or
/// 10 and its release as text, the client answers with its abilities.
fn check(from: Sender, stream: &[u8]) -> Verdict {
    match (from, stream) {
        (Sender::Responder, [_, _, 0, 0, 9 | 10, release @ ..]) => {
            match release.iter().position(|byte| *byte == 0) {
                Some(end) if end > 2 && release.iter().take(end).all(u8::is_ascii_graphic) => Verdict::Match,
                None if release.len() < 64 => Verdict::Maybe,
                _ => Verdict::No,
            }
        }
        (Sender::Originator, [_, _, 0, 1, ..]) => Verdict::Match,
        (_, [_, _, 0, 0] | [_, _, 0] | [_, _] | [_] | []) => Verdict::Maybe,
        _ => Verdict::No,
    }
}
