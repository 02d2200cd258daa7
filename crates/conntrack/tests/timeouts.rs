//! When connections end, and that other connections do not matter for it.
#![cfg(test)]

mod recorder;

use conntrack::Config;
use packets::Packet;
use proptest::prelude::*;
use records::Conn;
use records::Sender::{Originator as O, Responder as R};
use testkit::{ACK, Conversation, FIN, RST, SYN};

use recorder::{replay, replay_with};

fn udp() -> Conversation {
    Conversation::between("10.0.0.1:4000", "10.0.0.2:5000")
}

fn tcp() -> Conversation {
    Conversation::between("10.0.0.1:1025", "10.0.0.2:8765")
}

fn dns() -> Conversation {
    Conversation::between("10.0.0.1:4000", "10.0.0.2:53")
}

#[test]
fn a_quiet_connection_ends() {
    let ends = [
        ("udp", 59_990, 60_000, udp().datagram(O, b"a"), udp().datagram(O, b"b")),
        ("icmp", 59_990, 60_000, udp().icmp(O, 8, 0, b"a"), udp().icmp(R, 0, 0, b"b")),
        ("other", 59_990, 60_000, udp().other(O, 47, b"a"), udp().other(O, 47, b"b")),
        ("dns", 9_000, 10_000, dns().datagram(O, b"a"), dns().datagram(R, b"b")),
        ("syn", 4_990, 5_000, tcp().flags(O, SYN), tcp().flags(O, SYN)),
        ("established", 299_990, 300_000, tcp().handshake(), tcp().segment_at(R, ACK, (1, 1), b"")),
        ("closed", 4_990, 5_010, tcp().handshake().close(), tcp().segment_at(R, ACK, (2, 2), b"")),
        (
            "half closed, then reset",
            4_990,
            6_010,
            tcp().handshake().flags(O, FIN | ACK).flags(O, RST),
            tcp().segment_at(R, ACK, (1, 2), b""),
        ),
    ];
    for (name, alive, over, first, next) in ends {
        for (millis, expected) in [(alive, 1), (over, 2)] {
            let mut packets = first.clone().packets();
            let last = packets.last().unwrap().0.ts;
            let mut following = next.clone().packets();
            following.iter_mut().for_each(|(packet, _)| packet.ts = last + millis * 1_000_000);
            packets.append(&mut following);
            assert_eq!(replay(&packets).closed.len(), expected, "{name} after {millis} ms");
        }
    }
}

#[test]
fn a_syn_on_a_closed_connection_begins_another() {
    let first = tcp().handshake().close();
    let again = tcp().initial(70_000, 90_000).after_millis(1000).handshake();
    let packets: Vec<_> = first.packets().into_iter().chain(again.packets()).collect();
    let closed = replay(&packets).closed;
    let states: Vec<_> = closed.iter().map(|(record, _)| &*record.conn_state).collect();
    assert_eq!(states, ["SF", "S1"]);
    assert_ne!(closed[0].0.uid, closed[1].0.uid);
}

#[test]
fn connections_that_begin_at_the_same_time_have_their_own_names() {
    let mut packets = tcp().flags(O, SYN).packets();
    packets.extend(tcp().initial(2_000_000_000, 1).flags(O, SYN).packets());
    let closed = replay(&packets).closed;
    assert_eq!((closed.len(), closed[0].0.ts), (2, closed[1].0.ts));
    assert_ne!(closed[0].0.uid, closed[1].0.uid);
}

#[test]
fn the_table_is_bounded() {
    let config = Config { connections_max: 10, ..Config::default() };
    let packets: Vec<_> = (0..100)
        .flat_map(|host| {
            Conversation::between(&format!("10.0.1.{host}:99"), "10.0.0.2:5000")
                .after_millis(host)
                .datagram(O, b"a")
                .packets()
        })
        .collect();
    let recorder = replay_with(config, &packets);
    assert_eq!(recorder.closed.len(), 100);
    assert_eq!(recorder.weirds.len(), 90);
    assert_eq!(recorder.closed[0].0.id.orig_h.to_string(), "10.0.1.0");
}

#[test]
fn a_leap_in_time_is_cheap() {
    let mut packets = udp().datagram(O, b"a").packets();
    let mut future = Conversation::between("10.0.0.3:1", "10.0.0.4:2").datagram(O, b"b").packets();
    future[0].0.ts = i64::MAX - 1_000_000_000_000;
    let mut next = future.clone();
    next[0].0.ts += 100_000_000_000;
    packets.extend(future);
    packets.extend(next);
    assert_eq!(replay(&packets).closed.len(), 3);
}

/// Hosts that speak for some minutes, each with pauses of its own.
fn traffic() -> impl Strategy<Value = Vec<(u8, i64, u8)>> {
    prop::collection::vec((0_u8..5, 0_i64..90_000, 0_u8..4), 1..60)
}

fn packets_of(traffic: &[(u8, i64, u8)]) -> Vec<(u8, (Packet, Vec<u8>))> {
    let mut now = 0;
    let mut all = Vec::new();
    for (host, pause, kind) in traffic {
        now += pause / 8;
        let conversation =
            Conversation::between(&format!("10.0.0.{host}:1000"), "10.0.0.9:5353").after_millis(now);
        let conversation = match kind {
            0 => conversation.datagram(O, b"q"),
            1 => conversation.flags(O, SYN),
            2 => conversation.segment_at(R, SYN | ACK, (0, 1), b""),
            _ => conversation.segment_at(O, FIN | ACK, (1, 1), b""),
        };
        all.extend(conversation.packets().into_iter().map(|packet| (*host, packet)));
    }
    all
}

proptest! {
    #[test]
    fn connections_do_not_depend_on_others(traffic in traffic()) {
        let all = packets_of(&traffic);
        let together: Vec<_> = all.iter().map(|(_, packet)| packet.clone()).collect();
        let by_name = |mut records: Vec<Conn>| {
            records.sort_by_key(|record| (record.ts, record.uid));
            records
        };
        let whole = by_name(replay(&together).closed.into_iter().map(|(record, _)| record).collect());
        let mut parts = Vec::new();
        for host in 0..5 {
            let of_host: Vec<_> =
                all.iter().filter(|(other, _)| *other == host).map(|(_, packet)| packet.clone()).collect();
            parts.extend(replay(&of_host).closed.into_iter().map(|(record, _)| record));
        }
        prop_assert_eq!(whole, by_name(parts));
    }
}
