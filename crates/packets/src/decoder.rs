//! The way of a frame through its layers.

use std::net::{IpAddr, Ipv4Addr};

use crate::checksum;
use crate::counters::Counters;
use crate::fragments::{Fragments, Whole};
use crate::ip::{self, Fragment, Unreadable};
use crate::link::{self, Found, Layer, LinkType};
use crate::packet::{
    Checksum, Encapsulation, HeaderWeird, OtherFrame, Packet, PacketSink, Transport, TunnelKind,
};
use crate::rest::Rest;
use crate::transport;
use crate::tunnel::{self, Tunnel};

/// Most headers below the transport that are taken off one frame, those of all tunnels together.
const LAYERS_MAX: u32 = 64;

/// Most tunnels within each other that are gone into.
const TUNNELS_MAX: u8 = 8;

/// Longer packets were mostly put together from several by the network card of the host that captured (or are still
/// to be cut by it), and have the checksum of none.
const UNMERGED_MAX: u32 = 1500;

/// Takes frames apart. Keeps nothing of a frame but fragments.
#[derive(Debug, Default)]
pub struct Decoder {
    counters: Counters,
    fragments: Fragments,
}

/// One frame on its way.
struct Walk<'s, S> {
    /// What has been read of the packet at hand; of a tunnel first the outer, then the inner one.
    packet: Packet,
    layers_left: u32,
    was_fragmented: bool,
    sink: &'s mut S,
}

