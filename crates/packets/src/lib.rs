//! Frames to transport: capture file formats, link layers, tunnels, IPv4 and IPv6 with defragmentation, and
//! the headers of TCP, UDP and ICMP. Pure: bytes in, packets out; no files, no clock.

mod packet;

pub use packet::{Checksum, HeaderWeird, Packet, PacketSink, Tcp, Transport};
