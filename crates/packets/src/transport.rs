//! Headers of TCP (RFC 9293), UDP (RFC 768) and ICMP (RFC 792, RFC 4443).

use crate::packet::{Packet, Tcp, Transport};
use crate::rest::Rest;

/// IP protocol numbers.
pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMP_V6: u8 = 58;

/// Reads the header of the packet's transport and notes in the packet what it says; hands back what follows it,
/// or the name of what is wrong.
#[inline]
pub(crate) fn read<'a>(rest: Rest<'a>, packet: &mut Packet) -> Result<Rest<'a>, &'static str> {
    match packet.ip_proto {
        TCP => tcp(rest, packet),
        UDP => udp(rest, packet),
        ICMP | ICMP_V6 => icmp(rest, packet),
        _ => {
            packet.transport = Transport::Other;
            packet.payload_length = rest.wire as u32;
            Ok(rest)
        }
    }
}

/// TCP flag.
const SYN: u8 = 2;

/// No window is shifted further (RFC 7323, section 2.3).
const WINDOW_SCALE_MAX: u8 = 14;

fn cut(rest: Rest<'_>, header: usize) -> &'static str {
    if rest.wire < header { "truncated_header" } else { "internally_truncated_header" }
}

#[inline]
fn tcp<'a>(rest: Rest<'a>, packet: &mut Packet) -> Result<Rest<'a>, &'static str> {
    let Some(header) = rest.bytes.first_chunk::<20>() else { return Err(cut(rest, 20)) };
    let header_length = usize::from(header[12] >> 4) * 4;
    if header_length < 20 {
        return Err("bad_TCP_header_len");
    }
    let payload = rest.skip(header_length).ok_or("bad_TCP_header_len")?;
    packet.transport = Transport::Tcp(Tcp {
        source: u16::from_be_bytes([header[0], header[1]]),
        destination: u16::from_be_bytes([header[2], header[3]]),
        sequence: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
        acknowledgment: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
        flags: header[13],
        window: u16::from_be_bytes([header[14], header[15]]),
        window_scale: if header[13] & SYN == 0 { None } else { window_scale(rest, header_length) },
    });
    packet.payload_length = payload.wire as u32;
    Ok(payload)
}

/// The window scale among the options of a header (RFC 9293, section 3.2; RFC 7323, section 2).
#[cold]
fn window_scale(rest: Rest<'_>, header_length: usize) -> Option<u8> {
    const END: u8 = 0;
    const NO_OPERATION: u8 = 1;
    const WINDOW_SCALE: u8 = 3;
    let mut options = rest.bytes.get(20..header_length)?;
    while let Some((&kind, after)) = options.split_first() {
        options = match kind {
            END => return None,
            NO_OPERATION => after,
            _ => {
                let (&length, _) = after.split_first()?;
                if kind == WINDOW_SCALE && length == 3 {
                    return after.get(1).map(|scale| (*scale).min(WINDOW_SCALE_MAX));
                }
                after.get(usize::from(length).checked_sub(1).filter(|skip| *skip > 0)?..)?
            }
        };
    }
    None
}

#[inline]
fn udp<'a>(rest: Rest<'a>, packet: &mut Packet) -> Result<Rest<'a>, &'static str> {
    let (Some(header), Some(payload)) = (rest.bytes.first_chunk::<8>(), rest.skip(8)) else {
        return Err(cut(rest, 8));
    };
    packet.transport = Transport::Udp {
        source: u16::from_be_bytes([header[0], header[1]]),
        destination: u16::from_be_bytes([header[2], header[3]]),
    };
    packet.payload_length = match u32::from(u16::from_be_bytes([header[4], header[5]])) {
        // A jumbogram (RFC 2675).
        0 => payload.wire as u32,
        length => length.saturating_sub(8),
    };
    Ok(payload)
}

fn icmp<'a>(rest: Rest<'a>, packet: &mut Packet) -> Result<Rest<'a>, &'static str> {
    let (Some(header), Some(payload)) = (rest.bytes.first_chunk::<8>(), rest.skip(8)) else {
        return Err(cut(rest, 8));
    };
    packet.transport = Transport::Icmp { kind: header[0], code: header[1] };
    packet.payload_length = payload.wire as u32;
    Ok(payload)
}
