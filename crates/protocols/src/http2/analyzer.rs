//! One connection: its streams, and the tables of header compression.

use std::collections::BTreeMap;

use records::{Sender, Timestamp};

use super::header_table::HeaderTable;
use super::hpack;
use super::stream::Stream;
use super::wire::{self, Frame, flag, kind};
use crate::Output;
use crate::by_message::{Framing, ReadsMessages};

/// So many streams are open at once; the oldest is written as it is.
const STREAMS_MAX: usize = 256;

/// A longer header block is not read, and no block of that end after it.
const BLOCK_BYTES_MAX: usize = 64 * 1024;

/// Reads the frames of one connection.
#[derive(Default)]
pub(super) struct Http2Reader {
    is_confirmed: bool,
    sides: [Side; 2],
    streams: BTreeMap<u32, Stream>,
    depth: u32,
}

/// How one end compresses its headers.
#[derive(Default)]
struct Side {
    table: HeaderTable,
    block: Vec<u8>,
    /// The block's first frame.
    begun: Option<Begun>,
    /// The table cannot be trusted: bytes are missing or damaged.
    is_deaf: bool,
}

#[derive(Clone, Copy)]
struct Begun {
    stream: u32,
    is_promise: bool,
    ends_stream: bool,
}

impl Http2Reader {
    fn side(&mut self, from: Sender) -> &mut Side {
        let [originator, responder] = &mut self.sides;
        if from == Sender::Originator { originator } else { responder }
    }

    fn stream(&mut self, ts: Timestamp, stream: u32, output: &mut Output<'_>) -> &mut Stream {
        if self.streams.len() >= STREAMS_MAX
            && !self.streams.contains_key(&stream)
            && let Some((_, oldest)) = self.streams.pop_first()
        {
            oldest.finish(ts, output);
        }
        let depth = &mut self.depth;
        self.streams.entry(stream).or_insert_with(|| {
            *depth += 1;
            Stream::new(ts, *depth, output)
        })
    }

    /// A frame of a header block.
    fn block(&mut self, ts: Timestamp, from: Sender, frame: &Frame<'_>, output: &mut Output<'_>) {
        let side = self.side(from);
        if frame.kind != kind::CONTINUATION {
            side.block.clear();
            side.begun = Some(Begun {
                stream: frame.stream,
                is_promise: frame.kind == kind::PUSH_PROMISE,
                ends_stream: frame.kind == kind::HEADERS && frame.flags & flag::END_STREAM != 0,
            });
        }
        let piece = frame.header_block().unwrap_or_default();
        if side.block.len() + piece.len() > BLOCK_BYTES_MAX || frame.content.len() < frame.length {
            side.is_deaf = true;
        }
        if side.is_deaf {
            return;
        }
        side.block.extend_from_slice(piece);
        if frame.flags & flag::END_HEADERS == 0 {
            return;
        }
        let block = std::mem::take(&mut side.block);
        let Some(begun) = side.begun.take() else { return };
        let Some(headers) = hpack::read(&block, &mut side.table) else {
            side.is_deaf = true;
            return output.weird(ts, "http2_bad_header_block", None);
        };
        if begun.is_promise || begun.stream == 0 {
            return;
        }
        self.stream(ts, begun.stream, output).headers(from, &headers);
        if begun.ends_stream {
            self.end_stream(ts, from, begun.stream, output);
        }
    }

    /// The stream is over when the server has answered; a client that is done waits.
    fn end_stream(&mut self, ts: Timestamp, from: Sender, stream: u32, output: &mut Output<'_>) {
        if from == Sender::Originator {
            if let Some(stream) = self.streams.get_mut(&stream) {
                stream.end_of(ts, from, output);
            }
        } else if let Some(stream) = self.streams.remove(&stream) {
            stream.finish(ts, output);
        }
    }

    fn data(&mut self, ts: Timestamp, from: Sender, frame: &Frame<'_>, output: &mut Output<'_>) {
        if let (Some(stream), Some(bytes)) = (self.streams.get_mut(&frame.stream), frame.unpadded()) {
            let missing = frame.length.saturating_sub(frame.content.len()) as u64;
            stream.data(ts, from, (bytes, missing), output);
        }
        if frame.flags & flag::END_STREAM != 0 {
            self.end_stream(ts, from, frame.stream, output);
        }
    }
}

impl ReadsMessages for Http2Reader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        wire::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        if !std::mem::replace(&mut self.is_confirmed, true) {
            output.confirm("http2");
        }
        let Some(frame) = wire::read(message) else { return };
        match frame.kind {
            kind::HEADERS | kind::PUSH_PROMISE | kind::CONTINUATION => self.block(ts, from, &frame, output),
            kind::DATA => self.data(ts, from, &frame, output),
            kind::RESET => {
                if let Some(stream) = self.streams.remove(&frame.stream) {
                    stream.finish(ts, output);
                }
            }
            _ => {}
        }
    }

    fn lost(&mut self, from: Sender) {
        let side = self.side(from);
        *side = Side { is_deaf: true, ..Side::default() };
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        while let Some((_, stream)) = self.streams.pop_first() {
            stream.finish(ts, output);
        }
    }
}
