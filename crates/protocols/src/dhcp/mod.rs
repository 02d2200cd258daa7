//! The Dynamic Host Configuration Protocol for IPv4 (RFC 2131, options RFC 2132). Writes `dhcp`.
//!
//! Client and server often speak to the broadcast address, so the messages of one exchange lie on several
//! connections, which may be followed by different shards. The analyzer therefore gives out each [`Message`]
//! by itself (in [`Effects::dhcp`](crate::Effects)), and a [`Joiner`] behind the point where shards come together puts
//! the exchanges together, as Zeek's log does.

mod analyzer;
mod exchange;
mod joiner;
mod wire;

pub use joiner::Joiner;
pub use wire::{Message, Options};

use crate::analyzer::{Probe, Protocol, Transport, Verdict};

/// DHCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "dhcp",
    transport: Transport::Udp,
    // The last is that of proxy DHCP (PXE).
    ports: &[67, 68, 4011],
    probe,
    analyzer: |_| Box::new(analyzer::DhcpAnalyzer),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    if wire::has_cookie(datagram) { Verdict::Match } else { Verdict::No }
}
