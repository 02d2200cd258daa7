//! Fragments: any order, overlaps, limits.

use packets::{Decoder, LinkType};
use proptest::prelude::*;

use crate::build::{hello, ipv4, ipv4_fragment, ipv6, join, udp};
use crate::seen::Seen;

const MORE: u16 = 0x2000;

/// A datagram of 100 bytes of payload, and it cut in four.
fn pieces() -> (Vec<u8>, Vec<Vec<u8>>) {
    let payload: Vec<u8> = (0..100).collect();
    let datagram = udp(7, 9, &payload);
    let piece = |from: usize, to: usize| {
        let more = if to == datagram.len() { 0 } else { MORE };
        ipv4_fragment(17, (77, (from / 8) as u16 | more), &datagram[from..to])
    };
    let pieces = vec![piece(0, 32), piece(32, 64), piece(64, 96), piece(96, 108)];
    (payload, pieces)
}

fn decode_all(frames: &[Vec<u8>]) -> (Seen, Decoder) {
    let mut decoder = Decoder::new();
    let mut seen = Seen::default();
    for (ts, frame) in (0..).zip(frames) {
        decoder.decode(ts, LinkType::RAW, frame, frame.len() as u32, &mut seen);
    }
    (seen, decoder)
}

proptest! {
    #[test]
    fn fragments_in_any_order_give_the_packet(
        order in Just((0..4_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in 0..4_usize,
    ) {
        let (payload, pieces) = pieces();
        let mut frames: Vec<_> = order.iter().map(|&index| pieces[index].clone()).collect();
        frames.insert(1, frames[0].clone());
        let (seen, decoder) = decode_all(&frames);
        prop_assert_eq!(seen.packets.len(), 1, "{:?}", again);
        prop_assert_eq!(&seen.packets[0].1, &payload);
        prop_assert_eq!(seen.packets[0].0.ip_length, 128);
        prop_assert_eq!(seen.packets[0].0.ts, 4);
        prop_assert_eq!(decoder.counters().reassembled, 1);
    }
}

#[test]
fn ipv6_fragments_give_the_packet_behind_their_extension_headers() {
    let datagram = join(&[&[17, 0, 1, 4, 0, 0, 0, 0], &udp(7, 9, &[b'x'; 40])]);
    let piece = |from: usize, to: usize, more: u8| {
        let header = [60, 0, 0, from as u8 | more, 0, 0, 0, 5];
        ipv6(44, &join(&[&header, &datagram[from..to]]))
    };
    let (seen, _) = decode_all(&[piece(32, 56, 0), piece(0, 32, 1)]);
    assert_eq!(seen.lines(), [format!("2001:db8::1 2001:db8::2 udp 7 9 {}", "x".repeat(40))]);
    assert_eq!(seen.packets[0].0.ip_length, 96);
}

#[test]
fn what_came_first_wins() {
    let data = |byte: u8, length: usize| vec![byte; length];
    let first = ipv4_fragment(99, (1, MORE), &data(b'a', 16));
    let across = ipv4_fragment(99, (1, MORE | 1), &data(b'b', 24));
    let last = ipv4_fragment(99, (1, 3), &data(b'c', 16));
    let (seen, _) = decode_all(&[first.clone(), last.clone(), across.clone()]);
    assert_eq!(seen.packets[0].1, b"aaaaaaaaaaaaaaaabbbbbbbbcccccccccccccccc");
    assert!(seen.weirds.contains(&"fragment_inconsistency"));
    let (seen, _) = decode_all(&[across, last, first]);
    assert_eq!(seen.packets[0].1, b"aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbcccccccc");
}

#[test]
fn a_fragment_within_another_is_harmless() {
    let outer = ipv4_fragment(99, (1, MORE), &[b'a'; 48]);
    let teardrop = ipv4_fragment(99, (1, 3), &[b'b'; 8]);
    let (seen, _) = decode_all(&[outer, teardrop]);
    assert_eq!(seen.packets[0].1, [b'a'; 48]);
    assert!(seen.weirds.contains(&"fragment_inconsistency"));
}

#[test]
fn fragments_beyond_the_longest_packet_are_refused() {
    let beyond = ipv4_fragment(17, (1, 0x1fff), &[0; 64]);
    let (seen, _) = decode_all(&[beyond]);
    assert_eq!((seen.packets.len(), seen.weirds), (0, vec!["excessively_large_fragment"]));
}

#[test]
fn an_incomplete_packet_is_given_up_after_a_minute() {
    let (_, pieces) = pieces();
    let mut decoder = Decoder::new();
    let mut seen = Seen::default();
    let mut decode = |ts: i64, frame: &[u8]| {
        decoder.decode(ts * 1_000_000_000, LinkType::RAW, frame, frame.len() as u32, &mut seen);
        decoder.counters().fragments_dropped
    };
    decode(0, &pieces[0]);
    decode(1, &pieces[1]);
    assert_eq!(decode(62, &pieces[2]), 1);
    assert_eq!(decode(63, &pieces[3]), 1);
    assert!(seen.packets.is_empty());
}

#[test]
fn a_flood_of_fragments_stays_within_bounds() {
    let mut decoder = Decoder::new();
    let mut seen = Seen::default();
    for id in 0..20_000_u16 {
        let frame = ipv4_fragment(17, (id, MORE | 0x1f00), &[0; 8]);
        decoder.decode(0, LinkType::RAW, &frame, frame.len() as u32, &mut seen);
    }
    assert!(decoder.counters().fragments_dropped > 18_000);
}

#[test]
fn of_a_packet_with_too_many_holes_nothing_is_kept() {
    let frames: Vec<_> =
        (0..600_u16).map(|index| ipv4_fragment(17, (1, MORE | (index * 2 + 1)), &[0; 8])).collect();
    let (_, decoder) = decode_all(&frames);
    assert_eq!(decoder.counters().fragments_dropped, 1);
}

#[test]
fn a_cut_fragment_is_not_put_together_but_the_first_tells_of_its_connection() {
    let (_, pieces) = pieces();
    let mut decoder = Decoder::new();
    let mut seen = Seen::default();
    for piece in &pieces {
        decoder.decode(0, LinkType::RAW, &piece[..piece.len() - 4], piece.len() as u32, &mut seen);
    }
    assert_eq!((seen.packets.len(), seen.packets[0].0.ip_length), (1, 52));
    assert_eq!(seen.weirds, ["incompletely_captured_fragment"; 4]);
}

#[test]
fn a_tunnel_in_fragments_is_gone_into() {
    let inner = hello();
    let (front, back) = inner.split_at(24);
    let frames =
        [ipv4_fragment(4, (3, MORE), front), ipv4_fragment(4, (3, 3), back), ipv4(17, &udp(1, 2, b""))];
    let (seen, _) = decode_all(&frames);
    assert_eq!(seen.lines(), [crate::build::HELLO, "10.0.0.1 10.0.0.2 udp 1 2 "]);
}
