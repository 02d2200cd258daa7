//! `flow` → `conn`.
//!
//! Suricata counts the bytes of frames. Those of IP and of the payload are what is left without headers of the usual
//! size, and so are estimates. The state is told from the TCP flags of each side, whose order is not known.

use std::net::IpAddr;

use records::{Conn, HardwareAddress, Interval, Json, LocalNetworks};

use super::event::{Event, number, number_or_text, text, time};

/// The header of Ethernet, without VLAN.
const LINK_BYTES: u64 = 14;
/// Headers of TCP with time stamps, as most systems send them, and what a SYN has more.
const TCP_BYTES: u64 = 32;
const TCP_BYTES_MIN: u64 = 20;
const SYN_BYTES_MORE: u64 = 8;
const UDP_BYTES: u64 = 8;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// What one side sent.
#[derive(Clone, Copy, Debug)]
struct Side {
    packets: u64,
    frame_bytes: u64,
    flags: u8,
}

impl Side {
    fn of(event: &Event<'_>, packets: &str, bytes: &str, flags: &str) -> Self {
        let flow = event.body();
        let tcp = event.json().get("tcp").and_then(|tcp| tcp.get(flags)).and_then(Json::text);
        Self {
            packets: number(flow, packets).unwrap_or_default(),
            frame_bytes: number(flow, bytes).unwrap_or_default(),
            flags: tcp.and_then(|flags| u8::from_str_radix(flags, 16).ok()).unwrap_or_default(),
        }
    }

    const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    const fn ip_bytes(self) -> u64 {
        self.frame_bytes.saturating_sub(self.packets.saturating_mul(LINK_BYTES))
    }

    /// Whoever sent what a protocol was told by sent some payload.
    fn payload_bytes(self, proto: &str, ip_header: u64, is_recognised: bool) -> u64 {
        let without = |header: u64| {
            self.ip_bytes().saturating_sub(self.packets.saturating_mul(ip_header.saturating_add(header)))
        };
        match proto {
            "tcp" => {
                let more = if self.has(SYN) { SYN_BYTES_MORE } else { 0 };
                match without(TCP_BYTES).saturating_sub(more) {
                    0 if is_recognised => without(TCP_BYTES_MIN),
                    bytes => bytes,
                }
            }
            "udp" | "icmp" => without(UDP_BYTES),
            _ => without(0),
        }
    }
}

pub(super) fn record(event: &Event<'_>, local_networks: &LocalNetworks) -> Conn {
    let (flow, json) = (event.body(), event.json());
    let orig = Side::of(event, "pkts_toserver", "bytes_toserver", "tcp_flags_ts");
    let resp = Side::of(event, "pkts_toclient", "bytes_toclient", "tcp_flags_tc");
    let start = time(flow, "start").unwrap_or(event.ts);
    // As in Zeek, one packet has no duration, and its bytes are not told.
    let is_more = orig.packets.saturating_add(resp.packets) > 1;
    let duration = time(flow, "end").filter(|_| is_more).map(|end| end.since(start).max(Interval(0)));
    let proto = event.proto();
    let service = service(json);
    let mut id = event.id();
    if proto == "icmp" {
        let code = number(json, "response_icmp_type").or_else(|| number(json, "icmp_code"));
        (id.orig_p, id.resp_p) = (number(json, "icmp_type").unwrap_or_default(), code.unwrap_or_default());
    }
    let ip_header = if id.orig_h.is_ipv4() { 20 } else { 40 };
    let payload = |side: Side| side.payload_bytes(proto, ip_header, service.is_some());
    let has_payload = (payload(orig) > 0, payload(resp) > 0);
    let ether = json.get("ether");
    let hardware = |one: &str, many: &str| {
        let text = ether.and_then(|ether| {
            text(ether, one).or_else(|| super::event::texts(ether, many)?.into_iter().next())
        });
        text.and_then(|text| HardwareAddress::parse(&text))
    };
    let vlan = |place: usize| {
        let tag = json.get("vlan").and_then(|vlan| vlan.list().get(place)).and_then(Json::count);
        tag.and_then(|tag| u16::try_from(tag).ok())
    };
    Conn {
        ts: start,
        uid: event.uid(),
        id,
        proto: proto.into(),
        conn_state: state(proto, orig, resp).into(),
        history: history(proto, orig, resp, has_payload),
        duration,
        orig_bytes: is_more.then(|| payload(orig)),
        resp_bytes: is_more.then(|| payload(resp)),
        local_orig: local_networks.contains(id.orig_h),
        local_resp: local_networks.contains(id.resp_h),
        missed_bytes: 0,
        orig_pkts: orig.packets,
        orig_ip_bytes: orig.ip_bytes(),
        resp_pkts: resp.packets,
        resp_ip_bytes: resp.ip_bytes(),
        tunnel_parents: None,
        ip_proto: ip_proto(json, proto, id.orig_h),
        orig_l2_addr: hardware("src_mac", "src_macs"),
        resp_l2_addr: hardware("dest_mac", "dest_macs"),
        vlan: vlan(0),
        inner_vlan: vlan(1),
        community_id: text(json, "community_id"),
        service,
    }
}

