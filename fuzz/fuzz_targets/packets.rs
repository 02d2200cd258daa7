//! Capture files and the packet path: no panic, no endless loop, and the same frames however the file is given
//! to the parser.
#![no_main]

use libfuzzer_sys::fuzz_target;
use packets::format::{FormatDamage, FormatReader, FrameHead, Step};
use packets::{Decoder, HeaderWeird, Packet, PacketSink};

struct Check;

impl PacketSink for Check {
    fn packet(&mut self, packet: &Packet, payload: &[u8]) {
        assert!(packet.tunnels <= 8);
        assert!(payload.len() <= 262_144);
        std::hint::black_box(packet.checksum.with(payload));
    }

    fn weird(&mut self, weird: HeaderWeird) {
        assert!(!weird.name.is_empty());
    }
}

/// All frames with their place in the file. `all_at_once` gives the parser all there is, otherwise only what
/// it asks for.
fn read(file: &[u8], all_at_once: bool) -> (Vec<(usize, FrameHead)>, Option<FormatDamage>) {
    let mut reader = FormatReader::new();
    let mut frames = Vec::new();
    let (mut at, mut given) = (0, 0);
    loop {
        let rest = file.get(at..).unwrap_or(&[]);
        let bytes = if all_at_once { rest } else { rest.get(..given).unwrap_or(rest) };
        match reader.step(bytes) {
            Ok(Step::Frame { head, consumed }) => {
                frames.push((at, head));
                (at, given) = (at + consumed, 0);
            }
            Ok(Step::Skip(skipped)) => {
                at = usize::try_from(skipped).map_or(file.len(), |skipped| at.saturating_add(skipped));
                given = 0;
            }
            Ok(Step::Secrets(range)) => {
                assert!(!range.is_empty() && range.end <= bytes.len());
                (at, given) = (at + range.end, 0);
            }
            Ok(Step::More(_)) if bytes.len() == rest.len() => return (frames, reader.end(rest).err()),
            Ok(Step::More(needed)) => {
                assert!(needed > given && needed <= packets::format::BYTES_NEEDED_MAX);
                given = needed;
            }
            Err(damage) => return (frames, Some(damage)),
        }
    }
}

fuzz_target!(|file: &[u8]| {
    let (frames, damage) = read(file, true);
    assert_eq!((&frames, &damage), (&read(file, false).0, &read(file, false).1));
    let mut decoder = Decoder::new();
    for (at, FrameHead { ts, link, original_length, range }) in frames {
        let frame = file.get(at + range.start..at + range.end).expect("the frame lies in the file");
        decoder.decode(ts, link, frame, original_length, &mut Check);
    }
});
