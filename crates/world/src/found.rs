//! Own networks that nobody named: those that a sensor's log calls local, and those around which all traffic turns.
//!
//! A capture between public addresses has the site at one end of every connection and the Internet at the other. The
//! site's subnets meet hosts all over the Internet; a host of the Internet meets only the few networks of the site. So a
//! subnet whose partners are spread widely is a candidate, and candidates are believed where nearly every connection has
//! exactly one of them at an end, and they lie in few networks: on a link between strangers that is not so.
//!
//! Bounded: [`SUBNETS_MAX`] subnets that are ours, and as many candidates.

use std::net::IpAddr;

use records::{Conn, LocalNetworks, Network};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use serde::{Deserialize, Serialize};

/// Subnets that are kept; further ones stay strangers.
const SUBNETS_MAX: usize = 65_536;
/// Connections after which a subnet can be a candidate: fewer show no habit.
const CONNECTIONS_MIN: u32 = 64;
/// Partner networks (of 16 bits, or 32) of a candidate, as bits of [`Meetings::partners`]: a site whose own networks lie
/// in as many would not be found.
const PARTNERS_MIN: u32 = 12;
/// Networks around the candidates: where they lie in more, the Internet is on both sides.
const OWN_NETWORKS_MAX: usize = 8;
/// Connections by which it is judged whether the candidates explain what is seen.
const JUDGED_BY: u32 = 256;
/// So many of these must have exactly one candidate's network at an end: nine of ten.
const EXPLAINED_MIN: u32 = JUDGED_BY / 10 * 9;

/// A subnet: the upper 24 bits of an IPv4 address, the upper 64 of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Subnet {
    V4(u32),
    V6(u64),
}

impl Subnet {
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address.to_bits() >> 8),
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(mapped) => Self::V4(mapped.to_bits() >> 8),
                None => Self::V6(upper_half(address.to_bits())),
            },
        }
    }

    /// The network in which a provider or a site has many such subnets: 16 bits, or 32.
    const fn around(self) -> Self {
        match self {
            Self::V4(bits) => Self::V4(bits >> 8),
            Self::V6(bits) => Self::V6(bits >> 32),
        }
    }

    fn network(self) -> Option<Network> {
        let text = match self {
            Self::V4(bits) => format!("{}/24", std::net::Ipv4Addr::from_bits(bits << 8)),
            Self::V6(bits) => format!("{}/64", std::net::Ipv6Addr::from_bits(u128::from(bits) << 64)),
        };
        Network::parse(&text)
    }
}

fn upper_half(bits: u128) -> u64 {
    u64::try_from(bits >> 64).unwrap_or(u64::MAX)
}

/// Whom the hosts of a subnet met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Meetings {
    connections: u32,
    /// A bit for each partner's network, by its hash.
    partners: u64,
}

impl Meetings {
    const fn is_candidate(self) -> bool {
        self.connections >= CONNECTIONS_MIN && self.partners.count_ones() >= PARTNERS_MIN
    }
}

/// The own networks that were found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FoundNetworks {
    /// Addresses that a log calls local, a bit for each of a subnet of IPv4; all of a subnet of IPv6.
    told: FxHashMap<Subnet, [u64; 4]>,
    /// Subnets around which traffic turns.
    turned_around: FxHashSet<Subnet>,
    met: FxHashMap<Subnet, Meetings>,
    /// The networks around the candidates.
    candidates_around: FxHashSet<Subnet>,
    judged: u32,
    explained: u32,
}