/// The application protocol by Zeek's name.
fn service(json: &Json<'_>) -> Option<String> {
    let name = text(json, "app_proto")?;
    let udp = json.get("proto").and_then(Json::text) == Some("UDP");
    let known = match name.as_str() {
        "failed" | "unknown" => return None,
        "tls" => "ssl",
        "krb5" => return Some(if udp { "krb_udp" } else { "krb_tcp" }.to_owned()),
        "dcerpc" => "dce_rpc",
        "http1" | "http2" => "http",
        "pgsql" => "postgresql",
        "ike" => "ipsec",
        _ => return Some(name),
    };
    Some(known.to_owned())
}

fn ip_proto(json: &Json<'_>, proto: &str, address: IpAddr) -> u8 {
    match (proto, address) {
        ("tcp", _) => 6,
        ("udp", _) => 17,
        ("icmp", IpAddr::V4(_)) => 1,
        ("icmp", IpAddr::V6(_)) => 58,
        _ => match json.get("proto").and_then(Json::text) {
            Some("SCTP") => 132,
            Some("GRE") => 47,
            Some("ESP") => 50,
            Some("AH") => 51,
            _ => number_or_text(json, "proto").unwrap_or_default(),
        },
    }
}

fn state(proto: &str, orig: Side, resp: Side) -> &'static str {
    if proto != "tcp" {
        return match (orig.packets, resp.packets) {
            (1.., 1..) => "SF",
            (0, 1..) => "SHR",
            _ => "S0",
        };
    }
    match (orig.has(SYN), resp.has(SYN)) {
        (true, false) if resp.has(RST) => "REJ",
        (true, false) if resp.packets > 0 => "OTH",
        (true, false) if orig.has(RST) => "RSTOS0",
        (true, false) if orig.has(FIN) => "SH",
        (true, false) => "S0",
        (true, true) if orig.has(FIN) && resp.has(FIN) => "SF",
        (true, true) if orig.has(RST) => "RSTO",
        (true, true) if resp.has(RST) => "RSTR",
        (true, true) if orig.has(FIN) => "S2",
        (true, true) if resp.has(FIN) => "S3",
        (true, true) => "S1",
        (false, true) if resp.has(RST) => "RSTRH",
        (false, true) if resp.has(FIN) => "SHR",
        (false, _) => "OTH",
    }
}

/// In the order in which it ordinarily happens.
fn history(proto: &str, orig: Side, resp: Side, has_payload: (bool, bool)) -> String {
    let is_tcp = proto == "tcp";
    let letters = [
        (is_tcp && orig.has(SYN), 'S'),
        (is_tcp && resp.has(SYN), 'h'),
        (is_tcp && orig.has(ACK), 'A'),
        (has_payload.0, 'D'),
        (is_tcp && resp.has(ACK) && resp.has(SYN) && resp.packets > 1, 'a'),
        (has_payload.1, 'd'),
        (is_tcp && orig.has(FIN), 'F'),
        (is_tcp && resp.has(FIN), 'f'),
        (is_tcp && orig.has(RST), 'R'),
        (is_tcp && resp.has(RST), 'r'),
    ];
    letters.iter().filter(|(happened, _)| *happened).map(|(_, letter)| *letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_tell_the_state() {
        let side = |packets, flags| Side { packets, frame_bytes: 0, flags };
        for (orig, resp, expected) in [
            (side(1, 0x02), side(0, 0), "S0"),
            (side(1, 0x02), side(1, 0x14), "REJ"),
            (side(2, 0x06), side(0, 0), "RSTOS0"),
            (side(2, 0x06), side(1, 0x12), "RSTO"),
            (side(5, 0x1b), side(4, 0x1b), "SF"),
            (side(5, 0x1a), side(4, 0x1e), "RSTR"),
            (side(5, 0x1a), side(4, 0x1a), "S1"),
            (side(5, 0x18), side(4, 0x18), "OTH"),
        ] {
            assert_eq!(state("tcp", orig, resp), expected);
        }
    }

    #[test]
    fn a_handshake_alone_carries_no_payload() {
        // SYN of 74 bytes, ACK and FIN of 66.
        let side = Side { packets: 3, frame_bytes: 206, flags: 0x13 };
        assert_eq!(side.payload_bytes("tcp", 20, false), 0);
        let datagrams = Side { packets: 2, frame_bytes: 160, flags: 0 };
        assert_eq!(datagrams.payload_bytes("udp", 20, false), 76);
    }
}
