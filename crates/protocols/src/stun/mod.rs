//! Session Traversal Utilities for NAT (RFC 8489) over UDP: writes `stun_nat` when a host learns its address outside.
//!
//! Other datagrams of the connection (DTLS, RTP) are recognised for themselves. The relays of TURN are only named.

mod analyzer;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// STUN.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "stun",
    transport: Transport::Udp,
    ports: &[3478],
    probe,
    analyzer: |_| Box::new(analyzer::StunAnalyzer::default()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    if wire::message(datagram).is_some() { Verdict::Match } else { Verdict::No }
}
