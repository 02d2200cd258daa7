//! All protocols: no panic whatever is sent, and a probe that does not depend on anything but its bytes.
//!
//! The input's first byte chooses the protocol; the rest is a list of steps: who sends (or a gap), and how much. Of a
//! protocol beside IP it is a list of frames. The secrets of the goldens of TLS are known, so that records that seeds
//! have from there are opened.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use protocols::{
    About, Chunk, Effects, FRAME_PROTOCOLS, FileHandle, FileSink, FileStart, FileSummary, Frame, FrameProtocol, KeyLog,
    Output, PROTOCOLS, Probe, Shared,
};
use records::{Endpoints, Sender, Timestamp, Uid};

/// Goldens with secrets.
const WITH_SECRETS: [&str; 4] = [
    include_str!("../../crates/protocols/src/ssl/golden/opened-behind-gaps.dialogue"),
    include_str!("../../crates/protocols/src/ssl/golden/opened-http2.dialogue"),
    include_str!("../../crates/protocols/src/ssl/golden/opened-tls12-again.dialogue"),
    include_str!("../../crates/protocols/src/ssl/golden/opened-tls12-cbc.dialogue"),
];

static KEY_LOG: LazyLock<KeyLog> = LazyLock::new(|| {
    let mut key_log = KeyLog::default();
    for line in WITH_SECRETS.iter().flat_map(|golden| golden.lines()) {
        if let Some(secret) = line.strip_prefix("key ") {
            key_log.read(secret.as_bytes()).unwrap();
        }
    }
    key_log
});

/// Takes files and forgets them, but for their lengths.
#[derive(Default)]
struct Lengths(Vec<u64>);

impl Lengths {
    fn add(&mut self, file: FileHandle, length: u64) {
        let known = &mut self.0[usize::try_from(file.0).unwrap()];
        *known = known.saturating_add(length);
    }

    fn told(&self, file: FileHandle) -> Option<FileSummary> {
        let seen_bytes = *self.0.get(usize::try_from(file.0).ok()?)?;
        Some(FileSummary { fuid: Uid::file(u128::from(file.0)), mime_type: None, seen_bytes })
    }
}

impl FileSink for Lengths {
    fn begin(&mut self, _: Timestamp, _: &About, _: FileStart) -> FileHandle {
        self.0.push(0);
        FileHandle(self.0.len() as u64 - 1)
    }
    fn data(&mut self, _: Timestamp, file: FileHandle, bytes: &[u8]) {
        self.add(file, bytes.len() as u64);
    }
    fn data_at(&mut self, _: Timestamp, file: FileHandle, _: u64, bytes: &[u8]) {
        self.add(file, bytes.len() as u64);
    }
    fn gap(&mut self, _: Timestamp, _: FileHandle, _: u64) {}
    fn summary(&mut self, file: FileHandle) -> Option<FileSummary> {
        self.told(file)
    }
    fn describe(&mut self, _: FileHandle, _: Option<String>, _: Option<u64>) {}
    fn end(&mut self, _: Timestamp, file: FileHandle) -> Option<FileSummary> {
        self.told(file)
    }
}

fn frames(protocol: &FrameProtocol, mut rest: &[u8]) {
    let (mut reader, mut records, mut ts) = ((protocol.reader)(), Vec::new(), Timestamp(0));
    while let [length, behind @ ..] = rest {
        let (payload, after) = behind.split_at(behind.len().min(usize::from(*length) * 4));
        rest = after;
        ts.0 += 100_000_000_000;
        let _ = (protocol.wants)(payload);
        reader.frame(&Frame { ts, hardware: None, payload }, &mut records);
    }
    let mut json = String::new();
    records.iter().for_each(|record| record.write_json(&mut json));
}

fuzz_target!(|input: &[u8]| {
    let Some((choice, mut rest)) = input.split_first() else { return };
    let choice = usize::from(*choice) % (PROTOCOLS.len() + FRAME_PROTOCOLS.len());
    let Some(protocol) = PROTOCOLS.get(choice) else {
        return frames(&FRAME_PROTOCOLS[choice - PROTOCOLS.len()], rest);
    };
    let id = Endpoints { resp_p: protocol.ports.first().copied().unwrap_or(0), ..Endpoints::default() };
    let about = About { uid: Uid::default(), id, transport: protocol.transport, start: Timestamp(0) };
    let mut analyzer = (protocol.analyzer)(&about);
    let (mut shared, mut files, mut effects) = (Shared::default(), Lengths::default(), Effects::default());
    shared.key_log = KEY_LOG.clone();
    let mut ts = Timestamp(0);
    while let [act, length, behind @ ..] = rest {
        let unit = if act & 0x20 == 0 { 4 } else { 1 };
        let (bytes, after) = behind.split_at(behind.len().min(usize::from(*length) * unit));
        rest = after;
        ts.0 += 100_000_000;
        let from = if act & 1 == 0 { Sender::Originator } else { Sender::Responder };
        let (originator, responder) = if act & 1 == 0 { (bytes, &[][..]) } else { (&[][..], bytes) };
        let _ = (protocol.probe)(&Probe { about: &about, originator, responder });
        let mut output = Output::new(&about, &mut shared, &mut files, &mut effects);
        match act >> 1 & 15 {
            15 => analyzer.gap(ts, from, u64::from(*length) * 999, &mut output),
            14 => analyzer.half_closed(ts, from, &mut output),
            _ => analyzer.data(Chunk { ts, from, bytes }, &mut output),
        }
        if effects.rejected || effects.finished || effects.handed_to.is_some() {
            break;
        }
    }
    analyzer.end(ts, &mut Output::new(&about, &mut shared, &mut files, &mut effects));
    let mut json = String::new();
    effects.records.iter().for_each(|record| record.write_json(&mut json));
});
