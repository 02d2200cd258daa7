//! Links other than Ethernet that lead to IP by a short header: PPP (RFC 1662), FDDI, and the packets that
//! Linux's netfilter logs (LINKTYPE_NFLOG).

use super::{Found, Layer};
use crate::rest::{Rest, array_at, u8_at, u16_at};

/// Length of a frame control byte and two addresses.
const FDDI_HEADER: usize = 13;

/// What a PPP protocol number announces.
pub(super) fn announced(protocol: u16, rest: Rest<'_>) -> Found<(Layer, Rest<'_>)> {
    match protocol {
        0x0021 | 0x0057 => Found::Next((Layer::Ip, rest)),
        0x0281 | 0x0283 => Found::Next((Layer::Mpls, rest)),
        _ => Found::Other,
    }
}

/// PPP, with or without the address and control bytes of HDLC.
pub(super) fn ppp(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    let at = if u16_at(rest.bytes, 0)? == 0xff03 { 2 } else { 0 };
    Some((Layer::Ppp(u16_at(rest.bytes, at)?), rest.skip(at + 2)?))
}

pub(super) fn fddi(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    Some((Layer::Llc, rest.skip(FDDI_HEADER)?))
}

/// Attributes in the byte order of the machine that wrote the capture, of which one is the packet.
pub(super) fn netfilter(rest: Rest<'_>) -> Found<(Layer, Rest<'_>)> {
    const PAYLOAD: u16 = 9;
    let Some(mut rest) = rest.skip(4).filter(|_| u8_at(rest.bytes, 1) == Some(0)) else {
        return Found::Other;
    };
    while let Some([length, kind]) = array_at::<4>(rest.bytes, 0)
        .map(|[a, b, c, d]| [u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])])
    {
        if kind == PAYLOAD {
            return rest.skip(4).map_or(Found::Truncated, |packet| Found::Next((Layer::Ip, packet)));
        }
        let padded = usize::from(length).next_multiple_of(4);
        match rest.skip(padded).filter(|_| length >= 4) {
            Some(after) => rest = after,
            None => return Found::Truncated,
        }
    }
    Found::Truncated
}
