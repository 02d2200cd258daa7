//! Follows one connection: every message stands for itself.

use records::{Sender, Syslog, Timestamp, text_from_bytes};

use super::frames::{Frames, Next};
use super::wire;
use crate::{Analyzer, Chunk, Output, Transport};

/// Longer texts are cut.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Follows datagrams.
pub(super) struct DatagramAnalyzer;

impl Analyzer for DatagramAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        write(chunk.ts, chunk.bytes, output);
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}

/// Follows a stream.
#[derive(Default)]
pub(super) struct StreamAnalyzer {
    frames: Frames,
}

impl Analyzer for StreamAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if chunk.from == Sender::Responder {
            return;
        }
        self.frames.push(chunk.bytes);
        loop {
            match self.frames.next() {
                Next::Message(message) => write(chunk.ts, &message, output),
                Next::More => return,
                Next::Broken => return output.reject(),
            }
        }
    }

    fn gap(&mut self, _: Timestamp, from: Sender, _: u64, output: &mut Output<'_>) {
        if from == Sender::Originator {
            output.reject();
        }
    }

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}

fn write(ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) {
    let message = wire::message(bytes);
    if message.priority.is_some() {
        output.confirm("syslog");
    }
    let about = output.about;
    let text = message.text.get(..TEXT_BYTES_MAX).unwrap_or(message.text);
    output.write(Syslog {
        ts,
        uid: about.uid,
        id: about.id,
        proto: if about.transport == Transport::Tcp { "tcp" } else { "udp" }.into(),
        facility: wire::facility(message.priority),
        severity: wire::severity(message.priority).into(),
        message: text_from_bytes(text),
    });
}
