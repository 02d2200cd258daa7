//! IPv4 (RFC 791) and IPv6 (RFC 8200) headers.

mod version_4;
mod version_6;

use crate::packet::Packet;
use crate::rest::{Rest, u8_at};

pub(crate) use version_6::{NO_NEXT_HEADER, extensions};

/// What IP headers lead to. What they say of the packet is noted in the [`Packet`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried<'a> {
    pub(crate) payload: Rest<'a>,
    pub(crate) fragment: Option<Fragment>,
    /// A violation that does not stop the reading.
    pub(crate) weird: Option<&'static str>,
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
    /// Whether its addresses could be read.
    pub(crate) has_addresses: bool,
}

impl Unreadable {
    fn before_addresses(name: &'static str) -> Self {
        Self { name, has_addresses: false }
    }

    fn after_addresses(name: &'static str) -> Self {
        Self { name, has_addresses: true }
    }
}

/// Of IPv6 some protocol numbers are headers, behind which no transport lies.
pub(crate) fn ends_without_transport(version: u8, protocol: u8) -> bool {
    const ENCAPSULATING_SECURITY: u8 = 50;
    const MOBILITY: u8 = 135;
    version == 6 && matches!(protocol, NO_NEXT_HEADER | ENCAPSULATING_SECURITY | MOBILITY)
}

/// Reads the headers.
#[inline]
pub(crate) fn read<'a>(rest: Rest<'a>, packet: &mut Packet) -> Result<Carried<'a>, Unreadable> {
    if rest.bytes.len() < 20 {
        return Err(Unreadable::before_addresses("truncated_IP"));
    }
    match version(rest) {
        4 => version_4::read(rest, packet),
        6 => version_6::read(rest, packet),
        _ => Err(Unreadable::before_addresses("unknown_ip_version")),
    }
}

/// The version that the first bits tell.
#[inline]
pub(crate) fn version(rest: Rest<'_>) -> u8 {
    u8_at(rest.bytes, 0).unwrap_or(0) >> 4
}

/// The length of the packet that begins here, as its header says.
pub(crate) fn total_length(rest: Rest<'_>) -> Option<usize> {
    let at = |at| crate::rest::u16_at(rest.bytes, at).map(usize::from);
    match version(rest) {
        4 => at(2),
        6 => at(4).map(|payload| payload + version_6::HEADER),
        _ => None,
    }
}
