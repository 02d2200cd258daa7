//! IPv4 (RFC 791) and IPv6 (RFC 8200) headers.

mod version_4;
mod version_6;

use std::net::IpAddr;

use crate::packet::Checksum;
use crate::rest::{Rest, u8_at};

pub(crate) use version_6::{NO_NEXT_HEADER, after_reassembly};

/// A packet whose IP headers have been read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IpPacket<'a> {
    pub(crate) version: u8,
    pub(crate) src: IpAddr,
    pub(crate) dst: IpAddr,
    /// Protocol number of what follows the headers.
    pub(crate) protocol: u8,
    /// Length of the packet as its header says: zero where the sender left that to the network card.
    pub(crate) length: u32,
    pub(crate) payload: Rest<'a>,
    pub(crate) fragment: Option<Fragment>,
    /// Of the header.
    pub(crate) checksum: Checksum,
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
    pub(crate) addresses: Option<(IpAddr, IpAddr)>,
}

impl From<&'static str> for Unreadable {
    fn from(name: &'static str) -> Self {
        Self { name, addresses: None }
    }
}

/// IP protocol numbers of headers that end the chain of IPv6: nothing behind them is a transport.
const ENCAPSULATING_SECURITY: u8 = 50;
const MOBILITY: u8 = 135;

impl IpPacket<'_> {
    /// Whether a transport lies behind the headers. Of IPv6 some protocol numbers are headers themselves.
    pub(crate) fn has_transport(&self) -> bool {
        self.version == 4 || !matches!(self.protocol, NO_NEXT_HEADER | ENCAPSULATING_SECURITY | MOBILITY)
    }
}

/// Reads the headers.
#[inline]
pub(crate) fn read(rest: Rest<'_>) -> Result<IpPacket<'_>, Unreadable> {
    if rest.bytes.len() < 20 {
        return Err("truncated_IP".into());
    }
    match version(rest) {
        4 => version_4::read(rest),
        6 => version_6::read(rest),
        _ => Err("unknown_ip_version".into()),
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
