//! Ranges of addresses, and those that everyone may use at home.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A range of addresses: an address and the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Reads `10.0.0.0/8` or `fd00::/8`; bits behind the prefix do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let prefix_bits: u8 = prefix.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        (prefix_bits <= width).then_some(Self { address, prefix_bits })
    }

    /// Whether the address lies in it.
    pub const fn contains(&self, address: IpAddr) -> bool {
        let alike = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        alike >= self.prefix_bits as u32
    }

    const fn v4(a: u8, b: u8, c: u8, prefix_bits: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), prefix_bits }
    }

    const fn v6(first: u16, second: u16, prefix_bits: u8) -> Self {
        Self { address: IpAddr::V6(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0)), prefix_bits }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix_bits)
    }
}

/// Networks that no one routes on the internet: IANA's special-purpose registries (RFC 6890), as Zeek's
/// `Site::private_address_space` has them.
const PRIVATE_NETWORKS: &[Network] = &[
    Network::v4(0, 0, 0, 8),
    Network::v4(10, 0, 0, 8),
    Network::v4(100, 64, 0, 10),
    Network::v4(127, 0, 0, 8),
    Network::v4(169, 254, 0, 16),
    Network::v4(172, 16, 0, 12),
    Network::v4(192, 0, 0, 24),
    Network::v4(192, 0, 2, 24),
    Network::v4(192, 168, 0, 16),
    Network::v4(198, 18, 0, 15),
    Network::v4(198, 51, 100, 24),
    Network::v4(203, 0, 113, 24),
    Network::v4(224, 0, 0, 24),
    Network::v4(239, 0, 0, 8),
    Network::v4(240, 0, 0, 4),
    Network::v6(0, 0, 127),
    Network::v6(0x0100, 0, 64),
    Network::v6(0x2001, 0, 23),
    Network::v6(0x2001, 0xdb8, 32),
    Network::v6(0xfc00, 0, 7),
    Network::v6(0xfe80, 0, 10),
];

/// The own networks: the private ones, and those that the operator names. Every record tells by them who is local.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalNetworks {
    named: Arc<[Network]>,
}

impl LocalNetworks {
    /// The private networks, and `named`.
    pub fn new(named: Vec<Network>) -> Self {
        Self { named: named.into() }
    }

    /// Whether the address is one of ours.
    pub fn contains(&self, address: IpAddr) -> bool {
        PRIVATE_NETWORKS.iter().chain(self.named.iter()).any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_local_and_those_that_are_named() {
        let private = LocalNetworks::default();
        let local =
            ["10.1.2.3", "172.31.255.255", "192.168.1.1", "127.0.0.1", "224.0.0.251", "239.255.255.250"];
        for address in local.into_iter().chain(["::1", "fe80::1", "fd00::1", "2001:0:53aa:64c::1"]) {
            assert!(private.contains(address.parse().unwrap()), "{address}");
        }
        let foreign = ["8.8.8.8", "172.32.0.0", "192.169.0.1", "100.128.0.1", "224.0.1.1"];
        for address in foreign.into_iter().chain(["::2", "2001:200::1", "2606:4700::1111", "ff02::1"]) {
            assert!(!private.contains(address.parse().unwrap()), "{address}");
        }
        let named = LocalNetworks::new(vec![Network::parse("8.8.0.0/16").unwrap()]);
        for (address, is_local) in [("8.8.8.8", true), ("10.1.2.3", true), ("8.9.8.8", false)] {
            assert_eq!(named.contains(address.parse().unwrap()), is_local, "{address}");
        }
    }

    #[test]
    fn a_network_contains_its_addresses() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.20.0.0/23", "10.20.1.255", true),
            ("10.20.0.0/23", "10.20.2.0", false),
            ("1.2.3.4/32", "1.2.3.4", true),
            ("0.0.0.0/0", "9.9.9.9", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "2606:4700::1111", true),
            ("fd00::/8", "fd12::1", true),
            ("::1/128", "::2", false),
        ];
        for (text, address, is_in) in cases {
            let network = Network::parse(text).unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), is_in, "{text}");
            assert_eq!(network.to_string(), text);
        }
        for wrong in ["10.0.0.0", "10.0.0.0/33", "fd00::/129", "x/8", "10.0.0.0/-1", "ten"] {
            assert_eq!(Network::parse(wrong), None);
        }
    }
}
