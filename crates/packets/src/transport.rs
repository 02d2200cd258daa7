//! Headers of TCP (RFC 9293), UDP (RFC 768) and ICMP (RFC 792, RFC 4443).

use crate::packet::{Tcp, Transport};
use crate::rest::{Rest, u16_at, u32_at};

/// IP protocol numbers.
pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMP_V6: u8 = 58;

/// A transport header and what follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) transport: Transport,
    pub(crate) payload: Rest<'a>,
    /// Length of the payload as the headers say.
    pub(crate) payload_length: u32,
}

/// Reads the header of the transport `protocol`; fails with the name of what is wrong.
#[inline]
pub(crate) fn read(protocol: u8, rest: Rest<'_>) -> Result<Segment<'_>, &'static str> {
    match protocol {
        TCP => tcp(rest),
        UDP => udp(rest),
        ICMP | ICMP_V6 => icmp(rest),
        _ => Ok(Segment { transport: Transport::Other, payload: rest, payload_length: rest.wire as u32 }),
    }
}

fn cut(rest: Rest<'_>, header: usize) -> &'static str {
    if rest.wire < header { "truncated_header" } else { "internally_truncated_header" }
}

#[inline]
fn tcp(rest: Rest<'_>) -> Result<Segment<'_>, &'static str> {
    let Some(header) = rest.bytes.first_chunk::<20>() else { return Err(cut(rest, 20)) };
    let header_length = usize::from(header[12] >> 4) * 4;
    if header_length < 20 {
        return Err("bad_TCP_header_len");
    }
    let payload = rest.skip(header_length).ok_or("bad_TCP_header_len")?;
    let transport = Transport::Tcp(Tcp {
        source: u16::from_be_bytes([header[0], header[1]]),
        destination: u16::from_be_bytes([header[2], header[3]]),
        sequence: u32_at(header, 4).unwrap_or(0),
        acknowledgment: u32_at(header, 8).unwrap_or(0),
        flags: header[13],
        window: u16_at(header, 14).unwrap_or(0),
    });
    Ok(Segment { transport, payload, payload_length: payload.wire as u32 })
}

#[inline]
fn udp(rest: Rest<'_>) -> Result<Segment<'_>, &'static str> {
    let (Some(header), Some(payload)) = (rest.bytes.first_chunk::<8>(), rest.skip(8)) else {
        return Err(cut(rest, 8));
    };
    let transport = Transport::Udp {
        source: u16::from_be_bytes([header[0], header[1]]),
        destination: u16::from_be_bytes([header[2], header[3]]),
    };
    let length = u32::from(u16::from_be_bytes([header[4], header[5]]));
    // Zero stands for a jumbogram (RFC 2675).
    let payload_length = if length == 0 { payload.wire as u32 } else { length.saturating_sub(8) };
    Ok(Segment { transport, payload, payload_length })
}

fn icmp(rest: Rest<'_>) -> Result<Segment<'_>, &'static str> {
    let (Some(header), Some(payload)) = (rest.bytes.first_chunk::<8>(), rest.skip(8)) else {
        return Err(cut(rest, 8));
    };
    let transport = Transport::Icmp { kind: header[0], code: header[1] };
    Ok(Segment { transport, payload, payload_length: payload.wire as u32 })
}
