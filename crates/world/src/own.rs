//! Public addresses of ours that nobody told us of, by the link layer.
//!
//! Between two public addresses nothing in a record says which is ours. On the link a router stands for all that lies behind
//! it: its link-layer address carries many addresses, that of a host only its own. Who speaks through a router with many
//! others is on our side of it. Of IPv6, where hosts change their addresses within their subnet, subnets are told apart.

use std::net::{IpAddr, Ipv6Addr};

use records::{Conn, HardwareAddress};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

/// Link-layer addresses that are remembered: more than a segment has.
const STATIONS_MAX: usize = 16_384;
/// Addresses and subnets that are remembered as ours.
const OWN_MAX: usize = 16_384;

/// What a link-layer address carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Carried {
    /// One address of IPv4, or one subnet of IPv6.
    One(IpAddr),
    /// Several: it is a router's.
    Many,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Own {
    /// By link-layer address, and whether it is of IPv6.
    stations: FxHashMap<([u8; 6], bool), Carried>,
    own: FxHashSet<IpAddr>,
}

impl Own {
    /// Whether the address was found to be ours.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        !self.own.is_empty() && self.own.contains(&place_of(address))
    }

    /// Whether the link-layer address carried several public addresses of this kind.
    pub(crate) fn is_router(&self, mac: HardwareAddress, address: IpAddr) -> bool {
        self.stations.get(&(mac.0, address.is_ipv6())) == Some(&Carried::Many)
    }

    /// Learns from a connection between two public addresses.
    pub(crate) fn learn(&mut self, conn: &Conn) {
        let (Some(orig), Some(resp)) = (conn.orig_l2_addr, conn.resp_l2_addr) else { return };
        if orig == resp {
            return;
        }
        let ends = [(conn.id.orig_h, orig, resp), (conn.id.resp_h, resp, orig)];
        for (address, mac, _) in ends {
            self.note(place_of(address), mac, address.is_ipv6());
        }
        for (address, mac, other) in ends {
            let place = place_of(address);
            let is_alone = self.stations.get(&(mac.0, address.is_ipv6())) == Some(&Carried::One(place));
            if is_alone && self.is_router(other, address) && self.own.len() < OWN_MAX {
                self.own.insert(place);
            }
        }
    }

    fn note(&mut self, place: IpAddr, mac: HardwareAddress, is_ipv6: bool) {
        let key = (mac.0, is_ipv6);
        match self.stations.get(&key).copied() {
            Some(Carried::One(known)) if known != place => {
                self.own.remove(&known);
                self.stations.insert(key, Carried::Many);
            }
            Some(_) => {}
            None if self.stations.len() < STATIONS_MAX => {
                self.stations.insert(key, Carried::One(place));
            }
            None => {}
        }
    }
}

/// The address, or the subnet of one of IPv6.
fn place_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conn(orig: (&str, u8), resp: (&str, u8)) -> Conn {
        let mut conn = Conn::default();
        conn.id.orig_h = orig.0.parse().unwrap();
        conn.id.resp_h = resp.0.parse().unwrap();
        let mac = |last: u8| Some(HardwareAddress([2, 0, 0, 0, 0, last]));
        (conn.orig_l2_addr, conn.resp_l2_addr) = (mac(orig.1), mac(resp.1));
        conn
    }

    fn is_own(own: &Own, address: &str) -> bool {
        own.contains(address.parse().unwrap())
    }

    #[test]
    fn who_speaks_with_many_through_a_router_is_ours() {
        let mut own = Own::default();
        own.learn(&conn(("192.0.2.7", 7), ("198.51.100.1", 1)));
        assert!(!is_own(&own, "192.0.2.7"), "either may be the router");
        own.learn(&conn(("192.0.2.7", 7), ("203.0.113.9", 1)));
        assert!(is_own(&own, "192.0.2.7"));
        assert!(!is_own(&own, "198.51.100.1") && !is_own(&own, "203.0.113.9"));
        // One that is called from outside is ours, too.
        own.learn(&conn(("203.0.113.10", 1), ("192.0.2.8", 8)));
        assert!(is_own(&own, "192.0.2.8") && !is_own(&own, "203.0.113.10"));
    }

    #[test]
    fn between_two_routers_nobody_is_ours() {
        let mut own = Own::default();
        for number in 1..9 {
            let (left, right) = (format!("192.0.{number}.7"), format!("198.51.{number}.7"));
            own.learn(&conn((&left, 1), (&right, 2)));
            own.learn(&conn((&right, 2), (&left, 1)));
        }
        assert!((1..9).all(|number| !is_own(&own, &format!("192.0.{number}.7"))));
        assert!((1..9).all(|number| !is_own(&own, &format!("198.51.{number}.7"))));
    }

    #[test]
    fn a_host_of_ipv6_may_change_its_address_within_its_subnet() {
        let mut own = Own::default();
        own.learn(&conn(("2001:db8:1::7", 7), ("2001:db8:aa::1", 1)));
        own.learn(&conn(("2001:db8:1::9", 7), ("2001:db8:bb::1", 1)));
        assert!(is_own(&own, "2001:db8:1::8") && !is_own(&own, "2001:db8:aa::1"));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut own = Own::default();
        own.learn(&conn(("192.0.2.7", 1), ("198.51.100.1", 0)));
        own.learn(&conn(("192.0.2.8", 1), ("198.51.100.1", 0)));
        for number in 0..40_000_u32 {
            let [_, a, b, c] = number.to_be_bytes();
            let mut one = conn(("192.0.2.7", 0), ("192.0.2.8", 1));
            one.id.orig_h = [100, a, b, c].into();
            one.orig_l2_addr = Some(HardwareAddress([2, 1, 0, a, b, c]));
            own.learn(&one);
        }
        assert!(own.stations.len() <= STATIONS_MAX && own.own.len() <= OWN_MAX);
    }
}
