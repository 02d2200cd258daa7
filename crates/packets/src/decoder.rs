//! The way of a frame through its layers.

use std::net::IpAddr;

use crate::counters::Counters;
use crate::ip::{self, IpPacket};
use crate::link::{self, Found, Layer, LinkFacts, LinkType};
use crate::packet::{Checksum, HeaderWeird, Packet, PacketSink};
use crate::rest::Rest;
use crate::transport;

/// Most headers below the transport that are taken off one frame, those of all tunnels together.
const LAYERS_MAX: u32 = 64;

/// Takes frames apart. Keeps nothing of a frame but fragments.
#[derive(Debug, Default)]
pub struct Decoder {
    counters: Counters,
}

/// One frame on its way.
struct Walk<'s, S> {
    ts: i64,
    facts: LinkFacts,
    tunnels: u8,
    layers_left: u32,
    sink: &'s mut S,
}

impl<S: PacketSink> Walk<'_, S> {
    fn weird(&mut self, name: &'static str, addresses: Option<(IpAddr, IpAddr)>) {
        self.sink.weird(HeaderWeird { ts: self.ts, name, addresses });
    }
}

impl Decoder {
    /// A decoder that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What has been seen.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Takes one frame apart and hands its packets to the sink, of a tunnel the outer one first.
    ///
    /// `ts` is the capture time in nanoseconds since the epoch, `original_length` the frame's length on the wire.
    #[inline]
    pub fn decode<S: PacketSink>(
        &mut self,
        ts: i64,
        link: LinkType,
        frame: &[u8],
        original_length: u32,
        sink: &mut S,
    ) {
        self.counters.frames += 1;
        self.counters.bytes += frame.len() as u64;
        let Some(layer) = link::first_layer(link) else {
            self.counters.unknown_links += 1;
            return;
        };
        let mut walk = Walk { ts, facts: LinkFacts::default(), tunnels: 0, layers_left: LAYERS_MAX, sink };
        self.walk(&mut walk, layer, Rest::new(frame, original_length));
    }

    #[inline]
    fn walk<S: PacketSink>(&mut self, walk: &mut Walk<'_, S>, mut layer: Layer, mut rest: Rest<'_>) {
        while walk.layers_left > 0 {
            walk.layers_left -= 1;
            if layer == Layer::Ip {
                self.ip(walk, rest);
                return;
            }
            match link::take(layer, rest, &mut walk.facts) {
                Found::Next((next, after)) => (layer, rest) = (next, after),
                Found::Arp => {
                    self.counters.arp += 1;
                    return;
                }
                Found::Other => {
                    self.counters.other_network_layers += 1;
                    return;
                }
                Found::Truncated => {
                    self.counters.truncated_frames += 1;
                    return;
                }
            }
        }
        self.counters.too_deep += 1;
    }

    #[inline]
    fn ip<S: PacketSink>(&mut self, walk: &mut Walk<'_, S>, rest: Rest<'_>) {
        self.counters.ip_packets += 1;
        match ip::read(rest) {
            Ok((packet, weird)) => {
                if let Some(name) = weird {
                    walk.weird(name, Some((packet.src, packet.dst)));
                }
                if packet.fragment.is_some() {
                    self.counters.fragments += 1;
                    return;
                }
                self.payload(walk, &packet);
            }
            Err(unreadable) => {
                self.counters.bad_packets += 1;
                walk.weird(unreadable.name, unreadable.addresses);
            }
        }
    }

    /// What an IP packet carries, once it is whole.
    #[inline]
    fn payload<S: PacketSink>(&mut self, walk: &mut Walk<'_, S>, ip: &IpPacket<'_>) {
        let segment = match transport::read(ip.protocol, ip.payload) {
            Ok(segment) => segment,
            Err(name) => {
                self.counters.bad_packets += 1;
                walk.weird(name, Some((ip.src, ip.dst)));
                return;
            }
        };
        let packet = Packet {
            ts: walk.ts,
            src: ip.src,
            dst: ip.dst,
            ip_proto: ip.protocol,
            ip_length: ip.length,
            payload_length: segment.payload_length,
            transport: segment.transport,
            checksum: Checksum::Unchecked,
            hardware: walk.facts.hardware,
            vlans: walk.facts.vlans,
            tunnels: walk.tunnels,
        };
        walk.sink.packet(&packet, segment.payload.bytes);
    }
}
