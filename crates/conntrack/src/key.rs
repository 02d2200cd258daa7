//! What makes two packets belong to one connection: both ends, whichever sends, and the IP protocol.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::LazyLock;

use packets::{Packet, Transport};
use records::Endpoints;

use crate::folding::fold;
use crate::icmp;

/// Others in each process, so that nobody can search for ends whose hashes collide. No order depends on the hash.
static SEEDS: LazyLock<[u64; 5]> = LazyLock::new(|| {
    let random = RandomState::new();
    [0, 1, 2, 3, 4].map(|number| random.hash_one(number))
});

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
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    pub(crate) fn hash(&self, ip_proto: u8) -> u64 {
        let [a, b, c, d, e] = *SEEDS;
        if let (IpAddr::V4(source), IpAddr::V4(destination)) = (self.source, self.destination) {
            let source = u64::from(source.to_bits()) << 16 | u64::from(self.source_port);
            let destination = u64::from(destination.to_bits()) << 16 | u64::from(self.destination_port);
            let (first, second) = self.ordered(source, destination);
            return fold(fold(first ^ a, second ^ b) ^ u64::from(ip_proto), c);
        }
        let source = (address_number(self.source), self.source_port);
        let destination = (address_number(self.destination), self.destination_port);
        let (first, second) = self.ordered(source, destination);
        let halves = |address: u128| ((address >> 64) as u64, address as u64);
        let ((first_high, first_low), (second_high, second_low)) = (halves(first.0), halves(second.0));
        let ports = u64::from(first.1) << 24 | u64::from(second.1) << 8 | u64::from(ip_proto);
        fold(fold(first_high ^ a, first_low ^ b) ^ ports, fold(second_high ^ c, second_low ^ d) ^ e)
    }

    /// The same two whoever sends, unless answers are not looked for.
    fn ordered<T: Ord>(&self, source: T, destination: T) -> (T, T) {
        if self.one_way || source <= destination { (source, destination) } else { (destination, source) }
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
