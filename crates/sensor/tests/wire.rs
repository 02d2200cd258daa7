//! What lies on the wire, or in the capture, must not lead the analyzers astray, however many shards there are.
#![cfg(test)]

use std::collections::BTreeMap;

use capture::PcapWriter;
use packets::{Checksum, LinkType, Packet, Tcp, Transport};
use records::Sender::{self, Originator as O, Responder as R};
use sensor::{Config, Source, Traffic};
use testkit::frame::{self, Numbers};
use testkit::{ACK, Conversation, FIN, RST, SYN};

/// Where the header of TCP begins in a frame.
const TCP_HEADER: usize = 34;

type Packets = Vec<(Packet, Vec<u8>)>;

/// The records of frames at these times, by type.
fn analyse(frames: &[(i64, Vec<u8>)], shards: usize) -> (BTreeMap<&'static str, Vec<String>>, Traffic) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture.pcap");
    let mut writer = PcapWriter::new(std::fs::File::create(&path).unwrap(), LinkType::ETHERNET).unwrap();
    for (ts, frame) in frames {
        writer.write(*ts, frame, frame.len() as u32).unwrap();
    }
    writer.finish().unwrap();
    let mut records: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let config = Config { shards, ..Config::default() };
    let traffic = sensor::run(Source::open(&[path]).unwrap(), &config, |round| -> std::io::Result<()> {
        for record in round {
            let mut line = String::new();
            record.write_json(&mut line);
            records.entry(record.record_type().name).or_default().push(line);
        }
        Ok(())
    });
    (records, traffic.unwrap())
}

/// A packet as it lies in a capture, with right checksums unless its own are bad.
fn frame(packet: &Packet, payload: &[u8]) -> Vec<u8> {
    let ends = |source, destination| ((packet.src, source).into(), (packet.dst, destination).into());
    let mut frame = match packet.transport {
        Transport::Tcp(tcp) => {
            let (from, to) = ends(tcp.source, tcp.destination);
            let Tcp { sequence, acknowledgment, flags, .. } = tcp;
            frame::tcp(from, to, Numbers { sequence, acknowledgment, flags }, payload)
        }
        Transport::Udp { source, destination } => {
            let (from, to) = ends(source, destination);
            frame::udp(from, to, payload)
        }
        Transport::Icmp { .. } | Transport::Other => panic!("{packet:?}"),
    };
    if packet.checksum == Checksum::Bad {
        frame[TCP_HEADER + 16] ^= 1;
    }
    frame::with_time_to_live(frame, packet.time_to_live)
}

fn frames(packets: &Packets) -> Vec<(i64, Vec<u8>)> {
    packets.iter().map(|(packet, payload)| (packet.ts, frame(packet, payload))).collect()
}

fn between(client: &str) -> Conversation {
    Conversation::between(client, "198.51.100.7:80")
}

/// The server is twelve hops away.
fn arrived(mut packets: Packets) -> Packets {
    for (packet, _) in &mut packets {
        packet.time_to_live = if packet.dst.to_string() == "198.51.100.7" { 64 } else { 52 };
    }
    packets
}

fn web(client: &str) -> Packets {
    let mut conversation = between(client).handshake();
    for page in ["first", "second", "third"] {
        let request = format!("GET /{page} HTTP/1.1\r\nHost: example.com\r\n\r\n");
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{page:>10}");
        conversation = conversation.data(O, request.as_bytes()).flags(R, ACK);
        conversation = conversation.data(R, response.as_bytes()).flags(O, ACK).after_millis(2000);
    }
    arrived(conversation.close().packets())
}

/// A segment that its receiver will not take.
struct Lie {
    flags: u8,
    sequence: u32,
    acknowledgment: u32,
    data: &'static [u8],
    spoil: fn(&mut Packet),
}

fn lies() -> Vec<Lie> {
    let honest: fn(&mut Packet) = |_| {};
    let bad_checksum: fn(&mut Packet) = |packet| packet.checksum = Checksum::Bad;
    let too_short: fn(&mut Packet) = |packet| packet.time_to_live = 6;
    let other: &[u8] = b"GET /other HTTP/1.1\r\nHost: example.net\r\n\r\n";
    let lie =
        |flags, (sequence, acknowledgment), data, spoil| Lie { flags, sequence, acknowledgment, data, spoil };
    vec![
        lie(ACK, (0, 1), b"", honest),
        lie(ACK, (0, 70_000), b"", honest),
        lie(ACK, (0, 1 << 30), b"", honest),
        lie(ACK, (1 << 24, 0), other, honest),
        lie(0, (0, 0), other, honest),
        lie(SYN, (123_456, 0), b"", honest),
        lie(SYN | ACK, (123_456, 0), b"", honest),
        lie(RST, (5_000, 0), b"", honest),
        lie(RST, (0, 0), b"", bad_checksum),
        lie(RST, (0, 0), b"", too_short),
        lie(FIN | ACK, (0, 0), b"", bad_checksum),
        lie(FIN | ACK, (0, 0), b"", too_short),
        lie(ACK, (0, 0), other, bad_checksum),
        lie(ACK, (0, 0), other, too_short),
    ]
}

