//! Link layers: from the first byte of a frame to its network layer.

mod cooked;
mod ethernet;
mod serial;
mod wireless;

use crate::packet::Packet;
use crate::rest::Rest;

/// How the frames of a capture begin: a number of the registry <https://www.tcpdump.org/linktypes.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback, address family in the byte order of the machine.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// PPP.
    pub const PPP: Self = Self(9);
    /// FDDI.
    pub const FDDI: Self = Self(10);
    /// IPv4 or IPv6, as some systems number it in files.
    pub const RAW_12: Self = Self(12);
    /// IPv4 or IPv6, as OpenBSD numbers it in files.
    pub const RAW_14: Self = Self(14);
    /// PPP with the address and control bytes of HDLC.
    pub const PPP_HDLC: Self = Self(50);
    /// IEEE 802.11.
    pub const IEEE_802_11: Self = Self(105);
    /// IPv4 or IPv6.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback, address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture.
    pub const LINUX_SLL: Self = Self(113);
    /// IEEE 802.11 after a radiotap header.
    pub const RADIOTAP: Self = Self(127);
    /// IPv4.
    pub const IPV4: Self = Self(228);
    /// IPv6.
    pub const IPV6: Self = Self(229);
    /// Packets logged by Linux's netfilter.
    pub const NFLOG: Self = Self(239);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);
}

/// A layer that is still to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// An Ethernet header.
    Ethernet,
    /// What this EtherType announces.
    EtherType(u16),
    /// An IEEE 802.2 header.
    Llc,
    /// What this PPP protocol number announces.
    Ppp(u16),
    /// An MPLS label stack.
    Mpls,
    /// A BSD loopback header.
    Null,
    /// A Linux cooked header.
    Cooked,
    /// A Linux cooked header of version 2.
    Cooked2,
    /// A PPP header.
    PppHeader,
    /// An FDDI header.
    Fddi,
    /// An IEEE 802.11 header.
    Wireless,
    /// A radiotap header.
    Radiotap,
    /// A header of Linux's netfilter.
    Netfilter,
    /// An IP header of the version that its first bits tell.
    Ip,
}

/// Where a link layer leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// To this.
    Next(T),
    /// To the Address Resolution Protocol.
    Arp,
    /// To a network layer that is not followed.
    Other,
    /// Nowhere: the frame ends too early.
    Truncated,
}

/// Notes the addresses of a link that lies around no tunnel.
#[inline]
fn note_hardware(packet: &mut Packet, source: [u8; 6], destination: [u8; 6]) {
    if packet.tunnels == 0 {
        packet.hardware = Some((source, destination));
    }
}

/// Notes a VLAN id; only the two outermost are kept.
fn note_vlan(packet: &mut Packet, tag: u16) {
    if let Some(free) = packet.vlans.iter_mut().find(|vlan| vlan.is_none()) {
        *free = Some(tag & 0x0fff);
    }
}

/// The layer with which frames of a capture begin; none where that kind of capture is not known.
pub(crate) fn first_layer(link: LinkType) -> Option<Layer> {
    match link {
        LinkType::ETHERNET => Some(Layer::Ethernet),
        LinkType::RAW | LinkType::RAW_12 | LinkType::RAW_14 | LinkType::IPV4 | LinkType::IPV6 => {
            Some(Layer::Ip)
        }
        LinkType::NULL | LinkType::LOOP => Some(Layer::Null),
        LinkType::LINUX_SLL => Some(Layer::Cooked),
        LinkType::LINUX_SLL2 => Some(Layer::Cooked2),
        LinkType::PPP | LinkType::PPP_HDLC => Some(Layer::PppHeader),
        LinkType::FDDI => Some(Layer::Fddi),
        LinkType::IEEE_802_11 => Some(Layer::Wireless),
        LinkType::RADIOTAP => Some(Layer::Radiotap),
        LinkType::NFLOG => Some(Layer::Netfilter),
        _ => None,
    }
}

/// Takes the link off a frame of the most usual kind, Ethernet directly around IP; none where it is another.
#[inline]
pub(crate) fn usual<'a>(layer: Layer, rest: Rest<'a>, packet: &mut Packet) -> Option<Rest<'a>> {
    if layer == Layer::Ethernet { ethernet::around_ip(rest, packet) } else { None }
}

/// Takes one layer off.
#[inline]
pub(crate) fn take<'a>(layer: Layer, rest: Rest<'a>, packet: &mut Packet) -> Found<(Layer, Rest<'a>)> {
    let taken = match layer {
        Layer::Ethernet => ethernet::header(rest, packet),
        Layer::EtherType(kind) => return ethernet::announced(kind, rest, packet),
        Layer::Llc => ethernet::llc(rest),
        Layer::Ppp(protocol) => return serial::announced(protocol, rest),
        Layer::Mpls => ethernet::mpls(rest),
        Layer::Null => return cooked::null(rest),
        Layer::Cooked => cooked::version_1(rest, packet),
        Layer::Cooked2 => cooked::version_2(rest, packet),
        Layer::PppHeader => serial::ppp(rest),
        Layer::Fddi => serial::fddi(rest),
        Layer::Wireless => return wireless::frame(rest, packet),
        Layer::Radiotap => wireless::radiotap(rest),
        Layer::Netfilter => return serial::netfilter(rest),
        Layer::Ip => Some((Layer::Ip, rest)),
    };
    taken.map_or(Found::Truncated, Found::Next)
}
