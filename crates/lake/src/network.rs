//! Networks of addresses.

use std::net::IpAddr;

/// A network in CIDR notation, e.g. `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Reads `10.0.0.0/8` or `fd00::/8`; bits behind the prefix do not count.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let prefix_bits: u8 = prefix.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        (prefix_bits <= width).then_some(Self { address, prefix_bits })
    }

    /// Whether the address lies in it.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let differing = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        differing >= u32::from(self.prefix_bits)
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("fd00::/8", "fd12::1", true),
            ("::1/128", "::2", false),
        ];
        for (network, address, is_in) in cases {
            assert_eq!(
                Network::parse(network).unwrap().contains(address.parse().unwrap()),
                is_in,
                "{network}"
            );
        }
        for wrong in ["10.0.0.0", "10.0.0.0/33", "fd00::/129", "x/8", "10.0.0.0/-1"] {
            assert_eq!(Network::parse(wrong), None);
        }
    }
}
