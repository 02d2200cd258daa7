//! The Internet Key Exchange, versions 1 and 2 (RFC 2408, RFC 2409, RFC 7296), over UDP: writes `ipsec` for messages in
//! clear.
//!
//! Encrypted messages and ESP behind them (RFC 3948) are not told, nor what fragments carry (RFC 7383).

mod analyzer;
mod wire;

use crate::by_datagram::ByDatagram;
use crate::{Probe, Protocol, Transport, Verdict};

/// IKE.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "ike",
    transport: Transport::Udp,
    ports: &[500, 4500],
    probe,
    analyzer: |_| Box::new(ByDatagram::new("ike", analyzer::IkeReader)),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    if wire::message(datagram).is_some() { Verdict::Match } else { Verdict::No }
}
