//! What makes two packets belong to one connection: both ends, whichever sends, and the IP protocol.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::LazyLock;

use packets::{Packet, Transport};
use records::Endpoints;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::icmp;

/// Another in each process, so that nobody can search for ends whose hashes collide. No order depends on the hash.
static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));

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
        let mut bytes = [0; 37];
        let (addresses, rest) = bytes.split_at_mut(32);
        let (first_address, second_address) = addresses.split_at_mut(16);
        first_address.copy_from_slice(&first.0.to_ne_bytes());
        second_address.copy_from_slice(&second.0.to_ne_bytes());
        let ([a, b], [c, d]) = (first.1.to_ne_bytes(), second.1.to_ne_bytes());
        rest.copy_from_slice(&[a, b, c, d, ip_proto]);
        xxh3_64_with_seed(&bytes, *SEED)
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
