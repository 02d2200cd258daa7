//! EtherNet/IP (ODVA, The CIP Networks Library, volume 2) over TCP and UDP, with the CIP messages in it (volume 1).
//!
//! Writes `enip`, `cip` and `cip_identity`. Values of attributes and tags are not read, nor is the cyclic traffic of
//! input and output (UDP port 2222).

mod analyzer;
mod cip;
mod names;
mod path;
mod wire;

use crate::analyzer::{About, Analyzer, Probe, Protocol, Transport, Verdict};
use crate::by_message::ByMessage;

const PORT: u16 = 44818;

/// EtherNet/IP over TCP.
pub(crate) const OVER_TCP: Protocol = protocol(Transport::Tcp);
/// EtherNet/IP over UDP.
pub(crate) const OVER_UDP: Protocol = protocol(Transport::Udp);

const fn protocol(transport: Transport) -> Protocol {
    Protocol { name: "enip", transport, ports: &[PORT], probe, analyzer }
}

fn analyzer(about: &About) -> Box<dyn Analyzer> {
    Box::new(ByMessage::new(about, analyzer::EnipReader::default()))
}

fn probe(probe: &Probe<'_>) -> Verdict {
    wire::begins(probe.originator).with(wire::begins(probe.responder))
}
