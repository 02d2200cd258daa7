//! One message: where its headers end, how its body is cut, and when it is over.

use records::Sender;

use super::body::{Body, Expect, Framing, Surroundings, Told};
use super::inflate::Inflater;
use super::wire::number;
use crate::lines::{Ends, Lines};
use crate::mime::{Kind, Reader};

/// A message while it is read.
pub(super) struct Message {
    reader: Reader,
    body: Body,
}

impl Message {
    /// Begins a message after its first line.
    pub(super) fn new(from: Sender, expect: Expect, around: &mut Surroundings<'_, '_>) -> Self {
        let mut body = Body::new(from, expect);
        let reader = Reader::new(&mut Told { body: &mut body, around });
        Self { reader, body }
    }

    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        self.reader.is_over()
    }

    /// Whether its headers are still being read.
    pub(super) fn in_header(&self) -> bool {
        self.reader.in_header()
    }

    /// Bytes of the body so far, decompressed.
    pub(super) fn body_length(&self) -> u64 {
        self.body.length
    }

    /// The next line or plain bytes.
    pub(super) fn deliver(&mut self, bytes: &[u8], line_end: bool, around: &mut Surroundings<'_, '_>) {
        if self.is_over() {
            return;
        }
        if self.reader.in_header() {
            self.reader.deliver(bytes, line_end, &mut Told { body: &mut self.body, around });
            if !self.reader.in_header() {
                self.headers_done(around);
            }
            return;
        }
        match self.body.framing {
            Framing::Lines(left) => {
                self.content(bytes, line_end, around);
                if let Some(left) = left {
                    let left = left.saturating_sub(bytes.len() as u64 + if line_end { 2 } else { 0 });
                    self.body.framing = Framing::Lines(Some(left));
                    if left == 0 {
                        self.end(around);
                    }
                }
            }
            Framing::Length(left) => {
                self.content(bytes, line_end, around);
                let left = left.saturating_sub(bytes.len() as u64);
                self.body.framing = Framing::Length(left);
                if left == 0 {
                    self.end(around);
                }
            }
            Framing::Close => self.content(bytes, line_end, around),
            Framing::ChunkSize => self.chunk_size(bytes, around),
            Framing::Chunk(left) => {
                self.content(bytes, false, around);
                let left = left.saturating_sub(bytes.len() as u64);
                self.body.framing = if left == 0 { Framing::ChunkEnd } else { Framing::Chunk(left) };
            }
            Framing::ChunkEnd => self.body.framing = Framing::ChunkSize,
            Framing::Trailer => {}
        }
    }

    /// Bytes are missing. Says whether they lie within the body, so that what follows can be read.
    pub(super) fn gap(&mut self, length: u64, around: &mut Surroundings<'_, '_>) -> bool {
        let (depth, seen, left) = self.reader.innermost();
        let seen = if depth == 0 { self.body.length } else { seen };
        if self.is_over() || seen == 0 {
            return false;
        }
        self.body.gap(depth, length, around);
        if depth > 0 {
            let within = left.is_some_and(|left| left >= length);
            if within {
                self.reader.skip(length, &mut Told { body: &mut self.body, around });
            }
            return within;
        }
        match self.body.framing {
            Framing::Chunk(left) if left >= length => {
                let left = left - length;
                self.body.framing = if left == 0 { Framing::ChunkEnd } else { Framing::Chunk(left) };
                self.body.plain = Some(left);
            }
            Framing::Length(left) if left >= length => {
                self.body.framing = Framing::Length(left - length);
                self.body.plain = Some(left - length);
            }
            _ => return false,
        }
        self.body.length = self.body.length.saturating_add(length);
        if self.body.framing == Framing::Length(0) {
            self.end(around);
        }
        true
    }

    /// The message is over, complete or not.
    pub(super) fn end(&mut self, around: &mut Surroundings<'_, '_>) {
        if let Some(mut inflater) = self.body.inflater.take() {
            inflater.finish(&mut |clear| {
                self.body.length += clear.len() as u64;
                self.reader.deliver(clear, false, &mut Told { body: &mut self.body, around });
            });
        }
        self.reader.end(0, &mut Told { body: &mut self.body, around });
    }

    /// Tells the lines of this direction how the body is to be cut.
    pub(super) fn direct(&mut self, lines: &mut Lines) {
        if self.is_over() {
            (lines.plain, lines.limit, lines.ends) = (0, None, Ends::Any);
            return;
        }
        if let Some(plain) = self.reader.plain.take().or(self.body.plain.take()) {
            lines.plain = plain;
        }
        if let Some(limit) = self.body.limit.take() {
            lines.limit = Some(limit);
        }
        lines.ends = if self.reader.only_crlf { Ends::CrLf } else { Ends::Any };
    }

    fn headers_done(&mut self, around: &mut Surroundings<'_, '_>) {
        let body = &mut self.body;
        let length = body.content_length();
        if body.framing == Framing::Trailer || body.expect == Expect::NoBody {
            return self.end(around);
        }
        let multipart = self.reader.kind() != Kind::Content;
        if multipart && body.chunked {
            around.output.weird(around.ts, "HTTP_chunked_transfer_for_multipart_message", None);
        }
        body.framing = match length {
            Some(0) if multipart || !body.chunked => return self.end(around),
            _ if multipart => {
                body.limit = length;
                Framing::Lines(length)
            }
            _ if body.chunked => Framing::ChunkSize,
            Some(length) => {
                body.plain = Some(length);
                Framing::Length(length)
            }
            None if around.both.closes || body.compressed => {
                body.plain = Some(u64::MAX);
                Framing::Close
            }
            None if body.expect == Expect::Body => Framing::Lines(None),
            None => return self.end(around),
        };
    }

    fn chunk_size(&mut self, line: &[u8], around: &mut Surroundings<'_, '_>) {
        let size = number(line, 16);
        if size.is_none() {
            let addl = records::text_from_bytes(line.get(..line.len().min(64)).unwrap_or_default());
            around.output.weird(around.ts, "HTTP_bad_chunk_size", Some(addl));
        }
        match size {
            None | Some(0) => {
                self.body.framing = Framing::Trailer;
                self.reader.read_trailer();
            }
            Some(size) => {
                self.body.framing = Framing::Chunk(size);
                self.body.plain = Some(size);
            }
        }
    }

    /// Content of the body, still compressed where it is.
    fn content(&mut self, bytes: &[u8], line_end: bool, around: &mut Surroundings<'_, '_>) {
        if !self.body.compressed {
            self.body.length += bytes.len() as u64 + if line_end { 2 } else { 0 };
            self.reader.deliver(bytes, line_end, &mut Told { body: &mut self.body, around });
            return;
        }
        let mut inflater = self.body.inflater.take().unwrap_or_else(|| Box::new(Inflater::new()));
        let result = inflater.inflate(bytes, &mut |clear| {
            self.body.length += clear.len() as u64;
            self.reader.deliver(clear, false, &mut Told { body: &mut self.body, around });
        });
        self.body.inflater = Some(inflater);
        if let Err(name) = result {
            around.output.weird(around.ts, name, None);
        }
    }
}
