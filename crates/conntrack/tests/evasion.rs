//! Segments that their receiver does not take must not mislead who listens: with any one of them within it, a
//! conversation is told as without it, but for the letters of its history and the count of packets.
#![cfg(test)]

mod recorder;

use packets::{Checksum, Packet, Transport};
use records::Sender::{self, Originator as O, Responder as R};
use testkit::{ACK, Conversation, FIN, PSH, RST, SYN};

use recorder::{Recorder, replay};

type Packets = Vec<(Packet, Vec<u8>)>;

const REQUEST: &[u8] = b"GET /evil HTTP/1.1\r\nHost: example.com\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

fn tcp() -> Conversation {
    Conversation::between("10.0.0.1:1025", "10.0.0.2:80")
}

/// How packets of either end arrive where they are captured.
fn arrived(mut packets: Packets) -> Packets {
    for (packet, _) in &mut packets {
        packet.checksum = Checksum::Good;
        packet.time_to_live = if packet.src.to_string() == "10.0.0.1" { 64 } else { 52 };
    }
    packets
}

/// Two requests and their responses.
fn conversation() -> Packets {
    let once = |conversation: Conversation| {
        let asked = conversation.data(O, REQUEST).flags(R, ACK);
        asked.data(R, RESPONSE).flags(O, ACK).data(R, b"hello").flags(O, ACK)
    };
    arrived(once(once(tcp().handshake())).close().packets())
}

/// How far both ends have come before this packet.
fn places(packets: &Packets, at: usize) -> [u32; 2] {
    let mut places = [0; 2];
    for (packet, payload) in &packets[..at] {
        let Transport::Tcp(header) = packet.transport else { continue };
        let end =
            payload.len() as u32 + u32::from(header.flags & SYN != 0) + u32::from(header.flags & FIN != 0);
        places[usize::from(packet.src.to_string() == "10.0.0.2")] += end;
    }
    places
}

/// What is false about a segment.
#[derive(Clone, Copy, Debug)]
struct Lie {
    flags: u8,
    /// How far its numbers lie from where its sender and the other end are.
    sequence: i64,
    acknowledgment: i64,
    data: &'static [u8],
    checksum: Checksum,
    time_to_live: Option<u8>,
}

const TRUE: Lie = Lie {
    flags: ACK,
    sequence: 0,
    acknowledgment: 0,
    data: b"",
    checksum: Checksum::Good,
    time_to_live: None,
};

fn lies() -> Vec<Lie> {
    let far = [1 << 20, 1 << 28, 1 << 30, -1 << 20, 1 << 31];
    let near = [1, 500, 60_000];
    let garbage: &[u8] = b"GET /harmless HTTP/1.1\r\nHost: an.example.with.a.longer.name.invalid\r\n\r\n";
    let mut lies = Vec::new();
    for ahead in near.into_iter().chain(far) {
        lies.push(Lie { acknowledgment: ahead, ..TRUE });
        lies.push(Lie { sequence: ahead, flags: RST, ..TRUE });
        lies.push(Lie { sequence: ahead, flags: RST | ACK, ..TRUE });
        lies.push(Lie { sequence: ahead, flags: SYN, ..TRUE });
        lies.push(Lie { sequence: ahead, flags: SYN | ACK, ..TRUE });
    }
    for ahead in far {
        lies.push(Lie { sequence: ahead, ..TRUE });
        lies.push(Lie { sequence: ahead, data: garbage, flags: ACK | PSH, ..TRUE });
        lies.push(Lie { sequence: ahead, data: garbage, flags: FIN | ACK, ..TRUE });
        lies.push(Lie { sequence: ahead, acknowledgment: ahead, data: garbage, ..TRUE });
    }
    for flags in [ACK, ACK | FIN, RST, RST | ACK, SYN, SYN | ACK] {
        for (sequence, data) in [(0, garbage), (0, b"".as_slice()), (10, garbage), (-5, garbage)] {
            let lie = Lie { flags, sequence, data, ..TRUE };
            lies.push(Lie { checksum: Checksum::Bad, ..lie });
            if flags & SYN == 0 {
                lies.push(Lie { time_to_live: Some(5), ..lie });
            }
        }
    }
    // Without an acknowledgment no data is taken (RFC 9293, section 3.10.7.4).
    for flags in [0, PSH, FIN] {
        lies.push(Lie { flags, data: garbage, ..TRUE });
    }
    // An RST as its receiver expects it, but both go on.
    lies.push(Lie { flags: RST, ..TRUE });
    lies
}

fn with_lie(honest: &Packets, at: usize, from: Sender, lie: Lie) -> Packets {
    let places = places(honest, at);
    let [mine, theirs] = if from == O { places } else { [places[1], places[0]] };
    let moved = |place: u32, by: i64| (i64::from(place) + by) as u32;
    let numbers = (moved(mine, lie.sequence), moved(theirs, lie.acknowledgment));
    let mut told = arrived(tcp().segment_at(from, lie.flags, numbers, lie.data).packets());
    let (packet, _) = &mut told[0];
    packet.ts = honest[at].0.ts - 500_000;
    packet.checksum = lie.checksum;
    packet.time_to_live = lie.time_to_live.unwrap_or(packet.time_to_live);
    let mut packets = honest.clone();
    packets.splice(at..at, told);
    packets
}