impl FoundNetworks {
    /// Whether the address lies in them.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        if self.told.is_empty() && self.turned_around.is_empty() {
            return false;
        }
        let subnet = Subnet::of(address);
        self.turned_around.contains(&subnet) || self.told.get(&subnet).is_some_and(|bits| has(bits, address))
    }

    /// All of them, sorted: addresses that were told, and subnets.
    pub(crate) fn networks(&self) -> Vec<Network> {
        let told = self.told.iter().flat_map(|(subnet, bits)| told_of(*subnet, bits));
        let mut found: Vec<Network> =
            told.chain(self.turned_around.iter().filter_map(|subnet| subnet.network())).collect();
        found.sort_unstable_by_key(ToString::to_string);
        found
    }

    /// Takes in that a log calls this address local. What nobody routes on the Internet is local everywhere: that
    /// says nothing of who we are.
    pub(crate) fn note_told(&mut self, address: IpAddr) {
        let subnet = Subnet::of(address);
        if self.told.get(&subnet).is_some_and(|bits| has(bits, address)) || is_special(address) {
            return;
        }
        if self.told.len() < SUBNETS_MAX || self.told.contains_key(&subnet) {
            let bits = self.told.entry(subnet).or_default();
            let (word, bit) = place_of(address);
            if let Some(word) = bits.get_mut(word) {
                *word |= bit;
            }
        }
    }

    /// Takes in a connection between two addresses of the Internet neither of which is known to be ours. Where a log
    /// says what is local, nothing is to be guessed.
    pub(crate) fn note_strangers(&mut self, conn: &Conn) {
        let (orig, resp) = (Subnet::of(conn.id.orig_h), Subnet::of(conn.id.resp_h));
        let is_link_of_strangers = self.candidates_around.len() > OWN_NETWORKS_MAX;
        if !self.told.is_empty() || orig == resp || conn.resp_pkts == 0 || is_link_of_strangers {
            return;
        }
        self.meet(orig, resp);
        self.meet(resp, orig);
        if self.candidates_around.is_empty() {
            return;
        }
        let is_near = |subnet: Subnet| self.candidates_around.contains(&subnet.around());
        self.explained += u32::from(is_near(orig) != is_near(resp));
        self.judged += 1;
        if self.judged == JUDGED_BY {
            self.judge();
        }
    }

    fn meet(&mut self, subnet: Subnet, partner: Subnet) {
        if !self.met.contains_key(&subnet) && !self.make_room() {
            return;
        }
        let meetings = self.met.entry(subnet).or_default();
        meetings.connections = meetings.connections.saturating_add(1);
        meetings.partners |= 1 << (hash_of(partner.around()) >> 58);
        if meetings.is_candidate() {
            self.candidates_around.insert(subnet.around());
            if self.candidates_around.len() > OWN_NETWORKS_MAX {
                self.met = FxHashMap::default();
            }
        }
    }

    /// Forgets subnets that met next to nobody where there is no room.
    fn make_room(&mut self) -> bool {
        if self.met.len() >= SUBNETS_MAX {
            self.met.retain(|_, meetings| meetings.connections > 2);
        }
        self.met.len() < SUBNETS_MAX
    }

    /// Believes the candidates where they explain what was seen, else waits for more.
    fn judge(&mut self) {
        if self.explained >= EXPLAINED_MIN {
            let ours = self.met.iter().filter(|(_, meetings)| meetings.is_candidate());
            let mut ours: Vec<Subnet> = ours.map(|(subnet, _)| *subnet).collect();
            ours.sort_unstable();
            for subnet in ours {
                if self.turned_around.len() < SUBNETS_MAX {
                    self.turned_around.insert(subnet);
                    self.met.remove(&subnet);
                }
            }
        }
        (self.judged, self.explained) = (0, 0);
    }
}

fn is_special(address: IpAddr) -> bool {
    LocalNetworks::default().contains(address)
}

fn hash_of(subnet: Subnet) -> u64 {
    use std::hash::{Hash as _, Hasher as _};
    let mut hasher = FxHasher::default();
    subnet.hash(&mut hasher);
    hasher.finish()
}

/// Where the bit of an address is in those of its subnet; one bit stands for all of IPv6.
fn place_of(address: IpAddr) -> (usize, u64) {
    match address {
        IpAddr::V4(address) => {
            let [.., last] = address.octets();
            (usize::from(last / 64), 1 << (last % 64))
        }
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or((0, 1), |mapped| place_of(mapped.into())),
    }
}

fn has(bits: &[u64; 4], address: IpAddr) -> bool {
    let (word, bit) = place_of(address);
    bits.get(word).is_some_and(|word| word & bit != 0)
}

