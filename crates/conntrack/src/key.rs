//! What makes two packets belong to one connection: both ends, whichever sends, and the IP protocol.

use std::net::IpAddr;

use packets::{Packet, Transport};
use records::Endpoints;

use crate::icmp;

/// Any odd constants: the hash must be the same in every run. Multiplication mixes all bits, so that addresses and
/// ports which an attacker can choose do not pile up by accident; who searches for collisions on purpose lengthens the
/// probes of his own connections.
const KEYS: [u64; 4] =
    [0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db, 0x8ebc_6af0_9c88_c6e3, 0x9899_65f4_cc74_369f];

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
        let source = (address_number(self.source), self.source_port);
        let destination = (address_number(self.destination), self.destination_port);
        let forward = self.one_way || source <= destination;
        let (first, second) = if forward { (source, destination) } else { (destination, source) };
        let ports = u64::from(first.1) << 48 | u64::from(second.1) << 32 | u64::from(ip_proto);
        let [first_high, first_low] = halves(first.0);
        let [second_high, second_low] = halves(second.0);
        let [a, b, c, d] = KEYS;
        let addresses = product(first_low ^ a, second_low ^ b) ^ product(first_high ^ c, second_high ^ d);
        product(addresses ^ c, ports ^ b)
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

fn address_number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) | 0xffff << 32,
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "both halves are meant")]
const fn halves(number: u128) -> [u64; 2] {
    [(number >> 64) as u64, number as u64]
}

/// Both halves of the product, folded together.
const fn product(one: u64, other: u64) -> u64 {
    let [high, low] = halves(one as u128 * other as u128);
    high ^ low
}
