//! Modbus over TCP (Modbus Messaging on TCP/IP Implementation Guide): recognised only.

use records::Sender;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};

const PORT: u16 = 502;

static SIGN: Sign = Sign { service: "modbus", needs: Needs::Both, check };

/// Modbus.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "modbus",
    transport: Transport::Tcp,
    ports: &[PORT],
    probe,
    analyzer: |about| SIGN.analyzer(about),
};

/// On another port the first request must stand alone and be as long as it says, and not be LDAP, whose messages
/// can begin alike.
fn probe(probe: &Probe<'_>) -> Verdict {
    let is_exact = match probe.originator {
        [0x30, 0x84, ..] => false,
        [_, _, 0, 0, high, low, rest @ ..] => usize::from(u16::from_be_bytes([*high, *low])) == rest.len(),
        _ => false,
    };
    match SIGN.probe(probe) {
        Verdict::Match if probe.about.id.resp_p != PORT && !is_exact => Verdict::No,
        verdict => verdict,
    }
}

/// Transaction (2 bytes), zero (2), length (2, at most 254), unit, function.
fn check(_: Sender, stream: &[u8]) -> Verdict {
    match stream {
        [_, _, 0, 0, 0, 2..=254, _, function, ..] if matches!(function & 0x7f, 1..=24 | 43 | 90 | 100) => {
            Verdict::Match
        }
        [_, _, 0, 0, 0, 2..=254] | [_, _, 0, 0, 0, 2..=254, _] => Verdict::Maybe,
        [_, _, 0, 0, 0] | [_, _, 0, 0] | [_, _, 0] | [_, _] | [_] => Verdict::Maybe,
        _ => Verdict::No,
    }
}
