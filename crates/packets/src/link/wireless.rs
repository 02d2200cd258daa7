//! Wireless frames: IEEE 802.11 data frames, with or without a radiotap header (<https://www.radiotap.org>).
//! Encrypted frames and aggregates are not followed.

use super::{Found, Layer, note_hardware};
use crate::packet::Packet;
use crate::rest::{Rest, array_at, u8_at, u16_at};

const NOTHING_KNOWN: u16 = u16::MAX;

pub(super) fn radiotap(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    let length = array_at(rest.bytes, 2).map(u16::from_le_bytes)?;
    Some((Layer::Wireless, rest.skip(length.into())?))
}

pub(super) fn frame<'a>(rest: Rest<'a>, packet: &mut Packet) -> Found<(Layer, Rest<'a>)> {
    let (Some(kind), Some(flags)) = (u8_at(rest.bytes, 0), u8_at(rest.bytes, 1)) else {
        return Found::Truncated;
    };
    let is_data = kind & 0x0c == 0x08 && kind & 0x40 == 0;
    let is_protected = flags & 0x40 != 0;
    if !is_data || is_protected {
        return Found::Other;
    }
    let (source, destination) = match flags & 3 {
        0 => (10, 4),
        1 => (10, 16),
        2 => (16, 4),
        _ => (24, 16),
    };
    let mut length = if flags & 3 == 3 { 30 } else { 24 };
    if kind & 0x80 != 0 {
        let is_aggregate = u8_at(rest.bytes, length).is_some_and(|control| control & 0x80 != 0);
        if is_aggregate {
            return Found::Other;
        }
        length += 2;
    }
    if let Some((source, destination)) = array_at(rest.bytes, source).zip(array_at(rest.bytes, destination)) {
        note_hardware(packet, source, destination);
    }
    let Some(inside) = rest.skip(length) else { return Found::Truncated };
    match inside.bytes.first_chunk::<6>() {
        Some([0xaa, 0xaa, 0x03, 0, 0, 0]) => match u16_at(inside.bytes, 6).zip(inside.skip(8)) {
            Some((kind, inside)) => Found::Next((Layer::EtherType(kind), inside)),
            None => Found::Truncated,
        },
        Some(_) => Found::Next((Layer::EtherType(NOTHING_KNOWN), inside)),
        None => Found::Truncated,
    }
}
