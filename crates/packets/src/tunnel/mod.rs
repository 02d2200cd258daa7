//! Tunnels: packets within packets. Those that lie directly on IP are known by their protocol number, those
//! over UDP by port and content together, so that other traffic on the port is not taken for a tunnel.

mod gre;
mod udp;

use crate::ip;
use crate::link::Layer;
use crate::packet::TunnelKind;
use crate::rest::Rest;

pub(crate) use udp::over_udp;

const IP_IN_IP: u8 = 4;
const IPV6_IN_IP: u8 = 41;
const GRE: u8 = 47;

/// What an IP packet carries, seen as a tunnel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tunnel<'a> {
    /// This lies in it.
    Inside(Layer, Rest<'a>),
    /// It carries something that is not followed.
    Other,
    /// It is damaged in the way that has this name.
    Damaged(&'static str),
}

/// Looks into the tunnels that have an IP protocol number.
#[inline]
pub(crate) fn over_ip(protocol: u8, payload: Rest<'_>) -> Option<(TunnelKind, Tunnel<'_>)> {
    match protocol {
        IP_IN_IP => Some((TunnelKind::Ip, whole_packet(payload, 4))),
        IPV6_IN_IP => Some((TunnelKind::Ip, whole_packet(payload, 6))),
        GRE => Some((TunnelKind::Gre, gre::header(payload))),
        _ => None,
    }
}

/// An IP packet of the version expected that fills the tunnel.
fn whole_packet(rest: Rest<'_>, version: u8) -> Tunnel<'_> {
    if ip::version(rest) != version {
        return Tunnel::Damaged("invalid_inner_IP_version");
    }
    match ip::total_length(rest) {
        Some(total) if total == rest.wire => Tunnel::Inside(Layer::Ip, rest),
        Some(total) if total < rest.wire => Tunnel::Damaged("inner_IP_payload_length_mismatch"),
        _ => Tunnel::Damaged("truncated_inner_IP"),
    }
}
