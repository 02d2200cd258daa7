//! RADIUS (RFC 2865, RFC 2866, RFC 5176) over UDP: writes `radius`.
//!
//! Of accounting and of changes that the server asks for only the user is told. RADIUS over TCP and TLS is not read.

mod analyzer;
mod wire;

use crate::by_datagram::ByDatagram;
use crate::{Probe, Protocol, Transport, Verdict};

/// RADIUS.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "radius",
    transport: Transport::Udp,
    ports: &[1812, 1813],
    probe,
    analyzer: |_| Box::new(ByDatagram::new("radius", analyzer::RadiusReader::default())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    match wire::message(datagram).map(|message| wire::attributes(message.attributes).count()) {
        Some(2..) => Verdict::Match,
        Some(_) => Verdict::Maybe,
        None => Verdict::No,
    }
}
