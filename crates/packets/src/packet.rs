//! What is left of a frame once link layers, tunnels, fragments and the transport header are read.

use std::net::IpAddr;

/// The innermost IP packet of a frame. Its payload stays where it is and is handed over beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Capture time in nanoseconds since the epoch.
    pub ts: i64,
    /// Sender.
    pub src: IpAddr,
    /// Receiver.
    pub dst: IpAddr,
    /// IP protocol number of the transport.
    pub ip_proto: u8,
    /// Length of the IP packet with its headers as the header says (the whole of a defragmented one).
    pub ip_length: u32,
    /// Length of the transport payload as the headers say; the capture may hold less of it.
    pub payload_length: u32,
    /// The transport header.
    pub transport: Transport,
    /// How far the checksums of IPv4 and transport hold.
    pub checksum: Checksum,
    /// How many routers it may still pass; 0 where that is not known.
    pub time_to_live: u8,
    /// Hardware addresses of the frame (source, destination), where there are any and no tunnel lies between.
    pub hardware: Option<([u8; 6], [u8; 6])>,
    /// VLAN ids, outer first.
    pub vlans: [Option<u16>; 2],
    /// How many tunnels lie around this packet.
    pub tunnels: u8,
}

/// The transport header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp(Tcp),
    /// UDP, with source and destination port.
    Udp {
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
    },
    /// ICMP and ICMPv6, with type, code and the rest of the first eight bytes (identifier and sequence for echo).
    Icmp {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
    },
    /// Another transport.
    Other,
}

/// A TCP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp {
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
    /// Sequence number of the first byte (of the SYN, where it is one).
    pub sequence: u32,
    /// Acknowledged up to here, where ACK is set.
    pub acknowledgment: u32,
    /// Flags: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
    pub flags: u8,
    /// Window, not scaled.
    pub window: u16,
    /// Of a SYN that has the option: by how many bits its sender's windows are shifted (RFC 7323).
    pub window_scale: Option<u8>,
}

/// How far the checksums hold. Captures taken on a host that sends are full of wrong ones, since network cards fill
/// them in: a wrong one tells something only of a sender whose others are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksum {
    /// Cannot be told: the frame was cut, or it has none.
    #[default]
    Unchecked,
    /// All hold.
    Good,
    /// One is wrong.
    Bad,
    /// That of the transport depends on the payload ([`Checksum::with`]): this is the sum of what lies before it.
    Payload(u16),
}

/// A violation in a header, by its stable name (Zeek's where it has one).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderWeird {
    /// Capture time in nanoseconds since the epoch.
    pub ts: i64,
    /// Stable name, e.g. `truncated_IP`.
    pub name: &'static str,
    /// Addresses, where they were read.
    pub addresses: Option<(IpAddr, IpAddr)>,
}

/// A tunnel that lies around a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encapsulation {
    /// What it is.
    pub kind: TunnelKind,
    /// Sender of the outer packet.
    pub src: IpAddr,
    /// Receiver of the outer packet.
    pub dst: IpAddr,
    /// Source and destination port of the outer packet, where the tunnel is a connection over UDP.
    pub ports: Option<(u16, u16)>,
}

/// What a tunnel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TunnelKind {
    /// An IP packet in another.
    Ip,
    /// Generic Routing Encapsulation.
    Gre,
    /// VXLAN.
    Vxlan,
    /// Geneve.
    Geneve,
    /// GTP-U, version 1.
    Gtp,
    /// Teredo.
    Teredo,
    /// AYIYA.
    Ayiya,
}

/// A frame that carries no IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherFrame {
    /// Capture time in nanoseconds since the epoch.
    pub ts: i64,
    /// Number that announces what it carries; 65535 where nothing does.
    pub ether_type: u16,
    /// Hardware addresses of the frame (source, destination), where there are any and no tunnel lies between.
    pub hardware: Option<([u8; 6], [u8; 6])>,
}

/// What a decoder finds in a frame. One frame can give several packets: the outer UDP packet of a tunnel and
/// the inner one, or none (a fragment that is not the last).
pub trait PacketSink {
    /// A packet and the part of its payload that was captured. The payload lies in the frame, or in the
    /// decoder's own buffer where it was defragmented.
    fn packet(&mut self, packet: &Packet, payload: &[u8]);
    /// The packets that follow of this frame lie in this tunnel too. Where it has
    /// ports, the packet before was the outer one.
    fn enters(&mut self, _tunnel: &Encapsulation) {}
    /// A frame that carries no IP packet, and what of its payload was captured.
    fn other(&mut self, _frame: &OtherFrame, _payload: &[u8]) {}
    /// A violation.
    fn weird(&mut self, weird: HeaderWeird);
}
