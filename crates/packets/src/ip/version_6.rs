//! IPv6 (RFC 8200) and its extension headers. The addresses of a packet are those of the conversation: the
//! final destination of a source route (RFC 2460) and the home address of a mobile node (RFC 6275).

use std::net::{IpAddr, Ipv6Addr};

use super::{Carried, Fragment, Unreadable};
use crate::packet::Packet;
use crate::rest::{Rest, array_at, u8_at, u16_at, u32_at};

pub(super) const HEADER: usize = 40;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
pub(crate) const NO_NEXT_HEADER: u8 = 59;
const DESTINATION_OPTIONS: u8 = 60;

const OPTION_HOME_ADDRESS: u8 = 201;

/// Longest chain of extension headers that is followed.
const EXTENSION_HEADERS_MAX: usize = 16;

/// Where the reading of the extension headers stands. What they say of the packet is noted in it, also, as
/// its protocol, what comes next.
struct Chain<'p> {
    packet: &'p mut Packet,
    /// Where the next header lies.
    at: usize,
    fragment: Option<Fragment>,
    has_route: bool,
    has_home: bool,
    weird: Option<&'static str>,
}

pub(super) fn read<'a>(rest: Rest<'a>, packet: &mut Packet) -> Result<Carried<'a>, Unreadable> {
    let Some(header) = rest.bytes.first_chunk::<HEADER>() else {
        return Err(Unreadable::before_addresses("truncated_IP"));
    };
    let address = |at| canonical(array_at(header, at).unwrap_or_default());
    let payload_length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    packet.src = address(8);
    packet.dst = address(24);
    packet.ip_proto = header[6];
    packet.time_to_live = header[7];
    packet.ip_length = (payload_length + HEADER) as u32;
    // A jumbogram (RFC 2675), or segmentation was left to the network card: the capture tells the length.
    let jumbo = payload_length == 0 && header[6] != NO_NEXT_HEADER && rest.bytes.len() > HEADER;
    let total = if jumbo { rest.bytes.len() } else { payload_length + HEADER };
    if rest.wire < total {
        return Err(Unreadable::after_addresses("truncated_IP_len"));
    }
    extensions(rest.limit(total), HEADER, packet)
}

/// Reads the extension headers that begin at `at`.
pub(crate) fn extensions<'a>(
    whole: Rest<'a>,
    at: usize,
    packet: &mut Packet,
) -> Result<Carried<'a>, Unreadable> {
    let mut chain = Chain { packet, at, fragment: None, has_route: false, has_home: false, weird: None };
    chain.follow(whole)?;
    let Chain { at, fragment, weird, .. } = chain;
    let payload = whole.skip(at).ok_or(Unreadable::after_addresses("invalid_IP_header_size"))?;
    Ok(Carried { payload, fragment, weird })
}

impl Chain<'_> {
    /// Goes past the extension headers, up to what the packet carries or to the first fragment header.
    fn follow(&mut self, whole: Rest<'_>) -> Result<(), Unreadable> {
        for _ in 0..EXTENSION_HEADERS_MAX {
            let (HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION_OPTIONS) =
                self.packet.ip_proto
            else {
                return Ok(());
            };
            let length = whole.bytes.get(self.at..).and_then(|header| length(self.packet.ip_proto, header));
            let extension = length.and_then(|length| whole.bytes.get(self.at..self.at + length));
            let Some(extension) = extension else {
                return Err(Unreadable::after_addresses("invalid_IP_header_size"));
            };
            match self.packet.ip_proto {
                ROUTING => self.route(extension),
                DESTINATION_OPTIONS => self.options(extension),
                FRAGMENT => {
                    let place = u16_at(extension, 2).unwrap_or(0);
                    self.fragment = Some(Fragment {
                        id: u32_at(extension, 4).unwrap_or(0),
                        offset: u32::from(place & 0xfff8),
                        more: place & 1 != 0,
                        header_length: self.at as u32,
                    });
                }
                _ => {}
            }
            self.packet.ip_proto = u8_at(extension, 0).unwrap_or(NO_NEXT_HEADER);
            self.at += extension.len();
            // What follows the header of a fragment is payload of the whole packet.
            if self.fragment.is_some() {
                return Ok(());
            }
        }
        Err(Unreadable::after_addresses("invalid_IP_header_size"))
    }

    fn route(&mut self, extension: &[u8]) {
        let (Some(kind), Some(left)) = (u8_at(extension, 2), u8_at(extension, 3)) else { return };
        let final_destination = extension.last_chunk().map(|address| canonical(*address));
        match (kind, extension.len() / 8 - 1) {
            // Deprecated by RFC 5095.
            (0, units) => {
                self.weird = Some("routing0_hdr");
                if left > 0 && units >= 2 && units % 2 == 0 && !self.has_route {
                    self.packet.dst = final_destination.unwrap_or(self.packet.dst);
                    self.has_route = true;
                }
            }
            // RFC 6275, section 6.4.
            (2, 2) if left > 0 && !self.has_route => {
                self.packet.dst = final_destination.unwrap_or(self.packet.dst);
                self.has_route = true;
            }
            _ => {}
        }
    }

    fn options(&mut self, extension: &[u8]) {
        let mut options = extension.get(2..).unwrap_or(&[]);
        while let Some((&kind, after)) = options.split_first() {
            if kind == 0 {
                options = after;
                continue;
            }
            let option =
                after.split_first().and_then(|(length, rest)| rest.split_at_checked((*length).into()));
            let Some((value, after)) = option else {
                self.weird = Some("bad_ipv6_dest_opt_len");
                return;
            };
            match <[u8; 16]>::try_from(value) {
                Ok(_) if kind == OPTION_HOME_ADDRESS && self.has_home => {
                    self.weird = Some("multiple_home_addr_opts");
                }
                Ok(home) if kind == OPTION_HOME_ADDRESS => {
                    self.packet.src = canonical(home);
                    self.has_home = true;
                }
                Err(_) if kind == OPTION_HOME_ADDRESS => self.weird = Some("bad_home_addr_len"),
                _ => {}
            }
            options = after;
        }
    }
}

/// An address; of IPv4 where it is only written as one of IPv6 (RFC 4291, section 2.5.5.2).
fn canonical(address: [u8; 16]) -> IpAddr {
    Ipv6Addr::from(address).to_canonical()
}

/// The length of an extension header, which its second byte tells.
fn length(protocol: u8, header: &[u8]) -> Option<usize> {
    let units = usize::from(u8_at(header, 1)?);
    Some(match protocol {
        FRAGMENT => 8,
        AUTHENTICATION => (units + 2) * 4,
        _ => (units + 1) * 8,
    })
}
