//! Frames to transport: capture file formats, link layers, tunnels, IPv4 and IPv6 with defragmentation, and
//! the headers of TCP, UDP and ICMP. Pure: bytes in, packets out; no files, no clock.

mod checksum;
mod counters;
mod decoder;
pub mod format;
mod fragments;
mod ip;
mod link;
mod packet;
mod rest;
mod transport;
mod tunnel;

pub use counters::Counters;
pub use decoder::Decoder;
pub use link::LinkType;
pub use packet::{
    Checksum, Encapsulation, HeaderWeird, OtherFrame, Packet, PacketSink, Tcp, Transport, TunnelKind,
};
