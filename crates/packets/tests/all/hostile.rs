//! Bytes of an enemy: nothing panics, and files cut anywhere keep what came before.

use packets::format::{FormatReader, Step};
use packets::{Decoder, LinkType};
use proptest::prelude::*;

use crate::build::{ethernet, hello, hello_6, ipv4, ipv6, join, udp};
use crate::captures::{pcap, pcapng, read};
use crate::seen::Seen;

const LINKS: [u16; 16] = [0, 1, 9, 10, 12, 14, 50, 101, 105, 108, 113, 127, 228, 229, 239, 276];

/// Frames worth spoiling.
fn frames() -> Vec<Vec<u8>> {
    let frame = ethernet(0x0800, &hello());
    vec![
        ethernet(0x0800, &ipv4(47, &join(&[&[0x10, 0, 0x88, 0xbe], &[0; 12], &frame]))),
        ethernet(0x8100, &join(&[&[0, 1, 0x86, 0xdd], &ipv6(41, &hello_6())])),
        ethernet(0x0800, &ipv4(17, &udp(1, 4789, &join(&[&[8; 8], &frame])))),
        ethernet(0x0800, &ipv4(17, &udp(1, 2152, &join(&[&[0x34, 255], &[0; 10], &hello()])))),
        ethernet(0x86dd, &ipv6(44, &join(&[&[17, 0, 0, 1, 0, 0, 0, 1], &[0; 64]]))),
    ]
}

proptest! {
    #[test]
    fn no_frame_makes_the_decoder_panic(
        link in prop::sample::select(&LINKS[..]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        original_length in any::<u32>(),
    ) {
        let mut seen = Seen::default();
        Decoder::new().decode(0, LinkType(link), &bytes, original_length, &mut seen);
    }

    #[test]
    fn no_spoilt_frame_makes_the_decoder_panic(
        spoilt in prop::collection::vec((0..5_usize, 0..200_usize, any::<u8>(), 0..200_usize), 1..20),
    ) {
        let frames = frames();
        let mut seen = Seen::default();
        let mut decoder = Decoder::new();
        for (index, at, byte, cut) in spoilt {
            let mut frame = frames[index].clone();
            let length = frame.len();
            frame[at % length] = byte;
            frame.truncate(cut);
            decoder.decode(i64::MAX, LinkType::ETHERNET, &frame, length as u32, &mut seen);
        }
    }

    #[test]
    fn no_file_makes_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0..4_usize) {
        let magics: [&[u8]; 4] = [
            &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0],
            &[0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4],
            &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0],
            &[],
        ];
        read(&join(&[magics[kind], &bytes]));
    }

    #[test]
    fn a_file_cut_anywhere_keeps_the_frames_before(cut in 0..10_000_usize, ng in any::<bool>()) {
        let file = if ng { pcapng(true) } else { pcap(true, 0xa1b2_c3d4) };
        let cut = cut % file.len();
        let (whole, _) = read(&file);
        let (kept, damage) = read(&file[..cut]);
        prop_assert_eq!(&kept[..], &whole[..kept.len()]);
        // Where nothing is wrong, the cut lies between two frames.
        if damage.is_none() {
            let (rest, _) = read(&join(&[&file[..cut]]));
            prop_assert_eq!(rest.len(), kept.len());
        }
    }
}

#[test]
fn the_parser_asks_for_more_until_it_has_enough() {
    let file = pcapng(false);
    let mut reader = FormatReader::new();
    let mut at = 0;
    let mut given = 0;
    let mut frames = 0;
    while at < file.len() {
        match reader.step(&file[at..at + given]).unwrap() {
            Step::More(needed) => {
                assert!(needed > given);
                given = needed;
            }
            Step::Skip(bytes) => (at, given) = (at + bytes as usize, 0),
            Step::Frame { consumed, .. } => (at, given, frames) = (at + consumed, 0, frames + 1),
            Step::Secrets(range) => (at, given) = (at + range.end, 0),
        }
    }
    assert_eq!(frames, 4);
}