/// What must not change.
fn told(recorder: &Recorder) -> Vec<String> {
    let told = |(record, streams): &(records::Conn, [Vec<u8>; 2])| {
        let [originator, responder] = streams.each_ref().map(|stream| String::from_utf8_lossy(stream));
        format!(
            "{} {} {:?} {:?} {} {} {originator} {responder}",
            record.ts,
            record.conn_state,
            record.orig_bytes,
            record.resp_bytes,
            record.missed_bytes,
            record.uid
        )
    };
    recorder.closed.iter().map(told).collect()
}

#[test]
fn no_single_lie_misleads() {
    let honest = conversation();
    let expected = told(&replay(&honest));
    assert!(expected[0].contains(" SF ") && expected[0].contains("/evil"), "{expected:?}");
    let mut misled = Vec::new();
    for lie in lies() {
        for at in 3..honest.len() - 3 {
            // The originator is so near that what the responder sends does get there.
            let liars = if lie.time_to_live.is_some() { &[O][..] } else { &[O, R] };
            for &from in liars {
                let recorder = replay(&with_lie(&honest, at, from, lie));
                if told(&recorder) != expected {
                    let history: Vec<_> =
                        recorder.closed.iter().map(|(record, _)| &*record.history).collect();
                    misled.push(format!(
                        "{from:?} before packet {at}: {lie:?}: {history:?} {:?}",
                        told(&recorder)
                    ));
                }
            }
        }
    }
    assert!(
        misled.is_empty(),
        "{} lies mislead:\n{}",
        misled.len(),
        misled[..misled.len().min(12)].join("\n")
    );
}

#[test]
fn a_syn_that_does_not_arrive_ends_nothing_in_a_pause_either() {
    let paused = |mut packets: Packets, at: usize| {
        packets.iter_mut().skip(at).for_each(|(packet, _)| packet.ts += 20_000_000_000);
        packets
    };
    let honest = conversation();
    let spoiled = [Lie { checksum: Checksum::Bad, ..TRUE }, Lie { time_to_live: Some(5), ..TRUE }];
    for lie in spoiled {
        for at in 4..honest.len() - 3 {
            let lie = Lie { flags: SYN, sequence: 5_000_000, ..lie };
            let told_a_lie = paused(with_lie(&honest, at, O, lie), at + 1);
            let expected = told(&replay(&paused(honest.clone(), at)));
            assert_eq!(told(&replay(&told_a_lie)), expected, "{lie:?} before packet {at}");
        }
    }
}

#[test]
fn many_lies_mislead_no_more_than_one() {
    let honest = conversation();
    let expected = told(&replay(&honest));
    for lie in lies().into_iter().filter(|lie| {
        lie.flags & (SYN | RST) == 0 && lie.checksum == Checksum::Good && lie.time_to_live.is_none()
    }) {
        let mut packets = honest.clone();
        for at in (3..honest.len() - 3).rev() {
            for from in [O, R] {
                let with_one = with_lie(&honest, at, from, lie);
                packets.insert(at, with_one[at].clone());
            }
        }
        assert_eq!(told(&replay(&packets)), expected, "{lie:?}");
    }
}

#[test]
fn a_doubted_segment_counts_where_it_is_acknowledged() {
    // A sender of which only some checksums are wrong, and a route that became longer.
    for tweak in
        [|packet: &mut Packet| packet.checksum = Checksum::Bad, |packet: &mut Packet| packet.time_to_live = 5]
    {
        let mut packets = conversation();
        let expected = told(&replay(&packets));
        packets.iter_mut().skip(3).for_each(|(packet, _)| tweak(packet));
        assert_eq!(told(&replay(&packets)), expected);
    }
}

#[test]
fn a_leap_over_what_the_capture_lost_is_followed() {
    let mut conversation = tcp().handshake().data(O, b"begin").flags(R, ACK).lost(O, 50 << 20);
    for _ in 0..4 {
        conversation = conversation.data(O, b"further").flags(R, ACK);
    }
    let recorder = replay(&arrived(conversation.packets()));
    let (record, [originator, _]) = &recorder.closed[0];
    assert_eq!(record.orig_bytes, Some((50 << 20) + 33));
    assert!(originator.ends_with(b"furtherfurtherfurther"), "{}", record.history);
}

#[test]
fn a_syn_that_is_answered_begins_another_connection() {
    let first = tcp().handshake().data(O, b"one").flags(R, ACK);
    let again = tcp().initial(70_000, 90_000).after_millis(1000).handshake().data(O, b"two").flags(R, ACK);
    let packets: Packets = first.packets().into_iter().chain(again.packets()).collect();
    let closed = replay(&packets).closed;
    let streams: Vec<_> =
        closed.iter().map(|(record, [stream, _])| (&*record.history, stream.as_slice())).collect();
    assert_eq!(streams, [("ShADa", b"one".as_slice()), ("ShADa", b"two")]);
    assert_eq!(closed[1].0.orig_pkts, 3);
}
