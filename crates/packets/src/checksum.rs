//! The internet checksum (RFC 1071) of IPv4 headers, TCP and UDP.
//!
//! The headers are summed up where they are read, the payload where somebody wants to know: often nobody does.

use std::net::IpAddr;

use crate::packet::{Checksum, Packet};
use crate::rest::{Rest, u8_at, u16_at};
use crate::transport::{TCP, UDP};

/// The sum of a message that holds, its own checksum included.
const HOLDS: u16 = 0xffff;

/// The one's complement sum of 16-bit words, of which the last may be half. The words are taken the other way round,
/// which only turns round the sum (RFC 1071, section 2): so it is summed as fast as memory gives it.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    let last: u64 = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    words.iter().map(|word| u64::from(u32::from_le_bytes(*word))).sum::<u64>() + last
}

/// The same of a header, of which mostly only the first 20 bytes are there.
#[inline]
fn header_sum(header: &[u8]) -> u64 {
    let Some((first, options)) = header.split_first_chunk::<20>() else { return sum(header) };
    let (words, _) = first.as_chunks::<4>();
    let fixed: u64 = words.iter().map(|word| u64::from(u32::from_le_bytes(*word))).sum();
    if options.is_empty() { fixed } else { fixed + sum(options) }
}

#[inline]
fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// Whether the IPv4 header with which the bytes begin is right; others have no checksum.
#[inline]
pub(crate) fn of_header(bytes: &[u8]) -> Checksum {
    let first = u8_at(bytes, 0).unwrap_or(0);
    match bytes.get(..usize::from(first & 0x0f) * 4) {
        Some(header) if first >> 4 == 4 && folded(header_sum(header)) != HOLDS => Checksum::Bad,
        _ => Checksum::Unchecked,
    }
}

/// What the transport header says, where the packet was captured whole and has a checksum. `payload` is what follows
/// the header in `carried`.
#[inline]
pub(crate) fn before_payload(packet: &Packet, carried: Rest<'_>, payload: Rest<'_>) -> Checksum {
    let bytes = carried.bytes;
    let has_checksum = match packet.ip_proto {
        TCP => true,
        UDP => {
            let is_all = u16_at(bytes, 4).is_some_and(|length| usize::from(length) == bytes.len());
            is_all && u16_at(bytes, 6).is_some_and(|checksum| checksum != 0)
        }
        _ => false,
    };
    let header = bytes.get(..bytes.len().saturating_sub(payload.bytes.len())).unwrap_or(bytes);
    if !has_checksum || bytes.len() < carried.wire {
        return Checksum::Unchecked;
    }
    let address = |address| match address {
        IpAddr::V4(address) => u64::from(u32::from_le_bytes(address.octets())),
        IpAddr::V6(address) => sum(&address.octets()),
    };
    // The pseudo header: its numbers are summed up the other way round too.
    let length = (bytes.len() as u32).swap_bytes();
    let pseudo_header = address(packet.src)
        + address(packet.dst)
        + u64::from(u16::from(packet.ip_proto).swap_bytes())
        + u64::from(length);
    Checksum::Payload(folded(pseudo_header + header_sum(header)))
}

impl Checksum {
    /// What it is with the payload, of which not all may have been summed up yet.
    #[inline]
    pub fn with(self, payload: &[u8]) -> Self {
        match self {
            Self::Payload(before) => {
                let payload = if payload.is_empty() { 0 } else { sum(payload) };
                if folded(u64::from(before) + payload) == HOLDS { Self::Good } else { Self::Bad }
            }
            known => known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As RFC 1071 describes it, word by word.
    fn plain(bytes: &[u8]) -> u16 {
        let words = bytes
            .chunks(2)
            .map(|word| u64::from(u16::from_be_bytes([word[0], word.get(1).copied().unwrap_or(0)])));
        folded(words.sum())
    }

    #[test]
    fn words_may_be_summed_up_in_any_order() {
        let bytes: Vec<u8> = (0..1501_u32).map(|index| ((index * 7919) >> 3) as u8).collect();
        for length in [0, 1, 2, 3, 4, 5, 20, 63, 64, 65, 1500, 1501] {
            let bytes = bytes.get(..length).unwrap();
            assert_eq!(folded(sum(bytes)).swap_bytes(), plain(bytes), "{length}");
        }
    }
}
