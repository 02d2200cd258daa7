//! What an operator may set, and the limits of memory.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Settings of a [`Table`](crate::Table).
#[derive(Clone, Debug)]
pub struct Config {
    /// The own networks: they make `local_orig` and `local_resp`.
    pub local_networks: Vec<Network>,
    /// So many connections are followed at once; beyond, the one that is nearest to its time-out is closed early.
    pub connections_max: usize,
    /// So many bytes of TCP segments that came too early are kept for one direction of a connection.
    pub early_bytes_max: usize,
    /// The same for all connections together.
    pub early_bytes_total_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            local_networks: PRIVATE_NETWORKS.to_vec(),
            connections_max: 2_000_000,
            early_bytes_max: 4 << 20,
            early_bytes_total_max: 256 << 20,
        }
    }
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its first address.
    pub address: IpAddr,
    /// So many leading bits of an address decide.
    pub prefix_bits: u8,
}

impl Network {
    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differ = network.to_bits() ^ address.to_bits();
                differ.checked_shr(32_u32.saturating_sub(u32::from(self.prefix_bits))).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differ = network.to_bits() ^ address.to_bits();
                differ.checked_shr(128_u32.saturating_sub(u32::from(self.prefix_bits))).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

const fn v4(a: u8, b: u8, c: u8, prefix_bits: u8) -> Network {
    Network { address: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), prefix_bits }
}

const fn v6(first: u16, second: u16, prefix_bits: u8) -> Network {
    Network { address: IpAddr::V6(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0)), prefix_bits }
}

/// Addresses that no one routes on the internet: IANA's special-purpose registries (RFC 6890), as Zeek's
/// `Site::private_address_space` has them.
pub const PRIVATE_NETWORKS: &[Network] = &[
    v4(0, 0, 0, 8),
    v4(10, 0, 0, 8),
    v4(100, 64, 0, 10),
    v4(127, 0, 0, 8),
    v4(169, 254, 0, 16),
    v4(172, 16, 0, 12),
    v4(192, 0, 0, 24),
    v4(192, 0, 2, 24),
    v4(192, 168, 0, 16),
    v4(198, 18, 0, 15),
    v4(198, 51, 100, 24),
    v4(203, 0, 113, 24),
    v4(224, 0, 0, 24),
    v4(239, 0, 0, 8),
    v4(240, 0, 0, 4),
    v6(0, 0, 127),
    v6(0x0100, 0, 64),
    v6(0x2001, 2, 48),
    v6(0x2001, 0xdb8, 32),
    v6(0xfc00, 0, 7),
    v6(0xfe80, 0, 10),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_local() {
        let cases = [
            ("10.1.2.3", true),
            ("172.31.255.255", true),
            ("172.32.0.0", false),
            ("192.169.0.1", false),
            ("8.8.8.8", false),
            ("fe80::1", true),
            ("::1", true),
            ("::2", false),
            ("2606:4700::1", false),
        ];
        for (address, local) in cases {
            let address = address.parse().unwrap();
            assert_eq!(PRIVATE_NETWORKS.iter().any(|network| network.contains(address)), local, "{address}");
        }
    }
}
