//! IPv4 (RFC 791) and IPv6 (RFC 8200) headers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::rest::{Rest, array_at, u8_at, u16_at, u32_at};

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;

/// IP protocol number of IPv6 packets that carry nothing.
pub(crate) const NO_NEXT_HEADER: u8 = 59;

/// Longest chain of IPv6 extension headers that is followed.
const EXTENSION_HEADERS_MAX: usize = 16;

/// A packet whose IP headers have been read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IpPacket<'a> {
    pub(crate) src: IpAddr,
    pub(crate) dst: IpAddr,
    /// Protocol number of what follows the headers.
    pub(crate) protocol: u8,
    /// Length of the packet as its header says: zero where the sender left that to the network card.
    pub(crate) length: u32,
    pub(crate) payload: Rest<'a>,
    pub(crate) fragment: Option<Fragment>,
}

/// Which part of a packet a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) id: u32,
    /// Where it lies in the payload of the whole.
    pub(crate) offset: u32,
    /// Whether more of the packet follows it.
    pub(crate) more: bool,
    /// Length of the headers before the payload that the whole packet keeps.
    pub(crate) header_length: u32,
}

/// Why a packet cannot be read; the names are Zeek's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unreadable {
    pub(crate) name: &'static str,
    pub(crate) addresses: Option<(IpAddr, IpAddr)>,
}

impl From<&'static str> for Unreadable {
    fn from(name: &'static str) -> Self {
        Self { name, addresses: None }
    }
}

/// Reads the headers. A weird that does not stop the reading is handed back beside them.
#[inline]
pub(crate) fn read(rest: Rest<'_>) -> Result<(IpPacket<'_>, Option<&'static str>), Unreadable> {
    if rest.bytes.len() < 20 {
        return Err("truncated_IP".into());
    }
    match u8_at(rest.bytes, 0).unwrap_or(0) >> 4 {
        4 => version_4(rest),
        6 => version_6(rest),
        _ => Err("unknown_ip_version".into()),
    }
}

#[inline]
fn version_4(rest: Rest<'_>) -> Result<(IpPacket<'_>, Option<&'static str>), Unreadable> {
    let Some(header) = rest.bytes.first_chunk::<20>() else { return Err("truncated_IP".into()) };
    let src = IpAddr::V4(Ipv4Addr::new(header[12], header[13], header[14], header[15]));
    let dst = IpAddr::V4(Ipv4Addr::new(header[16], header[17], header[18], header[19]));
    let unreadable = |name| Unreadable { name, addresses: Some((src, dst)) };
    let length = u16::from_be_bytes([header[2], header[3]]);
    let (total, weird) = match usize::from(length) {
        // Segmentation was left to the network card, which writes the length after the capture.
        0 => (rest.bytes.len(), Some("ip_hdr_len_zero")),
        length => (length, None),
    };
    if rest.wire < total {
        return Err(unreadable("truncated_IP_len"));
    }
    let header_length = usize::from(header[0] & 0x0f) * 4;
    if header_length > total {
        return Err(unreadable("invalid_IP_header_size"));
    }
    if header_length < 20 {
        return Err(unreadable("IPv4_min_header_size"));
    }
    let Some(payload) = rest.limit(total).skip(header_length) else {
        return Err(unreadable("internally_truncated_header"));
    };
    let place = u16::from_be_bytes([header[6], header[7]]);
    let fragment = (place & 0x3fff != 0).then(|| Fragment {
        id: u16::from_be_bytes([header[4], header[5]]).into(),
        offset: u32::from(place & 0x1fff) * 8,
        more: place & 0x2000 != 0,
        header_length: header_length as u32,
    });
    let packet = IpPacket { src, dst, protocol: header[9], length: length.into(), payload, fragment };
    Ok((packet, weird))
}

fn version_6(rest: Rest<'_>) -> Result<(IpPacket<'_>, Option<&'static str>), Unreadable> {
    let Some(header) = rest.bytes.first_chunk::<40>() else { return Err("truncated_IP".into()) };
    let (Some(source), Some(destination)) = (array_at::<16>(header, 8), array_at::<16>(header, 24)) else {
        return Err("truncated_IP".into());
    };
    let src = IpAddr::V6(Ipv6Addr::from(source));
    let mut dst = IpAddr::V6(Ipv6Addr::from(destination));
    let payload_length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let jumbo = payload_length == 0 && header[6] != NO_NEXT_HEADER && rest.bytes.len() > 40;
    // A jumbogram (RFC 2675), or segmentation was left to the network card: the capture tells the length.
    let total = if jumbo { rest.bytes.len() } else { payload_length + 40 };
    if rest.wire < total {
        return Err(Unreadable { name: "truncated_IP_len", addresses: Some((src, dst)) });
    }
    let whole = rest.limit(total);
    let mut protocol = header[6];
    let mut at = 40;
    let mut fragment = None;
    for _ in 0..EXTENSION_HEADERS_MAX {
        if !matches!(protocol, HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION_OPTIONS) {
            break;
        }
        let unreadable = |name| Unreadable { name, addresses: Some((src, dst)) };
        let Some(extension) = whole.bytes.get(at..).filter(|extension| extension.len() >= 8) else {
            return Err(unreadable(if whole.wire < at + 8 {
                "invalid_IP_header_size"
            } else {
                "internally_truncated_header"
            }));
        };
        let units = usize::from(u8_at(extension, 1).unwrap_or(0));
        if protocol == ROUTING {
            dst = final_destination(extension).unwrap_or(dst);
        }
        if protocol == FRAGMENT {
            let place = u16_at(extension, 2).unwrap_or(0);
            fragment = Some(Fragment {
                id: u32_at(extension, 4).unwrap_or(0),
                offset: u32::from(place & 0xfff8),
                more: place & 1 != 0,
                header_length: at as u32,
            });
        }
        at += match protocol {
            FRAGMENT => 8,
            AUTHENTICATION => (units + 2) * 4,
            _ => (units + 1) * 8,
        };
        protocol = u8_at(extension, 0).unwrap_or(NO_NEXT_HEADER);
        // What follows the header of a fragment is payload of the whole packet.
        if fragment.is_some() {
            break;
        }
    }
    let Some(payload) = whole.skip(at) else {
        return Err(Unreadable { name: "invalid_IP_header_size", addresses: Some((src, dst)) });
    };
    let length = if jumbo { total as u32 } else { payload_length as u32 + 40 };
    Ok((IpPacket { src, dst, protocol, length, payload, fragment }, None))
}

/// The last address of a routing header of type 0 that has not reached it.
fn final_destination(extension: &[u8]) -> Option<IpAddr> {
    let (units, kind, left) = (u8_at(extension, 1)?, u8_at(extension, 2)?, u8_at(extension, 3)?);
    if kind != 0 || left == 0 || units < 2 {
        return None;
    }
    let last = 8 + (usize::from(units) / 2).checked_sub(1)? * 16;
    array_at::<16>(extension, last).map(|address| IpAddr::V6(Ipv6Addr::from(address)))
}
