//! WireGuard (J. Donenfeld, "WireGuard: Next Generation Kernel Network Tunnel", section 5.4) over UDP: writes
//! `wireguard`.

mod analyzer;
mod wire;

use self::wire::Message;
use crate::{Probe, Protocol, Transport, Verdict};

/// WireGuard.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "wireguard",
    transport: Transport::Udp,
    ports: &[51820],
    probe,
    analyzer: |_| Box::new(analyzer::WireguardAnalyzer::default()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    match wire::message(datagram) {
        Some(Message::Initiation { has_cookie: false, .. }) => Verdict::Match,
        Some(Message::Initiation { .. } | Message::Response { .. }) => Verdict::Maybe,
        Some(Message::Other) | None => Verdict::No,
    }
}
