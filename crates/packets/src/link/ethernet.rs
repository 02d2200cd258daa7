//! Ethernet (II and IEEE 802.3) and what lies between it and IP: VLAN tags (802.1Q, 802.1ad), LLC and SNAP
//! (802.2), provider backbones (802.1ah), VN-Tags (802.1BR), MPLS (RFC 3032), PPPoE sessions (RFC 2516).

use super::{Found, Layer, note_hardware, note_vlan};
use crate::packet::Packet;
use crate::rest::{Rest, u8_at, u16_at, u32_at};

/// EtherTypes begin here; smaller numbers are lengths of IEEE 802.3.
const ETHER_TYPE_MIN: u16 = 0x0600;

const CISCO_FABRIC_PATH: u16 = 0x8903;

/// Takes the header off where IP follows it at once.
#[inline]
pub(super) fn around_ip<'a>(rest: Rest<'a>, packet: &mut Packet) -> Option<Rest<'a>> {
    let header = rest.bytes.first_chunk::<14>()?;
    let (&[d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, 0x08, 0x00]
    | &[d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, 0x86, 0xdd]) = header
    else {
        return None;
    };
    packet.hardware = Some(([s0, s1, s2, s3, s4, s5], [d0, d1, d2, d3, d4, d5]));
    rest.skip(14)
}

#[inline]
pub(super) fn header<'a>(mut rest: Rest<'a>, packet: &mut Packet) -> Option<(Layer, Rest<'a>)> {
    if u16_at(rest.bytes, 12)? == CISCO_FABRIC_PATH {
        // A header of nearly the same shape lies around the true one.
        rest = rest.skip(16)?;
    }
    let header = rest.bytes.first_chunk::<14>()?;
    let (destination, after) = header.split_first_chunk()?;
    note_hardware(packet, *after.first_chunk()?, *destination);
    Some((Layer::EtherType(u16::from_be_bytes([header[12], header[13]])), rest.skip(14)?))
}

#[inline]
pub(super) fn announced<'a>(kind: u16, rest: Rest<'a>, packet: &mut Packet) -> Found<(Layer, Rest<'a>)> {
    let next = match kind {
        0x0800 | 0x86dd => return Found::Next((Layer::Ip, rest)),
        0x0806 | 0x8035 => return Found::Arp,
        0x8100 | 0x88a8 | 0x9100 | 0x9200 => vlan(rest, packet),
        0x8847 | 0x8848 => return Found::Next((Layer::Mpls, rest)),
        0x8864 => pppoe(rest),
        0x88e7 => backbone(rest),
        0x8926 => rest.skip(6).zip(u16_at(rest.bytes, 4)).map(|(rest, kind)| (Layer::EtherType(kind), rest)),
        // What follows the length is padding.
        ..ETHER_TYPE_MIN => return Found::Next((Layer::Llc, rest)),
        _ => return Found::Other,
    };
    next.map_or(Found::Truncated, Found::Next)
}

fn vlan<'a>(rest: Rest<'a>, packet: &mut Packet) -> Option<(Layer, Rest<'a>)> {
    let kind = u16_at(rest.bytes, 2)?;
    note_vlan(packet, u16_at(rest.bytes, 0)?);
    Some((Layer::EtherType(kind), rest.skip(4)?))
}

/// Provider backbone bridging (802.1ah): a service tag, then the customer's Ethernet header.
fn backbone(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    Some((Layer::EtherType(u16_at(rest.bytes, 16)?), rest.skip(18)?))
}

/// A PPPoE session (RFC 2516). Its PPP protocol is two bytes, or one where the ends agreed to compress it: then the
/// first byte is odd (RFC 1661, sections 2 and 6.5).
fn pppoe(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    const HEADER_BYTES: usize = 6;
    let length = usize::from(u16_at(rest.bytes, 4)?);
    let session = rest.skip(HEADER_BYTES)?;
    let first = *session.bytes.first()?;
    let (protocol, protocol_bytes) =
        if first % 2 == 1 { (u16::from(first), 1) } else { (u16_at(session.bytes, 0)?, 2) };
    let mut inner = session.skip(protocol_bytes)?;
    // What lies behind the session's own length is padding, even where the IP header claims it.
    if let Some(bytes) = inner.bytes.get(..length.saturating_sub(protocol_bytes)) {
        inner.bytes = bytes;
    }
    Some((Layer::Ppp(protocol), inner))
}

/// An 802.2 header: followed only where SNAP or the number of IP announces something we know.
pub(super) fn llc(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    match rest.bytes.first_chunk::<3>()? {
        [0xaa, 0xaa, 0x03] => {
            let kind = u16_at(rest.bytes, 6)?;
            // Below, the protocol of another organisation than Ethernet's.
            let kind = if kind < ETHER_TYPE_MIN { u16::MAX } else { kind };
            Some((Layer::EtherType(kind), rest.skip(8)?))
        }
        [0x06, 0x06, 0x03] => Some((Layer::Ip, rest.skip(3)?)),
        _ => Some((Layer::EtherType(u16::MAX), rest)),
    }
}

/// The label stack does not tell what it carries; the first bits of it do, as routers look at them (RFC 4928).
pub(super) fn mpls(mut rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    loop {
        let label = u32_at(rest.bytes, 0)?;
        rest = rest.skip(4)?;
        if label & 0x100 != 0 {
            break;
        }
    }
    match u8_at(rest.bytes, 0)? >> 4 {
        4 | 6 => Some((Layer::Ip, rest)),
        // The control word of an Ethernet pseudowire (RFC 4448).
        0 => Some((Layer::Ethernet, rest.skip(4)?)),
        _ => Some((Layer::EtherType(u16::MAX), rest)),
    }
}
