//! The bytes of a stream come out whole and in order, however the segments came.
#![cfg(test)]

mod recorder;

use packets::{Packet, Transport};
use proptest::prelude::*;
use records::Sender::{Originator as O, Responder as R};
use testkit::{ACK, Conversation, FIN, RST, SYN};

use recorder::{Recorder, replay};

fn tcp() -> Conversation {
    Conversation::between("10.0.0.1:1025", "10.0.0.2:8765")
}

fn stream(recorder: &Recorder, sender: usize) -> &str {
    std::str::from_utf8(&recorder.closed[0].1[sender]).unwrap()
}

fn opened() -> Conversation {
    tcp().handshake()
}

/// The originator's segment at this place of its stream, which begins with 1.
fn at(conversation: Conversation, place: u32, bytes: &str) -> Conversation {
    conversation.segment_at(O, ACK, (place, 1), bytes.as_bytes())
}

fn acknowledged(conversation: Conversation, place: u32) -> Conversation {
    conversation.segment_at(R, ACK, (1, place), b"")
}

#[test]
fn streams_are_put_together() {
    let cases = [
        ("in order", at(at(opened(), 1, "ab"), 3, "cd"), "abcd", 0, 4),
        ("exchanged", at(at(opened(), 3, "cd"), 1, "ab"), "abcd", 0, 4),
        ("twice", at(at(opened(), 1, "ab"), 1, "ab"), "ab", 0, 2),
        ("overlapping", at(at(opened(), 1, "abc"), 2, "bcd"), "abcd", 0, 4),
        ("filled by a longer one", at(at(at(opened(), 2, "b"), 4, "d"), 1, "abcde"), "abcde", 0, 5),
        ("lost and acknowledged", acknowledged(at(at(opened(), 1, "ab"), 5, "ef"), 7), "ab__ef", 2, 6),
        ("lost, not acknowledged", at(at(opened(), 1, "ab"), 5, "ef"), "ab__ef", 0, 6),
        ("lost at the end", acknowledged(at(opened(), 1, "ab"), 5), "ab__", 2, 4),
        ("keep-alive", at(acknowledged(at(opened(), 1, "ab"), 3), 2, "x"), "ab", 0, 2),
        ("before the start", at(opened(), 0, "x"), "", 0, 0),
        ("joined", at(at(tcp(), 1, "ab"), 3, "cd"), "abcd", 0, 4),
        ("after RST", at(at(opened(), 1, "ab").segment_at(O, RST, (3, 1), b""), 3, "c"), "abc", 0, 2),
    ];
    for (name, conversation, expected, missed, bytes) in cases {
        let recorder = replay(&conversation.packets());
        let record = &recorder.closed[0].0;
        assert_eq!(stream(&recorder, 0), expected, "{name}");
        assert_eq!(
            (record.missed_bytes, record.orig_bytes),
            (missed, Some(bytes)),
            "{name}: {}",
            record.history
        );
    }
}

#[test]
fn data_with_syn_and_fin_is_delivered() {
    let conversation = tcp()
        .segment(O, SYN, b"early")
        .flags(R, SYN | ACK)
        .flags(O, ACK)
        .segment(O, FIN | ACK, b" late")
        .flags(R, FIN | ACK)
        .flags(O, ACK);
    let recorder = replay(&conversation.packets());
    assert_eq!(stream(&recorder, 0), "early late");
    assert_eq!(recorder.closed[0].0.conn_state, "SF");
    assert_eq!(recorder.closed[0].0.orig_bytes, Some(10));
}

#[test]
fn a_cut_segment_is_missing_as_a_whole() {
    let conversation = opened()
        .data(O, b"0123456789")
        .tweak(|_, payload| payload.truncate(4))
        .flags(R, ACK)
        .data(O, b"next")
        .flags(R, ACK);
    let recorder = replay(&conversation.packets());
    assert_eq!(stream(&recorder, 0), "__________next");
    assert_eq!(recorder.closed[0].0.missed_bytes, 10);
    assert_eq!(recorder.closed[0].0.history, "ShADaG");
}

#[test]
fn a_one_sided_capture_is_delivered() {
    let mut conversation = tcp().data(O, &[b'x'; 1000]).lost(O, 500);
    for _ in 0..40 {
        conversation = conversation.data(O, &[b'y'; 1000]);
    }
    let recorder = replay(&conversation.packets());
    let expected = format!("{}{}{}", "x".repeat(1000), "_".repeat(500), "y".repeat(40_000));
    assert_eq!(stream(&recorder, 0), expected);
    assert_eq!(recorder.closed[0].0.missed_bytes, 0);
    assert_eq!(recorder.weirds, ["above_hole_data_without_any_acks"]);
}

#[test]
fn a_forged_retransmission_is_told() {
    for (first, second) in [("secret", "public"), ("", "")] {
        let delivered = at(at(opened(), 1, first), 1, second);
        let waiting = at(at(opened(), 3, first), 3, second);
        for conversation in [delivered, waiting] {
            let recorder = replay(&conversation.packets());
            assert_eq!(recorder.weirds.contains(&"rexmit_inconsistency".into()), first != second);
        }
    }
}

