//! Packets in datagrams (RFC 9000, section 17), as far as they are not encrypted.

use super::versions;
use crate::take;

/// Ids of connections are not longer (RFC 9000, section 17.2).
const ID_BYTES_MAX: usize = 20;

/// First bit: the header is a long one. Second: it is a packet of QUIC at all.
const LONG: u8 = 0x80;
const FIXED: u8 = 0x40;

/// A packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    /// One of the handshake.
    Long(Long<'a>),
    /// One after it.
    Short,
    /// Something else, e.g. what fills a datagram up.
    Other,
}

/// A packet with a long header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Long<'a> {
    pub(super) version: u32,
    /// Id of the connection that the receiver chose, or that a client made up for it.
    pub(super) destination: &'a [u8],
    /// Id that the sender chose.
    pub(super) source: &'a [u8],
    pub(super) kind: Kind<'a>,
}

/// What a packet with a long header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// With the hellos.
    Initial {
        /// The packet.
        packet: &'a [u8],
        /// Where in it the packet number begins, behind which all is encrypted.
        number_at: usize,
    },
    ZeroRtt,
    Handshake,
    Retry,
    /// The versions that the server speaks.
    Negotiation,
    /// Of a version that is not read.
    Unfamiliar,
}

/// The next packet of a datagram. `None` where it cannot be read, nor what is behind it.
pub(super) fn next<'a>(datagram: &mut &'a [u8]) -> Option<Packet<'a>> {
    let whole = std::mem::take(datagram);
    let (first, mut rest) = whole.split_first()?;
    if first & LONG == 0 {
        return Some(match older(whole) {
            Some(long) => Packet::Long(long),
            None if first & FIXED == 0 => Packet::Other,
            None => Packet::Short,
        });
    }
    let version = take::u32(&mut rest)?;
    if first & FIXED == 0 && version != versions::NEGOTIATION {
        return Some(Packet::Other);
    }
    if versions::is_of_google(version) {
        return Some(Packet::Long(Long { version, destination: &[], source: &[], kind: Kind::Unfamiliar }));
    }
    let destination = take::after_u8(&mut rest).filter(|id| id.len() <= ID_BYTES_MAX)?;
    let source = take::after_u8(&mut rest).filter(|id| id.len() <= ID_BYTES_MAX)?;
    let kind = match (version, versions::scheme(version)) {
        (versions::NEGOTIATION, _) => Kind::Negotiation,
        (_, None) => Kind::Unfamiliar,
        (_, Some(scheme)) => {
            let kind = kind((first >> 4).wrapping_add(scheme.type_shift) & 3, whole, &mut rest)?;
            *datagram = if kind == Kind::Retry { &[] } else { rest };
            kind
        }
    };
    Some(Packet::Long(Long { version, destination, source, kind }))
}

/// Reads what is behind the ids, of which `rest` begins the first byte.
fn kind<'a>(number: u8, whole: &'a [u8], rest: &mut &'a [u8]) -> Option<Kind<'a>> {
    const INITIAL: u8 = 0;
    const ZERO_RTT: u8 = 1;
    const RETRY: u8 = 3;
    const TAG_BYTES: usize = 16;
    if number == RETRY {
        return (rest.len() >= TAG_BYTES).then_some(Kind::Retry);
    }
    if number == INITIAL {
        let token_length = length(rest)?;
        take::bytes(rest, token_length)?;
    }
    let length = length(rest)?;
    let number_at = whole.len() - rest.len();
    take::bytes(rest, length)?;
    Some(match number {
        INITIAL => Kind::Initial { packet: whole.get(..number_at + length)?, number_at },
        ZERO_RTT => Kind::ZeroRtt,
        _ => Kind::Handshake,
    })
}

fn length(from: &mut &[u8]) -> Option<usize> {
    usize::try_from(number(from)?).ok()
}

/// The first packet of a client of Google's versions up to Q043: flags, id, version.
fn older(mut datagram: &[u8]) -> Option<Long<'_>> {
    const ID_BYTES: usize = 8;
    let flags = take::u8(&mut datagram)?;
    if flags & 0xcb != 0x09 {
        return None;
    }
    let destination = take::bytes(&mut datagram, ID_BYTES)?;
    let version = take::u32(&mut datagram).filter(|version| versions::is_of_google(*version))?;
    Some(Long { version, destination, source: &[], kind: Kind::Unfamiliar })
}

/// A number whose first two bits tell its length (RFC 9000, section 16).
pub(super) fn number(from: &mut &[u8]) -> Option<u64> {
    let length = 1 << (from.first()? >> 6);
    let (first, others) = take::bytes(from, length)?.split_first()?;
    Some(others.iter().fold(u64::from(first & 0x3f), |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 9000, appendix A.1.
    #[test]
    fn numbers_have_four_lengths() {
        let cases: [(&[u8], Option<u64>); 6] = [
            (&[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c], Some(151_288_809_941_952_652)),
            (&[0x9d, 0x7f, 0x3e, 0x7d], Some(494_878_333)),
            (&[0x7b, 0xbd], Some(15_293)),
            (&[0x25], Some(37)),
            (&[0x40], None),
            (&[], None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(number(&mut { bytes }), expected);
        }
    }

    #[test]
    fn packets_share_a_datagram() {
        // Handshake of version 1, then of version 2, a short header.
        let datagram = b"\xe0\0\0\0\x01\x01a\x01b\x02..\xf0\x6b\x33\x43\xcf\0\0\x01.\x40....";
        let mut rest = datagram.as_slice();
        let Some(Packet::Long(first)) = next(&mut rest) else { panic!() };
        assert_eq!((first.destination, first.source, first.kind), (&b"a"[..], &b"b"[..], Kind::Handshake));
        let Some(Packet::Long(second)) = next(&mut rest) else { panic!() };
        assert_eq!((second.version, second.kind), (0x6b33_43cf, Kind::Handshake));
        assert_eq!((next(&mut rest), next(&mut rest)), (Some(Packet::Short), None));
    }

    #[test]
    fn lengths_beyond_the_datagram_are_not_believed() {
        for datagram in [
            &b"\xc0\0\0\0\x01\x08........\0\0\x44\xd0...."[..],
            b"\xc0\0\0\0\x01\x08........\0\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xc0\0\0\0\x01\x15.....................\0\0\0",
            b"\xf0\0\0\0\x01\0\0short",
        ] {
            assert_eq!(next(&mut { datagram }), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(mut datagram in prop::collection::vec(any::<u8>(), 0..200), version in 0_u8..3) {
            if let Some(start) = datagram.first_chunk_mut::<5>() {
                *start = [start[0], 0, 0, 0, version];
            }
            let mut rest = datagram.as_slice();
            while next(&mut rest).is_some() {}
        }
    }
}
