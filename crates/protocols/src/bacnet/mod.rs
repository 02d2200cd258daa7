//! BACnet (ANSI/ASHRAE 135) over UDP: BACnet/IP (annex J).
//!
//! Writes `bacnet`. Of services for several objects or properties the first is told; segmented messages are told by
//! their first segment.

mod analyzer;
mod content;
mod error_names;
mod names;
mod tags;
mod wire;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::by_message::ByMessage;

/// BACnet/IP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "bacnet",
    transport: Transport::Udp,
    ports: &[47808],
    probe,
    analyzer: |about| Box::new(ByMessage::new(about, analyzer::BacnetReader::default())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    match wire::read(datagram) {
        Some(message) if message.application.is_some_and(|unit| wire::unit(unit).is_some()) => Verdict::Match,
        Some(_) => Verdict::Maybe,
        None => Verdict::No,
    }
}
