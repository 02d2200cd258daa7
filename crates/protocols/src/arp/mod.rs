//! The Address Resolution Protocol (RFC 826): which hardware has which IPv4 address.
//!
//! Writes `arp`. What is said again within an hour is not written again, so that a network's chatter does not fill the
//! lake; a sweep over many addresses always shows, and so does an address that moves to other hardware, once a minute.

mod reader;
mod wire;

use crate::frames::FrameProtocol;

/// ARP.
pub(crate) const PROTOCOL: FrameProtocol = FrameProtocol {
    name: "arp",
    ether_type: 0x0806,
    wants: |payload| wire::read(payload).is_some(),
    reader: || Box::<reader::ArpReader>::default(),
};
