//! The Domain Name System over UDP and TCP (RFC 1035), multicast DNS (RFC 6762), LLMNR (RFC 4795) and the
//! NetBIOS name service (RFC 1002), which all share its messages. Writes `dns`.
//!
//! Follows Zeek 8: which query an answer belongs to, which sections count, and how answers read as text.
//! Beyond Zeek 8.0, notifications (RFC 1996) and dynamic updates (RFC 2136) are told, with the name of their zone.

mod analyzer;
mod answer;
mod names;
mod netbios;
mod stream;
mod transactions;
mod wire;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};

/// Ports of DNS, the NetBIOS name service, multicast DNS and LLMNR.
const PORTS: &[u16] = &[53, 137, 5353, 5355];

/// DNS over datagrams.
pub(crate) const OVER_UDP: Protocol = Protocol {
    name: "dns",
    transport: Transport::Udp,
    ports: PORTS,
    probe: probe_datagram,
    analyzer: |_| Box::new(analyzer::DatagramAnalyzer::default()),
};

/// DNS over streams: each message follows its length.
pub(crate) const OVER_TCP: Protocol = Protocol {
    name: "dns",
    transport: Transport::Tcp,
    ports: &[53],
    probe: probe_stream,
    analyzer: |_| Box::new(stream::StreamAnalyzer::default()),
};

fn probe_datagram(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    if PORTS.contains(&probe.about.id.resp_p) {
        // Even what is broken is followed there, so that it shows.
        return Verdict::Maybe;
    }
    if wire::is_surely_a_message(datagram) { Verdict::Match } else { Verdict::No }
}

fn probe_stream(probe: &Probe<'_>) -> Verdict {
    let is_message = |stream: &[u8]| {
        let Some((length, rest)) = stream.split_first_chunk::<2>() else { return false };
        rest.get(..usize::from(u16::from_be_bytes(*length))).is_some_and(wire::is_surely_a_message)
    };
    if is_message(probe.originator) || is_message(probe.responder) {
        return Verdict::Match;
    }
    if probe.about.id.resp_p == 53 { Verdict::Maybe } else { Verdict::No }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::wire;

    proptest! {
        #[test]
        fn random_bytes_are_no_message(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(!wire::is_surely_a_message(&bytes));
        }
    }
}
