//! The headers that systems put in place of a link layer: Linux "cooked" captures (LINKTYPE_LINUX_SLL and
//! LINKTYPE_LINUX_SLL2) and the loopback of the BSDs (LINKTYPE_NULL and LINKTYPE_LOOP).

use super::{Found, Layer, note_hardware};
use crate::packet::Packet;
use crate::rest::{Rest, array_at, u16_at, u32_at};

const HARDWARE_ETHERNET: u16 = 1;

pub(super) fn version_1<'a>(rest: Rest<'a>, packet: &mut Packet) -> Option<(Layer, Rest<'a>)> {
    let kind = u16_at(rest.bytes, 14)?;
    if u16_at(rest.bytes, 2)? == HARDWARE_ETHERNET && u16_at(rest.bytes, 4)? == 6 {
        note_hardware(packet, array_at(rest.bytes, 6)?, [0; 6]);
    }
    Some((Layer::EtherType(kind), rest.skip(16)?))
}

pub(super) fn version_2<'a>(rest: Rest<'a>, packet: &mut Packet) -> Option<(Layer, Rest<'a>)> {
    let header = rest.bytes.first_chunk::<20>()?;
    if u16_at(header, 8)? == HARDWARE_ETHERNET && header[11] == 6 {
        note_hardware(packet, array_at(header, 12)?, [0; 6]);
    }
    Some((Layer::EtherType(u16_at(header, 0)?), rest.skip(20)?))
}

/// The address family is in the byte order of the machine that wrote the capture; all are below 256, so that
/// both orders can be told apart.
pub(super) fn null(rest: Rest<'_>) -> Found<(Layer, Rest<'_>)> {
    let Some((family, rest)) = u32_at(rest.bytes, 0).zip(rest.skip(4)) else { return Found::Truncated };
    match family.max(family.swap_bytes()) >> 24 {
        // AF_INET, and AF_INET6 of NetBSD, Linux, FreeBSD, Darwin.
        2 | 10 | 24 | 28 | 30 => Found::Next((Layer::Ip, rest)),
        _ => Found::Other,
    }
}
