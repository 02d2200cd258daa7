//! The internet checksum (RFC 1071) of IPv4 headers, TCP, UDP and ICMP.

use std::net::IpAddr;

use crate::packet::{Checksum, Packet};
use crate::rest::{Rest, u8_at, u16_at};
use crate::transport::{ICMP, ICMP_V6, TCP, UDP};

/// The one's complement sum of 16-bit words, of which the last may be half.
fn sum(bytes: &[u8]) -> u64 {
    let (words, last) = bytes.as_chunks::<2>();
    let last = last.first().map_or(0, |byte| u64::from(*byte) << 8);
    words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum::<u64>() + last
}

/// Whether a sum that includes the checksum is right.
fn verdict(mut sum: u64) -> Checksum {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    if sum == 0xffff { Checksum::Good } else { Checksum::Bad }
}

/// Of the IPv4 header with which the bytes begin; others have none.
pub(crate) fn of_header(bytes: &[u8]) -> Checksum {
    let first = u8_at(bytes, 0).unwrap_or(0);
    let header = bytes.get(..usize::from(first & 0x0f) * 4);
    match header {
        Some(header) if first >> 4 == 4 => verdict(sum(header)),
        _ => Checksum::Unchecked,
    }
}

/// Of the transport that a packet carries, where it was captured whole and has one.
pub(crate) fn of_transport(packet: &Packet, carried: Rest<'_>) -> Checksum {
    let bytes = carried.bytes;
    let has_checksum = match packet.ip_proto {
        TCP | ICMP | ICMP_V6 => true,
        UDP => u16_at(bytes, 6).is_some_and(|checksum| checksum != 0),
        _ => false,
    };
    if !has_checksum || bytes.len() < carried.wire {
        return Checksum::Unchecked;
    }
    let pseudo_header = match packet.ip_proto {
        ICMP => 0,
        protocol => {
            let address = |address| match address {
                IpAddr::V4(address) => sum(&address.octets()),
                IpAddr::V6(address) => sum(&address.octets()),
            };
            address(packet.src) + address(packet.dst) + u64::from(protocol) + bytes.len() as u64
        }
    };
    verdict(pseudo_header + sum(bytes))
}

impl Checksum {
    /// Both together: bad where one is, good where one is and none is bad.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Bad, _) | (_, Self::Bad) => Self::Bad,
            (Self::Good, _) | (_, Self::Good) => Self::Good,
            (Self::Unchecked, Self::Unchecked) => Self::Unchecked,
        }
    }
}
