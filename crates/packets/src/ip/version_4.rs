//! IPv4 (RFC 791).

use std::net::{IpAddr, Ipv4Addr};

use super::{Carried, Fragment, Unreadable};
use crate::packet::Packet;
use crate::rest::Rest;

const HEADER: usize = 20;

#[inline]
pub(super) fn read<'a>(rest: Rest<'a>, packet: &mut Packet) -> Result<Carried<'a>, Unreadable> {
    let Some(header) = rest.bytes.first_chunk::<HEADER>() else {
        return Err(Unreadable::before_addresses("truncated_IP"));
    };
    let length = u16::from_be_bytes([header[2], header[3]]);
    packet.src = IpAddr::V4(Ipv4Addr::new(header[12], header[13], header[14], header[15]));
    packet.dst = IpAddr::V4(Ipv4Addr::new(header[16], header[17], header[18], header[19]));
    packet.time_to_live = header[8];
    packet.ip_proto = header[9];
    packet.ip_length = length.into();
    let (total, weird) = match usize::from(length) {
        // Segmentation was left to the network card, which writes the length after the capture.
        0 => (rest.bytes.len(), Some("ip_hdr_len_zero")),
        length => (length, None),
    };
    if rest.wire < total {
        return Err(Unreadable::after_addresses("truncated_IP_len"));
    }
    let header_length = usize::from(header[0] & 0x0f) * 4;
    if header_length > total {
        return Err(Unreadable::after_addresses("invalid_IP_header_size"));
    }
    if header_length < HEADER {
        return Err(Unreadable::after_addresses("IPv4_min_header_size"));
    }
    let Some(payload) = rest.limit(total).skip(header_length) else {
        return Err(Unreadable::after_addresses("internally_truncated_header"));
    };
    let place = u16::from_be_bytes([header[6], header[7]]);
    let fragment = (place & 0x3fff != 0).then(|| Fragment {
        id: u16::from_be_bytes([header[4], header[5]]).into(),
        offset: u32::from(place & 0x1fff) * 8,
        more: place & 0x2000 != 0,
        header_length: header_length as u32,
    });
    Ok(Carried { payload, fragment, weird })
}
