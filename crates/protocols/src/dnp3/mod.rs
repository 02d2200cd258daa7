//! The Distributed Network Protocol 3 (IEEE 1815) over TCP and UDP: recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(OVER_TCP, "DNP3 over TCP.", "dnp3_tcp", Tcp, &[20000], Either, check);
recognised!(OVER_UDP, "DNP3 over UDP.", "dnp3_udp", Udp, &[20000], Either, check);

/// The header of a frame: two start bytes, length, control, destination (2 bytes), source (2) and a checksum (2).
fn check(_: Sender, bytes: &[u8]) -> Verdict {
    match bytes {
        [0x05, 0x64, 5..=255, _, _, _, _, _, low, high, ..] => {
            let header = bytes.get(..8).unwrap_or_default();
            if checksum(header) == u16::from_le_bytes([*low, *high]) { Verdict::Match } else { Verdict::No }
        }
        [0x05, 0x64, ..] | [0x05] if bytes.len() < 10 => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// The CRC of IEEE 1815 (polynomial 0x3d65, bits reflected, inverted at the end).
fn checksum(bytes: &[u8]) -> u16 {
    let mut rest = 0_u16;
    for byte in bytes {
        rest ^= u16::from(*byte);
        for _ in 0..8 {
            rest = if rest & 1 == 0 { rest >> 1 } else { rest >> 1 ^ 0xa6bc };
        }
    }
    !rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        let frame = [0x05, 0x64, 0x05, 0x49, 0x64, 0x00, 0x01, 0x00, 0x7e, 0x5f];
        assert_eq!(check(Sender::Originator, &frame), Verdict::Match);
        assert_eq!(
            check(Sender::Originator, &[0x05, 0x64, 0x05, 0x49, 0x64, 0x00, 0x01, 0x00, 0x7e, 0x5e]),
            Verdict::No
        );
    }
}
