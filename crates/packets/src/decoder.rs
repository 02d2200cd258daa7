//! The way of a frame through its layers.

use std::net::IpAddr;

use crate::checksum;
use crate::counters::Counters;
use crate::fragments::{Fragments, Whole};
use crate::ip::{self, Fragment, IpPacket};
use crate::link::{self, Found, Layer, LinkFacts, LinkType};
use crate::packet::{Checksum, HeaderWeird, Packet, PacketSink, Transport};
use crate::rest::Rest;
use crate::transport;
use crate::tunnel::{self, Tunnel};

/// Most headers below the transport that are taken off one frame, those of all tunnels together.
const LAYERS_MAX: u32 = 64;

/// Most tunnels within each other that are gone into.
const TUNNELS_MAX: u8 = 8;

/// Takes frames apart. Keeps nothing of a frame but fragments.
#[derive(Debug, Default)]
pub struct Decoder {
    verifies_checksums: bool,
    counters: Counters,
    fragments: Fragments,
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

    /// Examines the checksums of IPv4, TCP, UDP and ICMP, and tells of them in [`Packet::checksum`]. Captures
    /// taken on a host that sends are full of wrong ones, since network cards fill them in.
    pub fn verifying_checksums(mut self) -> Self {
        self.verifies_checksums = true;
        self
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
            let found = match layer {
                Layer::Ip => match self.ip(walk, rest) {
                    Some(inside) => Found::Next(inside),
                    None => return,
                },
                _ => link::take(layer, rest, &mut walk.facts),
            };
            let count = match found {
                Found::Next(next) => {
                    (layer, rest) = next;
                    continue;
                }
                Found::Arp => &mut self.counters.arp,
                Found::Other => &mut self.counters.other_network_layers,
                Found::Truncated => &mut self.counters.truncated_frames,
            };
            *count += 1;
            return;
        }
        self.counters.too_deep += 1;
    }

    /// Reads an IP packet; hands back what lies within it, where it is a tunnel.
    #[inline]
    fn ip<'a, S: PacketSink>(&mut self, walk: &mut Walk<'_, S>, rest: Rest<'a>) -> Option<(Layer, Rest<'a>)> {
        self.counters.ip_packets += 1;
        match ip::read(rest) {
            Ok(mut packet) => {
                if self.verifies_checksums {
                    packet.checksum = checksum::of_header(rest.bytes);
                }
                if let Some(name) = packet.weird {
                    walk.weird(name, Some((packet.src, packet.dst)));
                }
                match packet.fragment {
                    None => self.payload(walk, &packet),
                    Some(fragment) => self.fragment(walk, &packet, fragment),
                }
            }
            Err(unreadable) => {
                self.bad_packet(walk, unreadable.name, unreadable.addresses);
                None
            }
        }
    }

    fn bad_packet<S: PacketSink>(
        &mut self,
        walk: &mut Walk<'_, S>,
        name: &'static str,
        addresses: Option<(IpAddr, IpAddr)>,
    ) {
        self.counters.bad_packets += 1;
        walk.weird(name, addresses);
    }

    fn fragment<'a, S: PacketSink>(
        &mut self,
        walk: &mut Walk<'_, S>,
        packet: &IpPacket<'a>,
        fragment: Fragment,
    ) -> Option<(Layer, Rest<'a>)> {
        self.counters.fragments += 1;
        let addresses = Some((packet.src, packet.dst));
        if packet.payload.bytes.len() < packet.payload.wire {
            walk.weird("incompletely_captured_fragment", addresses);
            // The first tells by its headers of the connection.
            return if fragment.offset == 0 { self.payload(walk, packet) } else { None };
        }
        let whole = self.fragments.add(walk.ts, packet, fragment, |name| walk.weird(name, addresses));
        self.counters.fragments_dropped = self.fragments.dropped();
        let Whole { protocol, length, payload } = whole?;
        self.counters.reassembled += 1;
        let rest = Rest { bytes: &payload, wire: payload.len() };
        let whole = IpPacket { protocol, length, payload: rest, fragment: None, weird: None, ..*packet };
        match if packet.version == 6 { ip::after_reassembly(whole) } else { Ok(whole) } {
            Ok(whole) => {
                // The payload lives only here, so that what lies within is read here too.
                if let Some((layer, rest)) = self.payload(walk, &whole) {
                    self.walk(walk, layer, rest);
                }
            }
            Err(unreadable) => self.bad_packet(walk, unreadable.name, unreadable.addresses),
        }
        self.fragments.recycle(payload);
        None
    }

    /// What an IP packet carries, once it is whole: hands the packet to the sink, or goes into a tunnel, or both.
    #[inline]
    fn payload<'a, S: PacketSink>(
        &mut self,
        walk: &mut Walk<'_, S>,
        ip: &IpPacket<'a>,
    ) -> Option<(Layer, Rest<'a>)> {
        if !ip.has_transport() {
            self.counters.other_transports += 1;
            return None;
        }
        match tunnel::over_ip(ip.protocol, ip.payload) {
            Tunnel::None => {}
            inside => return self.enter(walk, inside, ip),
        }
        let segment = match transport::read(ip.protocol, ip.payload) {
            Ok(segment) => segment,
            Err(name) => {
                self.bad_packet(walk, name, Some((ip.src, ip.dst)));
                return None;
            }
        };
        let checksum = match self.verifies_checksums {
            true => ip.checksum.and(checksum::of_transport(ip)),
            false => Checksum::Unchecked,
        };
        let packet = Packet {
            ts: walk.ts,
            src: ip.src,
            dst: ip.dst,
            ip_proto: ip.protocol,
            ip_length: ip.length,
            payload_length: segment.payload_length,
            transport: segment.transport,
            checksum,
            hardware: if walk.tunnels == 0 { walk.facts.hardware } else { None },
            vlans: walk.facts.vlans,
            tunnels: walk.tunnels,
        };
        walk.sink.packet(&packet, segment.payload.bytes);
        match segment.transport {
            Transport::Udp { source, destination } => {
                self.enter(walk, tunnel::over_udp(source, destination, segment.payload), ip)
            }
            Transport::Tcp(_) | Transport::Icmp { .. } | Transport::Other => None,
        }
    }

    /// Goes into a tunnel, unless it is one too many.
    #[inline]
    fn enter<'a, S: PacketSink>(
        &mut self,
        walk: &mut Walk<'_, S>,
        tunnel: Tunnel<'a>,
        ip: &IpPacket<'_>,
    ) -> Option<(Layer, Rest<'a>)> {
        match tunnel {
            Tunnel::None => None,
            Tunnel::Inside(_, _) if walk.tunnels >= TUNNELS_MAX => {
                self.counters.too_deep += 1;
                walk.weird("exceeded_tunnel_max_depth", Some((ip.src, ip.dst)));
                None
            }
            Tunnel::Inside(layer, rest) => {
                self.counters.tunnels += 1;
                walk.tunnels += 1;
                walk.facts = LinkFacts::default();
                Some((layer, rest))
            }
            Tunnel::Other => {
                self.counters.other_network_layers += 1;
                None
            }
            Tunnel::Damaged(name) => {
                self.bad_packet(walk, name, Some((ip.src, ip.dst)));
                None
            }
        }
    }
}
