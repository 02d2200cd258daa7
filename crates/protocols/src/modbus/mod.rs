//! Modbus over TCP (Modbus Messaging on TCP/IP Implementation Guide 1.0b, Application Protocol 1.1b3).
//!
//! Writes `modbus` for each message and `modbus_detailed` for each request that reads or writes coils or registers.
//! Diagnostics, file records and what vendors added are named, but their content is not read.

mod analyzer;
mod wire;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::by_message::ByMessage;

const PORT: u16 = 502;

/// Modbus.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "modbus",
    transport: Transport::Tcp,
    ports: &[PORT],
    probe,
    analyzer: |about| Box::new(ByMessage::new(about, analyzer::ModbusReader::default())),
};

/// On another port the first request must stand alone and be as long as it says, and not be LDAP, whose messages
/// can begin alike.
fn probe(probe: &Probe<'_>) -> Verdict {
    let is_exact = match probe.originator {
        [0x30, 0x84, ..] => false,
        [_, _, 0, 0, high, low, rest @ ..] => usize::from(u16::from_be_bytes([*high, *low])) == rest.len(),
        _ => false,
    };
    match (begins(probe.originator), begins(probe.responder)) {
        (Verdict::No, _) | (_, Verdict::No) => Verdict::No,
        (Verdict::Maybe, Verdict::Maybe) => Verdict::Maybe,
        _ if probe.about.id.resp_p != PORT && !is_exact => Verdict::No,
        _ => Verdict::Match,
    }
}

/// Transaction (2 bytes), zero (2), length (2, at most 254), unit, function.
fn begins(stream: &[u8]) -> Verdict {
    match stream {
        [_, _, 0, 0, 0, 2..=254, _, function, ..] if matches!(function & 0x7f, 1..=24 | 43 | 90 | 100) => {
            Verdict::Match
        }
        [_, _, 0, 0, 0, 2..=254] | [_, _, 0, 0, 0, 2..=254, _] => Verdict::Maybe,
        [_, _, 0, 0, 0] | [_, _, 0, 0] | [_, _, 0] | [_, _] | [_] | [] => Verdict::Maybe,
        _ => Verdict::No,
    }
}