fn place(packets: &Packets, at: usize, from: Sender) -> u32 {
    let from_client = from == O;
    let sent = packets[..at].iter().filter(|(packet, _)| (packet.time_to_live == 64) == from_client);
    sent.map(|(packet, payload)| {
        let Transport::Tcp(header) = packet.transport else { return 0 };
        payload.len() as u32 + u32::from(header.flags & SYN != 0) + u32::from(header.flags & FIN != 0)
    })
    .sum()
}

#[test]
fn an_exchange_of_http_is_told_whatever_is_thrown_in() {
    let honest = web("10.0.0.1:1025");
    let (expected, _) = analyse(&frames(&honest), 1);
    assert_eq!((expected["http"].len(), expected["files"].len(), expected["conn"].len()), (3, 3, 1));
    for (number, lie) in lies().iter().enumerate() {
        for at in 3..honest.len() - 3 {
            let numbers = (
                place(&honest, at, O).wrapping_add(lie.sequence),
                place(&honest, at, R).wrapping_add(lie.acknowledgment),
            );
            let mut told =
                arrived(between("10.0.0.1:1025").segment_at(O, lie.flags, numbers, lie.data).packets());
            told[0].0.ts = honest[at].0.ts - 1000;
            (lie.spoil)(&mut told[0].0);
            let mut packets = honest.clone();
            packets.splice(at..at, told);
            let (records, _) = analyse(&frames(&packets), 1);
            let context =
                format!("lie {number} before packet {at}: {:?} {:?}", records["conn"], records.get("weird"));
            assert_eq!(records.get("http"), expected.get("http"), "{context}");
            assert_eq!(records.get("files"), expected.get("files"), "{context}");
            assert_eq!(records["conn"].len(), 1, "{context}");
        }
    }
}

#[test]
fn tunnels_that_end_at_one_time_have_one_order() {
    let proxied = |number: u8| {
        let conversation =
            Conversation::between(&format!("10.0.{number}.1:1025"), "10.9.9.9:3128").handshake();
        let asked = conversation.data(O, b"CONNECT a.example:22 HTTP/1.1\r\n\r\n");
        asked.data(R, b"HTTP/1.1 200 OK\r\n\r\n").close().packets()
    };
    let mut packets: Packets = (0..20).flat_map(proxied).collect();
    packets.sort_by_key(|(packet, _)| packet.ts);
    let later = Conversation::between("10.0.0.1:5000", "10.0.0.2:6000").after_millis(7_200_000);
    packets.append(&mut later.datagram(O, b"x").packets());
    let (one, _) = analyse(&frames(&packets), 1);
    assert_eq!(one["tunnel"].len(), 40);
    for shards in [2, 3, 4] {
        assert_eq!(analyse(&frames(&packets), shards).0["tunnel"], one["tunnel"], "{shards} shards");
    }
}

#[test]
fn a_damaged_time_stamp_ends_no_connection() {
    const YEARS: i64 = 20 * 365 * 86_400_000_000_000;
    let web = web("10.0.0.1:1025");
    let (alone, _) = analyse(&frames(&web), 1);
    for by in [YEARS, -YEARS, 172_800_000_000_000] {
        for at in [0, 1, 5, 9] {
            let mut packets = web.clone();
            let mut stray =
                Conversation::between("10.0.0.3:5000", "10.0.0.4:6000").datagram(O, b"x").packets();
            stray[0].0.ts = web[at].0.ts + by;
            packets.splice(at..at, stray);
            let (one, traffic) = analyse(&frames(&packets), 1);
            assert_eq!(one["http"], alone["http"], "{by} before packet {at}");
            assert_eq!(one["conn"].len(), 2, "{by} before packet {at}: {:?}", one["conn"]);
            // Of the first frame alone nobody can tell that it is too early.
            let mended = u64::from(at > 0 || by > 0);
            assert_eq!(traffic.files[0].mended_stamps, mended, "{by} before packet {at}");
            for shards in [2, 4] {
                assert_eq!(analyse(&frames(&packets), shards).0, one, "{shards} shards");
            }
        }
    }
}

#[test]
fn a_pause_of_the_traffic_is_still_believed() {
    let mut packets = web("10.0.0.1:1025");
    let mut later = web("10.0.0.1:1025");
    later.iter_mut().for_each(|(packet, _)| packet.ts += 86_400_000_000_000);
    packets.append(&mut later);
    let (records, traffic) = analyse(&frames(&packets), 2);
    assert_eq!((records["conn"].len(), records["http"].len()), (2, 6));
    assert_eq!(traffic.files[0].mended_stamps, 0);
}

#[test]
fn a_flood_of_damaged_headers_is_counted_and_told_in_samples() {
    let mut damaged = Vec::new();
    for number in 0..6_000_u32 {
        let client = format!("10.0.{}.1:1025", number % 3);
        let (packet, payload) = between(&client).flags(O, SYN).packets().remove(0);
        let mut frame = frame(&packet, &payload);
        // The length of the TCP header.
        frame[TCP_HEADER + 12] = 0x10;
        damaged.push((packet.ts + i64::from(number) * 1000, frame));
    }
    let (one, traffic) = analyse(&damaged, 1);
    // Twenty-five of each source, and the thousandth after them.
    assert_eq!(one["weird"].len(), 3 * 26);
    assert_eq!(traffic.stats.header_violations_untold, 6_000 - 3 * 26);
    for shards in [2, 4] {
        assert_eq!(analyse(&damaged, shards).0, one);
    }
}
