//! OPC UA over TCP (OPC 10000-6, UA Connection Protocol and binary encoding).
//!
//! Writes `opcua` for each channel that is opened, and for each service that is asked for where the channel is not
//! encrypted. What services read and write is not told.

mod analyzer;
mod names;
mod wire;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::by_message::ByMessage;

/// OPC UA.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "opcua",
    transport: Transport::Tcp,
    ports: &[4840],
    probe,
    analyzer: |about| Box::new(ByMessage::new(about, analyzer::OpcuaReader::default())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    wire::begins(probe.originator).with(wire::begins(probe.responder))
}