/// A way of sending a stream: where each segment begins and ends, in the order of sending.
fn sendings(length: usize) -> impl Strategy<Value = Vec<(usize, usize)>> {
    let cuts = prop::collection::btree_set(1..length, 0..12);
    let extra = prop::collection::vec((0..length, 1..length), 0..6);
    let swaps = prop::collection::vec((0_usize..20, 0_usize..20), 0..12);
    (cuts, extra, swaps).prop_map(move |(cuts, extra, swaps)| {
        let mut ends: Vec<usize> = std::iter::once(0).chain(cuts).chain([length]).collect();
        ends.dedup();
        let mut segments: Vec<_> = ends.windows(2).map(|pair| (pair[0], pair[1])).collect();
        segments.extend(extra.iter().map(|(start, size)| (*start, (start + size).min(length))));
        let count = segments.len();
        for (a, b) in swaps {
            segments.swap(a % count, b % count);
        }
        segments
    })
}

proptest! {
    #[test]
    fn any_order_gives_the_same_bytes(
        initial in prop_oneof![any::<u32>(), (u32::MAX - 300)..=u32::MAX],
        segments in sendings(400),
        joined in any::<bool>(),
    ) {
        let content: Vec<u8> = (0..400).map(|index| (index % 251) as u8).collect();
        let mut conversation = tcp().initial(initial, 7);
        // Without a handshake the first packet tells where the stream begins.
        conversation = if joined { at(conversation, 1, "") } else { conversation.handshake() };
        for (start, end) in segments {
            let place = u32::try_from(start).unwrap() + 1;
            conversation = conversation.segment_at(O, ACK, (place, 1), &content[start..end]);
        }
        conversation = acknowledged(conversation, 401);
        let recorder = replay(&conversation.packets());
        let (record, streams) = &recorder.closed[0];
        prop_assert_eq!(&streams[0], &content);
        prop_assert_eq!((record.orig_bytes, record.missed_bytes), (Some(400), 0));
        prop_assert!(!recorder.weirds.contains(&"rexmit_inconsistency".to_owned()));
    }

    #[test]
    fn hostile_segments_do_no_harm(
        segments in prop::collection::vec((any::<bool>(), any::<u8>(), any::<u32>(), any::<u32>(), 0_usize..40), 1..200),
        close in any::<bool>(),
    ) {
        let mut conversation = tcp();
        for (from_orig, flags, sequence, acknowledgment, length) in segments {
            let from = if from_orig { O } else { R };
            // Near the start the segments meet one another.
            let near = |number: u32| if close { number % 64 } else { number };
            conversation = conversation.segment_at(from, flags, (near(sequence), near(acknowledgment)), &vec![7; length]);
        }
        let packets = conversation.packets();
        let total = packets.len() as u64;
        let recorder = replay(&packets);
        let told: u64 = recorder.closed.iter().map(|(record, _)| record.orig_pkts + record.resp_pkts).sum();
        prop_assert_eq!(told, total);
    }
}

#[test]
fn who_keeps_most_gives_way_to_the_others() {
    let config = conntrack::Config {
        early_bytes_max: 200_000,
        early_bytes_total_max: 500_000,
        ..conntrack::Config::default()
    };
    let between = |host: u32| Conversation::between(&format!("10.0.1.{host}:99"), "10.0.0.2:8765");
    let mut packets = at(between(100).handshake(), 7, " place").packets();
    let mut greedy = Vec::new();
    for host in 0..5 {
        let mut conversation = between(host).handshake();
        for place in 0..150 {
            conversation = conversation.segment_at(O, ACK, (100 + place * 800, 1), &[b'z'; 700]);
        }
        greedy.push(conversation.packets());
    }
    // They grow at the same time.
    packets.extend((0..greedy[0].len()).flat_map(|index| greedy.iter().map(move |of| of[index].clone())));
    packets.extend(at(between(100), 1, "second").packets());

    let mut table = conntrack::Table::new(config);
    let mut recorder = Recorder::default();
    for (packet, payload) in &packets {
        table.packet(packet, payload, &mut recorder);
        assert!(table.early_bytes() <= 500_000, "{}", table.early_bytes());
    }
    let given_way = table.stats().early_bytes_given_way;
    assert!((1..20).contains(&given_way), "{given_way}");
    table.finish(records::Timestamp(i64::MAX / 2), &mut recorder);
    let modest =
        recorder.closed.iter().find(|(record, _)| record.id.orig_h.to_string() == "10.0.1.100").unwrap();
    assert_eq!((modest.1[0].as_slice(), modest.0.missed_bytes), (b"second place".as_slice(), 0));
    assert_eq!(table.early_bytes(), 0);
}

#[test]
fn what_is_kept_stays_within_bounds() {
    let mut packets: Vec<(Packet, Vec<u8>)> = Vec::new();
    let handshake = opened().flags(R, ACK).data(O, b"a").flags(R, ACK);
    let mut place = 100;
    let mut conversation = handshake;
    for _ in 0..2000 {
        conversation = conversation.segment_at(O, ACK, (place, 1), &[b'z'; 100]);
        place += 101;
    }
    packets.extend(conversation.packets());
    assert!(packets.iter().all(|(packet, _)| matches!(packet.transport, Transport::Tcp(_))));

    let config = conntrack::Config { early_bytes_max: 20_000, ..conntrack::Config::default() };
    let mut table = conntrack::Table::new(config);
    let mut recorder = Recorder::default();
    let mut most = 0;
    for (packet, payload) in &packets {
        table.packet(packet, payload, &mut recorder);
        most = most.max(table.early_bytes());
    }
    assert!((19_000..=20_000).contains(&most), "{most}");
    assert_eq!(recorder.weirds, ["early_bytes_over_limit"]);
}
