//! Follows the connection with the request, and the one with the file.

use records::{Sender, Tftp, Timestamp, text_from_bytes};

use super::wire::{self, Message, Request};
use crate::{Analyzer, Chunk, Expected, FileHandle, FileStart, Output, Transfer};

/// Longer names and texts are cut.
const TEXT_BYTES_MAX: usize = 1024;

/// Follows the connection with the request; the file may come over it too.
#[derive(Default)]
pub(super) struct RequestAnalyzer {
    record: Option<Box<Tftp>>,
    content: Content,
}

impl RequestAnalyzer {
    fn request(&mut self, ts: Timestamp, request: &Request<'_>, output: &mut Output<'_>) {
        // Who does not hear an answer asks again.
        let name = text(request.name);
        if self.record.as_ref().is_some_and(|record| record.fname == name && record.wrq == request.is_write) {
            return;
        }
        self.write(ts, output);
        let about = output.about;
        let expected = Expected {
            protocol: "tftp-data",
            announced_by: about.uid,
            ts,
            filename: Some(name.clone()),
            transfer: None,
        };
        output.shared.expect(about.id, (about.id.orig_h, about.id.orig_p), expected);
        self.record = Some(Box::new(Tftp {
            ts,
            uid: about.uid,
            id: about.id,
            wrq: request.is_write,
            fname: name,
            mode: text(request.mode),
            ..Tftp::default()
        }));
    }

    fn write(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        let Some(mut record) = self.record.take() else { return };
        let id = output.about.id;
        let expected = output.shared.expected(id, (id.orig_h, id.orig_p));
        let elsewhere = expected.and_then(|expected| expected.transfer.take());
        if let Some(Transfer { fuid, bytes, .. }) = self.content.end(ts, output).or(elsewhere) {
            record.size = bytes;
            record.fuid = Some(fuid);
        }
        output.write(*record);
    }
}

impl Analyzer for RequestAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        match (wire::message(chunk.bytes), &mut self.record) {
            (Some(Message::Request(request)), _) if request.is_usual() => {
                output.confirm("tftp");
                self.request(chunk.ts, &request, output);
            }
            (Some(Message::Error { code, text: reason }), Some(record)) => {
                record.error_code = Some(code);
                record.error_msg = Some(text(reason));
            }
            (Some(Message::Data { block, bytes }), Some(record)) => {
                let name = record.fname.clone();
                self.content.data(&chunk, block, bytes, || Some(name), output);
            }
            (None | Some(Message::Request(_)), None) => output.reject(),
            _ => {}
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.write(ts, output);
    }
}

/// Follows the connection with the file, and tells that with the request about it.
#[derive(Default)]
pub(super) struct DataAnalyzer {
    content: Content,
}

impl Analyzer for DataAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        match wire::message(chunk.bytes) {
            Some(Message::Data { block, bytes }) => {
                let id = output.about.id;
                let expected = output.shared.expected(id, (id.resp_h, id.resp_p));
                let name = expected.and_then(|expected| expected.filename.clone());
                self.content.data(&chunk, block, bytes, || name, output);
                let seen = self.content.seen(output);
                if let Some(expected) = output.shared.expected(id, (id.resp_h, id.resp_p)) {
                    expected.transfer = seen;
                }
            }
            Some(_) => {}
            None => return output.reject(),
        }
        output.confirm("tftp-data");
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.content.end(ts, output);
    }
}

/// The file, block by block.
#[derive(Default)]
struct Content {
    file: Option<FileHandle>,
    last_block: u16,
}

impl Content {
    fn data(
        &mut self,
        chunk: &Chunk<'_>,
        block: u16,
        bytes: &[u8],
        name: impl FnOnce() -> Option<String>,
        output: &mut Output<'_>,
    ) {
        if self.file.is_some() && block != self.last_block.wrapping_add(1) {
            return;
        }
        self.last_block = block;
        let start = || FileStart {
            source: "TFTP",
            filename: name(),
            is_orig: chunk.from == Sender::Originator,
            ..FileStart::default()
        };
        let file = match self.file {
            Some(file) => file,
            None => output.files.begin(chunk.ts, output.about, start()),
        };
        self.file = Some(file);
        output.files.data(chunk.ts, file, bytes);
    }

    fn seen(&self, output: &mut Output<'_>) -> Option<Transfer> {
        let summary = output.files.summary(self.file?)?;
        Some(Transfer { fuid: summary.fuid, mime_type: summary.mime_type, bytes: summary.seen_bytes })
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) -> Option<Transfer> {
        let summary = output.files.end(ts, self.file.take()?)?;
        Some(Transfer { fuid: summary.fuid, mime_type: summary.mime_type, bytes: summary.seen_bytes })
    }
}

fn text(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..bytes.len().min(TEXT_BYTES_MAX)).unwrap_or_default())
}
