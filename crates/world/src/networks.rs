//! Which addresses are ours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use records::{Conn, HardwareAddress, Network};
use serde::{Deserialize, Serialize};

use crate::found::FoundNetworks;
use crate::own::Own;

/// Where an address lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Place {
    /// In the own networks.
    Inside,
    /// Somewhere else on the Internet.
    Outside,
    /// No single host: multicast, broadcast, unspecified, loopback.
    Nowhere,
}

/// The own networks: the private ranges (RFC 1918, RFC 6598, RFC 4193, link-local) and those that are configured; where
/// none are, those that are found, and single addresses that the link layer shows to be ours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Networks {
    configured: Vec<Network>,
    found: FoundNetworks,
    own: Own,
}

impl Networks {
    /// The private ranges and `configured`.
    pub fn new(configured: Vec<Network>) -> Self {
        Self { configured, found: FoundNetworks::default(), own: Own::default() }
    }

    /// Takes over what is configured now. What was found stays known, for when nothing is.
    pub(crate) fn configure(&mut self, configured: Vec<Network>) {
        self.configured = configured;
    }

    /// Learns from a connection which networks are ours.
    pub(crate) fn learn(&mut self, conn: &Conn) {
        if !self.configured.is_empty() {
            return;
        }
        let (orig, resp) = (conn.id.orig_h, conn.id.resp_h);
        let (is_orig_outside, is_resp_outside) =
            (self.place(orig) == Place::Outside, self.place(resp) == Place::Outside);
        if conn.local_orig && is_orig_outside {
            self.found.note_told(orig);
        }
        if conn.local_resp && is_resp_outside {
            self.found.note_told(resp);
        }
        if is_orig_outside && is_resp_outside {
            self.found.note_strangers(conn);
        }
        // What it has shown may be taken back, so it goes on looking at those that it has found.
        if self.is_foreign(orig) && self.is_foreign(resp) {
            self.own.learn(conn);
        }
    }

    /// Whether a link-layer address that carries an address outside, to or from `other`, is a router's.
    pub(crate) fn is_router(&self, mac: HardwareAddress, address: IpAddr, other: IpAddr) -> bool {
        !self.is_foreign(other) || self.own.is_router(mac, address)
    }

    /// Whether an address lies outside by all that is known but what the link layer shows.
    fn is_foreign(&self, address: IpAddr) -> bool {
        by_range(address) == Place::Outside && !self.is_named(address)
    }

    /// Networks that were found to be ours without being configured.
    pub fn found(&self) -> Vec<Network> {
        if self.configured.is_empty() { self.found.networks() } else { Vec::new() }
    }

    /// Where `address` lies.
    pub fn place(&self, address: IpAddr) -> Place {
        let place = by_range(address);
        if place == Place::Outside && self.is_ours(address) { Place::Inside } else { place }
    }

    /// Whether a public address is. What somebody said counts for the whole; only who said nothing needs guesses.
    fn is_ours(&self, address: IpAddr) -> bool {
        self.is_named(address) || (self.configured.is_empty() && self.own.contains(address))
    }

    /// Whether it lies in a network that is configured or, where none is, that was found.
    fn is_named(&self, address: IpAddr) -> bool {
        if self.configured.is_empty() {
            self.found.contains(address)
        } else {
            self.configured.iter().any(|network| network.contains(address))
        }
    }

    /// Whether `address` is ours.
    pub fn is_inside(&self, address: IpAddr) -> bool {
        self.place(address) == Place::Inside
    }
}

fn by_range(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => ipv4(address),
        IpAddr::V6(address) => ipv6(address),
    }
}

fn ipv4(address: Ipv4Addr) -> Place {
    let [first, second, ..] = address.octets();
    if first == 0 || first >= 224 || address.is_loopback() {
        return Place::Nowhere;
    }
    let shared = first == 100 && (64..128).contains(&second);
    if address.is_private() || address.is_link_local() || shared { Place::Inside } else { Place::Outside }
}

fn ipv6(address: Ipv6Addr) -> Place {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return ipv4(mapped);
    }
    if address.is_unspecified() || address.is_loopback() || address.is_multicast() {
        return Place::Nowhere;
    }
    if address.is_unique_local() || address.is_unicast_link_local() { Place::Inside } else { Place::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_configured_counts_instead_of_what_is_found() {
        let mut networks = Networks::default();
        let mut conn = Conn { local_resp: true, ..Conn::default() };
        (conn.id.orig_h, conn.id.resp_h) = ([73, 54, 23, 243].into(), [64, 225, 56, 201].into());
        networks.learn(&conn);
        assert!(networks.is_inside(conn.id.resp_h) && !networks.is_inside(conn.id.orig_h));
        networks.configure(vec![Network::parse("73.54.23.0/24").unwrap()]);
        networks.learn(&conn);
        assert!(networks.is_inside(conn.id.orig_h) && !networks.is_inside(conn.id.resp_h));
        assert_eq!(networks.found(), []);
    }

    #[test]
    fn private_ranges_are_ours_without_being_told() {
        let networks = Networks::new(vec![
            Network::parse("203.0.113.0/24").unwrap(),
            Network::parse("2001:db8::/32").unwrap(),
        ]);
        for (address, place) in [
            ("10.1.2.3", Place::Inside),
            ("172.31.0.1", Place::Inside),
            ("172.32.0.1", Place::Outside),
            ("100.64.0.1", Place::Inside),
            ("203.0.113.9", Place::Inside),
            ("203.0.114.9", Place::Outside),
            ("255.255.255.255", Place::Nowhere),
            ("0.0.0.0", Place::Nowhere),
            ("fd00::1", Place::Inside),
            ("fe80::1", Place::Inside),
            ("2001:db8:1::1", Place::Inside),
            ("2606:4700::1", Place::Outside),
            ("ff02::fb", Place::Nowhere),
        ] {
            assert_eq!(networks.place(address.parse().unwrap()), place, "{address}");
        }
    }
}