impl<S: PacketSink> Walk<'_, S> {
    #[cold]
    fn other(&mut self, layer: Layer, payload: Rest<'_>) {
        if let Layer::EtherType(ether_type) = layer {
            let Packet { ts, hardware, .. } = self.packet;
            self.sink.other(&OtherFrame { ts, ether_type, hardware }, payload.bytes);
        }
    }

    fn weird(&mut self, name: &'static str) {
        let addresses = Some((self.packet.src, self.packet.dst));
        self.sink.weird(HeaderWeird { ts: self.packet.ts, name, addresses });
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
        let packet = Packet {
            ts,
            src: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            dst: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            ip_proto: 0,
            ip_length: 0,
            payload_length: 0,
            transport: Transport::Other,
            checksum: Checksum::Unchecked,
            time_to_live: 0,
            hardware: None,
            vlans: [None; 2],
            tunnels: 0,
        };
        let mut walk = Walk { packet, layers_left: LAYERS_MAX, was_fragmented: false, sink };
        let rest = Rest::new(frame, original_length);
        match link::usual(layer, rest, &mut walk.packet) {
            Some(inside) => self.walk(&mut walk, Layer::Ip, inside),
            None => self.walk(&mut walk, layer, rest),
        }
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
                _ => link::take(layer, rest, &mut walk.packet),
            };
            let count = match found {
                Found::Next(next) => {
                    (layer, rest) = next;
                    continue;
                }
                Found::Arp => {
                    walk.other(layer, rest);
                    &mut self.counters.arp
                }
                Found::Other => {
                    walk.other(layer, rest);
                    &mut self.counters.other_network_layers
                }
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
        match ip::read(rest, &mut walk.packet) {
            Ok(carried) => {
                walk.packet.checksum = checksum::of_header(rest.bytes);
                if let Some(name) = carried.weird {
                    walk.weird(name);
                }
                match carried.fragment {
                    None => self.payload(walk, ip::version(rest), carried.payload),
                    Some(fragment) => self.fragment(walk, ip::version(rest), carried.payload, fragment),
                }
            }
            Err(unreadable) => {
                self.unreadable(walk, unreadable);
                None
            }
        }
    }

    #[cold]
    fn unreadable<S: PacketSink>(&mut self, walk: &mut Walk<'_, S>, unreadable: Unreadable) {
        let Unreadable { name, has_addresses } = unreadable;
        if has_addresses {
            return self.bad_packet(walk, name);
        }
        self.counters.bad_packets += 1;
        walk.sink.weird(HeaderWeird { ts: walk.packet.ts, name, addresses: None });
    }

    #[cold]
    fn bad_packet<S: PacketSink>(&mut self, walk: &mut Walk<'_, S>, name: &'static str) {
        self.counters.bad_packets += 1;
        walk.weird(name);
    }

    #[cold]
    fn fragment<'a, S: PacketSink>(
        &mut self,
        walk: &mut Walk<'_, S>,
        version: u8,
        carried: Rest<'a>,
        fragment: Fragment,
    ) -> Option<(Layer, Rest<'a>)> {
        self.counters.fragments += 1;
        if carried.bytes.len() < carried.wire {
            walk.weird("incompletely_captured_fragment");
            // The first tells by its headers of the connection.
            return if fragment.offset == 0 { self.payload(walk, version, carried) } else { None };
        }
        let packet = walk.packet;
        let whole = self.fragments.add(&packet, carried, fragment, |name| walk.weird(name));
        self.counters.fragments_dropped = self.fragments.dropped();
        let Whole { protocol, length, payload } = whole?;
        self.counters.reassembled += 1;
        walk.was_fragmented = true;
        walk.packet.ip_proto = protocol;
        walk.packet.ip_length = length;
        let rest = Rest { bytes: &payload, wire: payload.len() };
        let carried = match version {
            6 => ip::extensions(rest, 0, &mut walk.packet).map(|carried| carried.payload),
            _ => Ok(rest),
        };
        match carried {
            Ok(carried) => {
                // The payload lives only here, so that what lies within is read here too.
                if let Some((layer, rest)) = self.payload(walk, version, carried) {
                    self.walk(walk, layer, rest);
                }
            }
            Err(unreadable) => self.unreadable(walk, unreadable),
        }
        None
    }

    /// What an IP packet carries, once it is whole: hands the packet to the sink, or goes into a tunnel, or both.
    #[inline]
    fn payload<'a, S: PacketSink>(
        &mut self,
        walk: &mut Walk<'_, S>,
        version: u8,
        carried: Rest<'a>,
    ) -> Option<(Layer, Rest<'a>)> {
        let protocol = walk.packet.ip_proto;
        if ip::ends_without_transport(version, protocol) {
            self.counters.other_transports += 1;
            return None;
        }
        if let Some(inside) = tunnel::over_ip(protocol, carried) {
            return self.enter(walk, None, inside);
        }
        let payload = match transport::read(carried, &mut walk.packet) {
            Ok(payload) => payload,
            Err(name) => {
                self.bad_packet(walk, name);
                return None;
            }
        };
        if walk.packet.ip_length > UNMERGED_MAX && !walk.was_fragmented {
            walk.packet.checksum = Checksum::Unchecked;
        } else if walk.packet.checksum != Checksum::Bad {
            walk.packet.checksum = checksum::before_payload(&walk.packet, carried, payload);
        }
        walk.sink.packet(&walk.packet, payload.bytes);
        match walk.packet.transport {
            Transport::Udp { source, destination } => {
                let inside = tunnel::over_udp(source, destination, payload)?;
                // GRE stands for itself, whichever port it comes from.
                let ports = (inside.0 != TunnelKind::Gre).then_some((source, destination));
                self.enter(walk, ports, inside)
            }
            Transport::Tcp(_) | Transport::Icmp { .. } | Transport::Other => None,
        }
    }

    /// Goes into a tunnel, unless it is one too many.
    #[inline]
    fn enter<'a, S: PacketSink>(
        &mut self,
        walk: &mut Walk<'_, S>,
        ports: Option<(u16, u16)>,
        (kind, tunnel): (TunnelKind, Tunnel<'a>),
    ) -> Option<(Layer, Rest<'a>)> {
        match tunnel {
            Tunnel::Inside(_, _) if walk.packet.tunnels >= TUNNELS_MAX => {
                self.counters.too_deep += 1;
                walk.weird("exceeded_tunnel_max_depth");
                None
            }
            Tunnel::Inside(layer, rest) => {
                self.counters.tunnels += 1;
                walk.packet.tunnels += 1;
                let Packet { src, dst, .. } = walk.packet;
                walk.sink.enters(&Encapsulation { kind, src, dst, ports });
                walk.packet.hardware = None;
                walk.packet.vlans = [None; 2];
                Some((layer, rest))
            }
            Tunnel::Other => {
                self.counters.other_network_layers += 1;
                None
            }
            Tunnel::Damaged(name) => {
                self.bad_packet(walk, name);
                None
            }
        }
    }
}
