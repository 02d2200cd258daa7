//! However the segments of a stream come, the records are the same: the golden dialogues of all protocols are played as
//! packets through the whole sensor, once in order and then cut anew, overlapping, repeated, in another order and in
//! fragments of IP.
//!
//! What counts packets, and not what they carry, may differ: `history` and the packets and bytes of IP.

#![cfg(test)]

#[path = "../../../protocols/tests/golden/dialogue.rs"]
#[expect(dead_code, reason = "the tests of the protocols use the rest")]
mod dialogue;
mod disorder;
mod wire;

use std::io::Error;
use std::path::Path;

use capture::PcapWriter;
use dialogue::{Dialogue, dialogues};
use disorder::Disorder;
use records::AnyRecord;
use sensor::{Config, KeyLog, Source};

/// Frames with their times in nanoseconds.
type Frames = Vec<(i64, Vec<u8>)>;

/// In so many ways each dialogue is brought into disorder.
const DISORDERS: u64 = 12;

/// The records of a capture by type, without what counts packets. What a chunk leads to is told in one go, so that
/// records of different types may change places.
fn records_of(frames: &Frames, key_log: &KeyLog, folder: &Path) -> Vec<String> {
    const ETHERNET: u16 = 1;
    let path = folder.join("capture.pcap");
    let mut writer = PcapWriter::new(Vec::new(), packets::LinkType(ETHERNET)).unwrap();
    for (ts, frame) in frames {
        writer.write(*ts, frame, frame.len() as u32).unwrap();
    }
    std::fs::write(&path, writer.finish().unwrap()).unwrap();
    let mut lines = Vec::new();
    let config = Config { key_log: key_log.clone(), ..Config::default() };
    let traffic = sensor::run(Source::open(&[path]).unwrap(), &config, |records| {
        lines.extend(records.into_iter().map(typed));
        Ok::<_, Error>(())
    });
    assert!(traffic.unwrap().files.iter().all(|file| file.damage.is_none()));
    lines.sort_by_key(|(record_type, _)| *record_type);
    lines.into_iter().map(|(record_type, json)| format!("{record_type} {json}")).collect()
}

fn typed(mut record: AnyRecord) -> (&'static str, String) {
    if let AnyRecord::Conn(conn) = &mut record {
        conn.history.clear();
        (conn.orig_pkts, conn.resp_pkts, conn.orig_ip_bytes, conn.resp_ip_bytes) = (0, 0, 0, 0);
    }
    let mut json = String::new();
    record.write_json(&mut json);
    (record.record_type().name, json)
}

#[test]
fn the_order_and_the_cuts_of_segments_do_not_show_in_the_records() {
    let folder = tempfile::tempdir().unwrap();
    let (mut told, mut wrong) = (0, Vec::new());
    for path in dialogues() {
        let dialogue = Dialogue::read(&path);
        let mut keys = KeyLog::default();
        keys.read(dialogue.key_log.as_bytes()).unwrap();
        let whole = records_of(&wire::frames(&dialogue, &mut Disorder::none()), &keys, folder.path());
        told += usize::from(whole.len() > 1);
        for seed in 1..=DISORDERS {
            let frames = wire::frames(&dialogue, &mut Disorder::of(seed));
            let got = records_of(&frames, &keys, folder.path());
            if got != whole {
                let (whole, got) = (whole.join("\n"), got.join("\n"));
                wrong.push(format!("{}, disorder {seed}:\n{whole}\nbecame\n{got}\n", path.display()));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(told > 100, "only {told} dialogues have more than one record");
}
