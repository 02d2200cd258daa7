//! What makes two packets belong to one connection: both ends, whichever sends, and the IP protocol.

use std::net::IpAddr;

use packets::{Packet, Transport};
use records::Endpoints;
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

impl Ends {
    /// The same for both directions.
    pub(crate) fn hash(&self, ip_proto: u8) -> u64 {
        let source = (address_bytes(self.source), self.source_port);
        let destination = (address_bytes(self.destination), self.destination_port);
        let forward = self.one_way || source <= destination;
        let (first, second) = if forward { (source, destination) } else { (destination, source) };
        let mut bytes = [0; 38];
        let (addresses, rest) = bytes.split_at_mut(32);
        let (first_address, second_address) = addresses.split_at_mut(16);
        first_address.copy_from_slice(&first.0);
        second_address.copy_from_slice(&second.0);
        let [a, b] = first.1.to_be_bytes();
        let [c, d] = second.1.to_be_bytes();
        rest.copy_from_slice(&[a, b, c, d, ip_proto, u8::from(self.source.is_ipv6())]);
        xxh3_64_with_seed(&bytes, SEED)
    }

    /// Whether a connection between these ends is meant.
    pub(crate) fn are(&self, id: &Endpoints, one_way: bool) -> bool {
        let orig = (id.orig_h, id.orig_p);
        let resp = (id.resp_h, id.resp_p);
        let source = (self.source, self.source_port);
        let destination = (self.destination, self.destination_port);
        self.one_way == one_way
            && ((source == orig && destination == resp)
                || (!one_way && source == resp && destination == orig))
    }
}

fn address_bytes(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}
