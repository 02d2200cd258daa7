//! Plays a dialogue to an analyzer as the sensor would, and writes down what came of it.

use std::fmt::Write as _;

use protocols::dhcp::Joiner;
use protocols::{
    About, Analyzer, Chunk, Effects, FileHandle, FileSink, FileStart, FileSummary, HandOver, Output,
    PROTOCOLS, Probe, Protocol, Shared, Transport, Verdict, Within,
};
use records::{AnyRecord, Sender, Timestamp, Uid};

use crate::dialogue::{Act, Dialogue, Step};

/// Whether time goes on while a dialogue is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Real,
    Stopped,
}

/// The services, records and files of a dialogue as JSON, one per line.
pub(crate) fn play(dialogue: &Dialogue, clock: Clock) -> String {
    let protocol = by_name(&dialogue.protocol, dialogue.transport);
    let mut stage = Stage {
        about: dialogue.about,
        analyzer: Some((protocol.analyzer)(&dialogue.about)),
        effects: Effects::default(),
        shared: Shared::default(),
        joiner: Joiner::default(),
        files: Files::default(),
        services: Vec::new(),
        within: Vec::new(),
        written: format!("{{\"_probe\":\"{:?}\"}}\n", verdict(protocol, dialogue)),
    };
    stage.shared.key_log.read(dialogue.key_log.as_bytes()).unwrap();
    let mut now = dialogue.about.start;
    for step in &dialogue.steps {
        if clock == Clock::Real {
            now = step.ts;
        }
        stage.step(now, step);
    }
    stage.act(|analyzer, output| analyzer.end(now, output));
    let Stage { joiner, written, .. } = &mut stage;
    joiner.finish(&mut |record| written.push_str(&line(&record.into())));
    let services = stage.services.join(",");
    let within: String = stage.within.iter().map(within_line).collect();
    format!("{{\"_service\":\"{services}\"}}\n{}{within}{}", stage.written, stage.files.lines)
}

fn by_name(name: &str, transport: Transport) -> &'static Protocol {
    PROTOCOLS
        .iter()
        .find(|protocol| {
            protocol.name.replace('_', "-") == name.replace('_', "-") && protocol.transport == transport
        })
        .unwrap_or_else(|| panic!("{name} over {transport:?} is not in PROTOCOLS"))
}

/// What the probe says of the first that each end sends.
fn verdict(protocol: &Protocol, dialogue: &Dialogue) -> Verdict {
    let first = |sender| {
        let sent = dialogue.merged().steps.into_iter().filter(|step| step.from == sender);
        sent.into_iter().find_map(|step| match step.act {
            Act::Send(bytes) => Some(bytes),
            Act::Gap(_) | Act::Close => None,
        })
    };
    let (originator, responder) =
        (first(Sender::Originator).unwrap_or_default(), first(Sender::Responder).unwrap_or_default());
    let probe = Probe { about: &dialogue.about, originator: &originator, responder: &responder };
    match dialogue.transport {
        Transport::Tcp => (protocol.probe)(&probe),
        Transport::Udp if originator.is_empty() => (protocol.probe)(&probe),
        Transport::Udp => (protocol.probe)(&Probe { responder: &[], ..probe }),
    }
}

struct Stage {
    about: About,
    analyzer: Option<Box<dyn Analyzer>>,
    effects: Effects,
    shared: Shared,
    joiner: Joiner,
    files: Files,
    services: Vec<&'static str>,
    /// What lies within, with what one end sends without an answer between in one piece.
    within: Vec<Within>,
    written: String,
}

impl Stage {
    fn step(&mut self, now: Timestamp, step: &Step) {
        let from = step.from;
        match &step.act {
            Act::Send(bytes) => {
                self.act(|analyzer, output| analyzer.data(Chunk { ts: now, from, bytes }, output));
                // What the protocol before did not read is for the one after it.
                while let unread @ 1.. = std::mem::take(&mut self.effects.unread) {
                    let bytes = bytes.get(bytes.len() - unread..).unwrap_or_default();
                    self.act(|analyzer, output| analyzer.data(Chunk { ts: now, from, bytes }, output));
                }
            }
            Act::Gap(length) => self.act(|analyzer, output| analyzer.gap(now, from, *length, output)),
            Act::Close => self.act(|analyzer, output| analyzer.half_closed(now, from, output)),
        }
    }

