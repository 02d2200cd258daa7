//! Telecontrol of power grids (IEC 60870-5-104) over TCP.
//!
//! Writes `iec104` for all but receipts and tests of the line. Of several objects in a message the first is told.

mod analyzer;
mod names;
mod wire;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::by_message::{ByMessage, Framing};

/// IEC 60870-5-104.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "iec104",
    transport: Transport::Tcp,
    ports: &[2404],
    probe,
    analyzer: |about| Box::new(ByMessage::new(about, analyzer::Iec104Reader::default())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    begins(probe.originator).with(begins(probe.responder))
}

/// Most connections begin with the start of the transfer, which cannot be mistaken.
fn begins(bytes: &[u8]) -> Verdict {
    match (wire::framing(bytes), bytes) {
        (Framing::Wrong, _) => Verdict::No,
        (_, [_, 4, 0x07 | 0x0b | 0x43 | 0x83, 0, 0, 0, ..]) => Verdict::Match,
        _ => Verdict::Maybe,
    }
}
