//! Tunnels over UDP: VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U version 1 (3GPP TS 29.281), GRE (RFC 8086),
//! AYIYA (draft-massar-v6ops-ayiya) and Teredo (RFC 4380).

use super::{Tunnel, gre};
use crate::ip;
use crate::link::Layer;
use crate::packet::TunnelKind;
use crate::rest::{Rest, array_at, u8_at, u16_at};

const VXLAN_PORT: u16 = 4789;
const GENEVE_PORT: u16 = 6081;
const GTP_PORT: u16 = 2152;
const GRE_PORT: u16 = 4754;
const AYIYA_PORT: u16 = 5072;
const TEREDO_PORT: u16 = 3544;

/// The network of all Teredo addresses, 2001::/32.
const TEREDO_PREFIX: [u8; 4] = [0x20, 0x01, 0, 0];

/// Looks for a tunnel in what a UDP datagram carries.
#[inline]
pub(crate) fn over_udp(source: u16, destination: u16, payload: Rest<'_>) -> Option<(TunnelKind, Tunnel<'_>)> {
    let (kind, found) = match (destination, source) {
        (VXLAN_PORT, _) => (TunnelKind::Vxlan, vxlan(payload)),
        (GENEVE_PORT, _) => (TunnelKind::Geneve, geneve(payload)),
        (GRE_PORT, _) => return Some((TunnelKind::Gre, gre::header(payload))),
        (AYIYA_PORT, _) => (TunnelKind::Ayiya, ayiya(payload)),
        (GTP_PORT, _) | (_, GTP_PORT) => (TunnelKind::Gtp, gtp(payload)),
        (_, AYIYA_PORT) => (TunnelKind::Ayiya, ayiya(payload)),
        _ => (TunnelKind::Teredo, None),
    };
    let found = found.map(|found| (kind, found)).or_else(|| {
        let is_port = source == TEREDO_PORT || destination == TEREDO_PORT;
        let found = (is_port || looks_like_teredo(payload)).then(|| teredo(payload))?;
        found.map(|found| (TunnelKind::Teredo, found))
    });
    found.map(|(kind, (layer, rest))| (kind, Tunnel::Inside(layer, rest)))
}

fn vxlan(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    let has_network_id = u8_at(rest.bytes, 0)? & 0x08 != 0;
    let frame = rest.skip(8).filter(|frame| has_network_id && !frame.bytes.is_empty())?;
    Some((Layer::Ethernet, frame))
}

fn geneve(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    let first = u8_at(rest.bytes, 0)?;
    let kind = u16_at(rest.bytes, 2)?;
    let inside = rest.skip(8 + usize::from(first & 0x3f) * 4)?;
    let layer = match kind {
        0x6558 => Layer::Ethernet,
        0x0800 | 0x86dd => Layer::Ip,
        _ => return None,
    };
    (first >> 6 == 0 && !inside.bytes.is_empty()).then_some((layer, inside))
}

fn gtp(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    const VERSION_1: u8 = 0x30;
    const EXTENSIONS: u8 = 0x04;
    const OPTIONAL: u8 = 0x07;
    const USER_DATA: u8 = 255;
    let flags = u8_at(rest.bytes, 0)?;
    if flags & 0xf0 != VERSION_1 || u8_at(rest.bytes, 1)? != USER_DATA {
        return None;
    }
    if flags & OPTIONAL == 0 {
        return whole_packet(rest.skip(8)?);
    }
    let mut next = u8_at(rest.bytes, 11)?;
    let mut inside = rest.skip(12)?;
    while flags & EXTENSIONS != 0 && next != 0 {
        let length = usize::from(u8_at(inside.bytes, 0)?) * 4;
        next = u8_at(inside.bytes, length.checked_sub(1)?)?;
        inside = inside.skip(length)?;
    }
    whole_packet(inside)
}

fn ayiya(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    const FORWARD: u8 = 1;
    let &[identity, signature, operation, next, ..] = rest.bytes else { return None };
    let identity_length = 1_usize << (identity >> 4);
    let inside = rest.skip(8 + identity_length + usize::from(signature >> 4) * 4)?;
    let is_ip = matches!((next, ip::version(inside)), (4, 4) | (41, 6));
    (operation & 0x0f == FORWARD && is_ip).then_some((Layer::Ip, inside))
}

/// Cheap signs of Teredo on any port: an IPv6 packet with a Teredo address, or one of the headers before it.
#[inline]
fn looks_like_teredo(rest: Rest<'_>) -> bool {
    let &[first, second, ..] = rest.bytes else { return false };
    if rest.bytes.len() < 40 {
        return false;
    }
    if first >> 4 == 6 {
        let is_teredo = |at| array_at(rest.bytes, at) == Some(TEREDO_PREFIX);
        return is_teredo(8) || is_teredo(24);
    }
    first == 0 && second <= 1
}

/// At most an authentication header and an origin indication, then an IPv6 packet of the right length.
fn teredo(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    let mut inside = rest;
    if let &[0, 1, client, authentication, ..] = inside.bytes {
        inside = inside.skip(4 + usize::from(client) + usize::from(authentication) + 9)?;
    }
    if u16_at(inside.bytes, 0)? == 0 {
        inside = inside.skip(8)?;
    }
    if ip::version(inside) != 6 || inside.bytes.len() < 40 {
        return None;
    }
    let total = ip::total_length(inside)?;
    // A bubble, which carries nothing, may have something behind it.
    let is_bubble = total == 40 && u8_at(inside.bytes, 6) == Some(59);
    (total == inside.wire || is_bubble).then_some((Layer::Ip, inside.limit(total)))
}

/// An IP packet that fills the tunnel.
fn whole_packet(rest: Rest<'_>) -> Option<(Layer, Rest<'_>)> {
    (ip::total_length(rest)? == rest.wire).then_some((Layer::Ip, rest))
}
