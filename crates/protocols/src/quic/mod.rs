//! QUIC (RFC 9000, RFC 9001, RFC 9369) over UDP: writes `quic`, and `ssl` for the TLS handshake inside.
//!
//! The first packets are protected with keys that anyone can derive from them: they are opened, and the hellos in them
//! are read. All later packets are only counted. Versions with other keys, such as Google's, are recognised only.

mod analyzer;
mod crypto_stream;
mod frames;
mod protection;
mod versions;
mod wire;

use self::wire::{Kind, Packet};
use crate::{Probe, Protocol, Transport, Verdict};

/// QUIC.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "quic",
    transport: Transport::Udp,
    ports: &[443, 784, 853],
    probe,
    analyzer: |_| Box::new(analyzer::QuicAnalyzer::default()),
};

/// A client fills up the datagram of its first packet to this size (RFC 9000, section 14.1).
const FIRST_DATAGRAM_BYTES_MIN: usize = 1200;

/// The same of Google's versions before.
const FIRST_DATAGRAM_BYTES_MIN_OF_GOOGLE: usize = 1024;

/// The id that a client makes up for the server has at least so many bytes (RFC 9000, section 7.2).
const FIRST_ID_BYTES_MIN: usize = 8;

fn probe(probe: &Probe<'_>) -> Verdict {
    let is_originator = !probe.originator.is_empty();
    let datagram = if is_originator { probe.originator } else { probe.responder };
    let Some(Packet::Long(long)) = wire::next(&mut { datagram }) else { return Verdict::No };
    let is_full = datagram.len() >= FIRST_DATAGRAM_BYTES_MIN;
    let is_first = long.destination.len() >= FIRST_ID_BYTES_MIN && is_originator;
    match long.kind {
        Kind::Initial { .. } if is_first && is_full => Verdict::Match,
        Kind::Unfamiliar if versions::is_named(long.version) => {
            let is_full = datagram.len() >= FIRST_DATAGRAM_BYTES_MIN_OF_GOOGLE;
            if is_full && is_originator { Verdict::Match } else { Verdict::Maybe }
        }
        Kind::Unfamiliar if !(is_first && is_full) => Verdict::No,
        _ => Verdict::Maybe,
    }
}
