//! Which addresses are one's own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks that are never routed in the internet (Zeek's `Site::private_address_space`; RFC 6890): address and
/// length of the prefix.
const PRIVATE_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The same for IPv6.
const PRIVATE_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::UNSPECIFIED, 127),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
];

/// Whether an address lies in a private network, and so in the own ones.
pub fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => PRIVATE_V4
            .iter()
            .any(|(network, length)| (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length),
        IpAddr::V6(address) => PRIVATE_V6
            .iter()
            .any(|(network, length)| (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_local() {
        for address in ["10.1.2.3", "172.31.0.1", "192.168.1.1", "127.0.0.1", "::1", "fe80::1", "fd00::1"] {
            assert!(is_local(address.parse().unwrap()), "{address}");
        }
        for address in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "ff02::1"] {
            assert!(!is_local(address.parse().unwrap()), "{address}");
        }
    }
}
