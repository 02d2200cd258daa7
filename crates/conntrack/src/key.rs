//! What makes two packets belong to one connection: both ends, whichever sends, and the IP protocol.

use std::net::IpAddr;

use packets::{Packet, Transport};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::icmp;

/// Any constant: the hash must be the same in every run. xxh3 mixes all bits, so that addresses and ports which
/// an attacker can choose do not pile up by accident; who searches for collisions on purpose lengthens the probes of
/// his own connections.
const SEED: u64 = 0x4f74_7573_2063_6f6e;

/// Both ends of a packet, as the sender sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) source: IpAddr,
    pub(crate) source_port: u16,
    pub(crate) destination: IpAddr,
    pub(crate) destination_port: u16,
    /// Answers are not looked for: an ICMP message that has no counterpart.
    pub(crate) one_way: bool,
}

impl Ends {
    pub(crate) fn of(packet: &Packet) -> Self {
        let (source_port, destination_port, one_way) = match packet.transport {
            Transport::Tcp(tcp) => (tcp.source, tcp.destination, false),
            Transport::Udp { source, destination } => (source, destination, false),
            Transport::Icmp { kind, code } => {
                let counterpart = icmp::counterpart(packet.ip_proto, kind);
                (u16::from(kind), u16::from(counterpart.unwrap_or(code)), counterpart.is_none())
            }
            Transport::Other => (0, 0, false),
        };
        Self { source: packet.src, source_port, destination: packet.dst, destination_port, one_way }
    }
}

/// The key of the table: the ends in a fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    bytes: [u8; 38],
}

impl Key {
    pub(crate) fn new(ends: &Ends, ip_proto: u8) -> Self {
        let source = address_bytes(ends.source);
        let destination = address_bytes(ends.destination);
        let forward = ends.one_way || (source, ends.source_port) <= (destination, ends.destination_port);
        let (first, first_port, second, second_port) = if forward {
            (source, ends.source_port, destination, ends.destination_port)
        } else {
            (destination, ends.destination_port, source, ends.source_port)
        };
        let mut bytes = [0; 38];
        let version = u8::from(ends.source.is_ipv6());
        let parts = [&first[..], &second[..], &first_port.to_be_bytes(), &second_port.to_be_bytes()];
        let tail = [ip_proto, version];
        let all = parts.into_iter().flatten().chain(&tail);
        bytes.iter_mut().zip(all).for_each(|(to, from)| *to = *from);
        Self { bytes }
    }

    pub(crate) fn hash(&self) -> u64 {
        xxh3_64_with_seed(&self.bytes, SEED)
    }
}

fn address_bytes(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}
