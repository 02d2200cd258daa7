//! Generic Routing Encapsulation: RFC 2784 and RFC 2890, PPTP's version 1 (RFC 2637), and mirrored Ethernet in
//! it: transparent bridging (RFC 1701) and ERSPAN I, II and III (draft-foschiano-erspan).

use super::{Tunnel, whole_packet};
use crate::link::Layer;
use crate::rest::{Rest, u8_at, u16_at};

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGMENT: u16 = 0x0080;
const RESERVED: u16 = 0x0078;
const VERSION: u16 = 0x0007;

const ETHERNET: u16 = 0x6558;
const ERSPAN: u16 = 0x88be;
const ERSPAN_III: u16 = 0x22eb;
const PPP: u16 = 0x880b;

const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

pub(super) fn header(rest: Rest<'_>) -> Tunnel<'_> {
    let (Some(flags), Some(kind)) = (u16_at(rest.bytes, 0), u16_at(rest.bytes, 2)) else {
        return Tunnel::Damaged("truncated_GRE");
    };
    let version = flags & VERSION;
    if version > 1 {
        return Tunnel::Damaged("unknown_gre_version");
    }
    if version == 1 && kind != PPP {
        return Tunnel::Damaged("egre_protocol_type");
    }
    // The source routes of RFC 1701 are deprecated.
    if flags & ROUTING != 0 {
        return Tunnel::Damaged("gre_routing");
    }
    if flags & RESERVED != 0 {
        return Tunnel::Damaged("unknown_gre_flags");
    }
    let optional = [CHECKSUM, KEY, SEQUENCE, ACKNOWLEDGMENT];
    let length = 4 + 4 * optional.iter().filter(|&&flag| flags & flag != 0).count();
    let Some(inside) = rest.skip(length).filter(|inside| !inside.bytes.is_empty()) else {
        // Without payload, version 1 acknowledges.
        return if version == 1 { Tunnel::Other } else { Tunnel::Damaged("truncated_GRE") };
    };
    match (version, kind) {
        (1, _) => ppp(inside),
        (_, ETHERNET) => ethernet(inside, 0),
        (_, ERSPAN) => ethernet(inside, if flags & SEQUENCE != 0 { 8 } else { 0 }),
        (_, ERSPAN_III) => {
            let has_more = u8_at(inside.bytes, 11).is_some_and(|flags| flags & 1 != 0);
            ethernet(inside, if has_more { 20 } else { 12 })
        }
        (_, 0x0800 | 0x86dd) => Tunnel::Inside(Layer::Ip, inside),
        (_, 0x8847 | 0x8848) => Tunnel::Inside(Layer::Mpls, inside),
        (_, PPP) => ppp(inside),
        _ if is_aruba(kind) => Tunnel::Inside(Layer::Wireless, inside),
        _ => Tunnel::Other,
    }
}

fn ethernet(inside: Rest<'_>, skip: usize) -> Tunnel<'_> {
    match inside.skip(skip) {
        Some(frame) if frame.bytes.len() >= 14 => Tunnel::Inside(Layer::Ethernet, frame),
        _ => Tunnel::Damaged("truncated_GRE"),
    }
}

fn ppp(inside: Rest<'_>) -> Tunnel<'_> {
    let (Some(protocol), Some(packet)) = (u16_at(inside.bytes, 2), inside.skip(4)) else {
        return Tunnel::Damaged("truncated_GRE");
    };
    match protocol {
        PPP_IPV4 => whole_packet(packet, 4),
        PPP_IPV6 => whole_packet(packet, 6),
        _ => Tunnel::Damaged("non_ip_packet_in_encap"),
    }
}

/// The types under which Aruba's access points send wireless frames to their controller.
fn is_aruba(kind: u16) -> bool {
    kind & 0x0f == 0 && (kind & 0x8200 == 0x8200 && kind <= 0x8370) || kind == 0x9000
}