fn told_of(subnet: Subnet, bits: &[u64; 4]) -> Vec<Network> {
    match subnet {
        Subnet::V6(_) => subnet.network().into_iter().collect(),
        Subnet::V4(upper) => (0..=u8::MAX)
            .map(|last| std::net::Ipv4Addr::from_bits(upper << 8 | u32::from(last)))
            .filter(|address| has(bits, (*address).into()))
            .filter_map(|address| Network::parse(&format!("{address}/32")))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn conn(orig: [u8; 4], resp: [u8; 4]) -> Conn {
        let mut conn = Conn { resp_pkts: 2, ..Conn::default() };
        (conn.id.orig_h, conn.id.resp_h) = (orig.into(), resp.into());
        conn
    }

    fn shown(found: &FoundNetworks) -> Vec<String> {
        found.networks().iter().map(ToString::to_string).collect()
    }

    /// An address somewhere on the Internet.
    fn somewhere(number: u32) -> [u8; 4] {
        let spread = number.wrapping_mul(2_654_435_761);
        [20 + (spread >> 24) as u8 % 60, (spread >> 16) as u8, (spread >> 8) as u8, 1 + spread as u8 % 250]
    }

    #[test]
    fn the_site_is_found_around_which_traffic_turns() {
        let mut found = FoundNetworks::default();
        for number in 0..2_000 {
            let own = [147, 32, 80 + (number % 3) as u8, (number % 90) as u8];
            let other = somewhere(number % 400);
            let conn = if number % 4 == 0 { conn(other, own) } else { conn(own, other) };
            found.note_strangers(&conn);
        }
        assert_eq!(shown(&found), ["147.32.80.0/24", "147.32.81.0/24", "147.32.82.0/24"]);
        assert!(found.contains([147, 32, 81, 200].into()) && !found.contains(somewhere(7).into()));
    }

    #[test]
    fn a_link_between_strangers_is_nobodys_site() {
        let mut found = FoundNetworks::default();
        for number in 0..20_000 {
            found.note_strangers(&conn(
                somewhere(number % 300),
                somewhere(1_000 + number.wrapping_mul(7) % 311),
            ));
        }
        assert_eq!(shown(&found), [""; 0]);
    }

    #[test]
    fn two_hosts_alone_and_scans_that_nobody_answers_show_nothing() {
        let mut found = FoundNetworks::default();
        for number in 0..5_000 {
            found.note_strangers(&conn([147, 32, 80, 1], [20, 1, 1, 1]));
            found.note_strangers(&Conn { resp_pkts: 0, ..conn([147, 32, 80, 1], somewhere(number)) });
        }
        assert_eq!(shown(&found), [""; 0]);
    }

    #[test]
    fn what_a_log_calls_local_is_ours_to_the_address() {
        let mut found = FoundNetworks::default();
        for address in ["64.225.56.201", "64.225.56.9", "2a03:b0c0:1:2::7", "198.51.100.7", "10.0.0.1"] {
            found.note_told(address.parse().unwrap());
        }
        assert_eq!(shown(&found), ["2a03:b0c0:1:2::/64", "64.225.56.201/32", "64.225.56.9/32"]);
        for (address, is_ours) in [
            ("64.225.56.201", true),
            ("64.225.56.202", false),
            ("2a03:b0c0:1:2::8", true),
            ("2a03:b0c0:1:3::7", false),
        ] {
            assert_eq!(found.contains(address.parse().unwrap()), is_ours, "{address}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_stays_bounded(seed in any::<u32>()) {
            let mut found = FoundNetworks::default();
            for number in 0..70_000_u32 {
                let bits = number.wrapping_mul(2_654_435_761) ^ seed;
                found.note_strangers(&conn(bits.to_be_bytes(), (!bits).to_be_bytes()));
                found.note_told(IpAddr::from(bits.rotate_left(9).to_be_bytes()));
            }
            prop_assert!(found.met.len() <= SUBNETS_MAX && found.told.len() <= SUBNETS_MAX);
        }
    }
}