    fn act(&mut self, act: impl FnOnce(&mut dyn Analyzer, &mut Output<'_>)) {
        let Some(analyzer) = &mut self.analyzer else { return };
        let mut output = Output::new(&self.about, &mut self.shared, &mut self.files, &mut self.effects);
        act(analyzer.as_mut(), &mut output);
        let effects = std::mem::take(&mut self.effects);
        self.effects.unread = effects.unread;
        for service in effects.services {
            if !self.services.contains(&service) {
                self.services.push(service);
            }
        }
        for record in effects.records {
            self.written.push_str(&line(&record));
        }
        for message in effects.dhcp {
            self.joiner.message(message, &mut |record| self.written.push_str(&line(&record.into())));
        }
        for piece in effects.within {
            match (self.within.last_mut(), piece) {
                (Some(Within::Data(before, bytes)), Within::Data(from, more)) if *before == from => {
                    bytes.extend(more);
                }
                (_, piece) => self.within.push(piece),
            }
        }
        match effects.handed_to {
            Some(HandOver::To(name)) => {
                self.analyzer = Some((by_name(name, self.about.transport).analyzer)(&self.about));
            }
            Some(HandOver::Recognise) => self.analyzer = None,
            None => {}
        }
        if effects.finished {
            self.analyzer = None;
        }
        if effects.rejected {
            self.analyzer = None;
            self.written.push_str("{\"_rejected\":true}\n");
        }
    }
}

fn within_line(piece: &Within) -> String {
    match piece {
        Within::Data(from, bytes) => {
            format!("{{\"_within\":\"{from:?}\",\"bytes\":\"{}\"}}\n", bytes.escape_ascii())
        }
        Within::Gap(from, length) => format!("{{\"_within\":\"{from:?}\",\"gap\":{length}}}\n"),
    }
}

fn line(record: &AnyRecord) -> String {
    let mut json = String::new();
    record.write_json(&mut json);
    format!("{{\"_type\":\"{}\",{}\n", record.record_type().name, json.trim_start_matches('{'))
}

/// Counts the bytes of each file and keeps its beginning.
#[derive(Default)]
struct Files {
    open: Vec<OpenFile>,
    lines: String,
}

struct OpenFile {
    start: FileStart,
    seen_bytes: u64,
    missing_bytes: u64,
    head: Vec<u8>,
    is_open: bool,
}

/// So much of a file's beginning stands in the expectation.
const HEAD_BYTES: usize = 24;

impl Files {
    fn file(&mut self, handle: FileHandle) -> &mut OpenFile {
        &mut self.open[usize::try_from(handle.0).unwrap()]
    }
}

fn summary_of(handle: FileHandle, file: &OpenFile) -> FileSummary {
    FileSummary { fuid: Uid::file(u128::from(handle.0) + 1), mime_type: None, seen_bytes: file.seen_bytes }
}

impl FileSink for Files {
    fn begin(&mut self, _: Timestamp, _: &About, start: FileStart) -> FileHandle {
        let same = |file: &OpenFile| file.is_open && file.start.key.is_some() && file.start.key == start.key;
        let place = self.open.iter().position(same).unwrap_or_else(|| {
            let file = OpenFile { start, seen_bytes: 0, missing_bytes: 0, head: Vec::new(), is_open: true };
            self.open.push(file);
            self.open.len() - 1
        });
        FileHandle(place as u64)
    }
    fn data(&mut self, _: Timestamp, file: FileHandle, bytes: &[u8]) {
        let file = self.file(file);
        file.seen_bytes += bytes.len() as u64;
        file.head.extend(bytes.iter().take(HEAD_BYTES - file.head.len()));
    }
    fn data_at(&mut self, ts: Timestamp, file: FileHandle, _offset: u64, bytes: &[u8]) {
        self.data(ts, file, bytes);
    }
    fn gap(&mut self, _: Timestamp, file: FileHandle, length: u64) {
        self.file(file).missing_bytes += length;
    }
    fn summary(&mut self, file: FileHandle) -> Option<FileSummary> {
        Some(summary_of(file, self.file(file)))
    }
    fn describe(&mut self, file: FileHandle, filename: Option<String>, total_bytes: Option<u64>) {
        let start = &mut self.file(file).start;
        start.filename = filename.or(start.filename.take());
        start.total_bytes = total_bytes.or(start.total_bytes);
    }
    fn end(&mut self, _: Timestamp, handle: FileHandle) -> Option<FileSummary> {
        let file = self.file(handle);
        if !std::mem::take(&mut file.is_open) {
            return None;
        }
        let summary = summary_of(handle, file);
        let FileStart { source, depth, filename, total_bytes, is_orig, .. } = &file.start;
        let (seen, missing, head) =
            (file.seen_bytes, file.missing_bytes, file.head.escape_ascii().to_string());
        let filename = filename.as_ref().map_or("null".to_owned(), |name| format!("{name:?}"));
        let total_bytes = total_bytes.map_or("null".to_owned(), |total| total.to_string());
        let line = format!(
            "{{\"_file\":{source:?},\"depth\":{depth},\"filename\":{filename},\"is_orig\":{is_orig},\
             \"total_bytes\":{total_bytes},\"seen_bytes\":{seen},\"missing_bytes\":{missing},\"head\":{head:?}}}"
        );
        let _ = writeln!(self.lines, "{line}");
        Some(summary)
    }
}
