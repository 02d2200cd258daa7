//! What the headers of a message say about its body, and the files in it.

use records::{Sender, Timestamp};

use super::header::FramingHeader;
use super::inflate::Inflater;
use super::transactions::Transactions;
use super::wire::{ContentRange, Version, content_range, number};
use crate::mime::{Parts, token};
use crate::{FileHandle, Output};

/// Whether a message has a body, before its headers are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// It has none, whatever the headers say (`HEAD`, 204, 304).
    NoBody,
    /// It has one, up to the end of the connection if need be.
    Body,
    /// It has one if the headers say so (requests).
    Maybe,
}

/// What the two directions of a connection know of each other.
#[expect(clippy::box_collection, reason = "seldom there, and it makes every connection smaller")]
#[derive(Clone, Debug, Default)]
pub(super) struct Both {
    /// Version of the request and of the response.
    pub(super) versions: [Version; 2],
    /// Whether a request is under way.
    pub(super) request_ongoing: bool,
    /// Status of the response under way.
    pub(super) reply_code: u16,
    /// The server closes the connection after its response.
    pub(super) closes: bool,
    /// The server said `Connection: upgrade`.
    pub(super) upgrades: bool,
    /// To what.
    pub(super) upgrade: Option<Box<Vec<u8>>>,
}

/// What a message works with.
pub(super) struct Surroundings<'a, 'o> {
    /// Time of the chunk at hand.
    pub(super) ts: Timestamp,
    /// Both directions.
    pub(super) both: &'a mut Both,
    /// The connection's transactions.
    pub(super) transactions: &'a mut Transactions,
    /// Takes files and violations.
    pub(super) output: &'a mut Output<'o>,
}

/// How the body is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By lines, until something ends it. So many bytes are left, where that is known.
    Lines(Option<u64>),
    /// By its length.
    Length(u64),
    /// By the end of the connection.
    Close,
    /// In chunks: the next line is the size of one.
    ChunkSize,
    /// In chunks: so many bytes of this one are left.
    Chunk(u64),
    /// In chunks: the end of one.
    ChunkEnd,
    /// In chunks: headers after the last one.
    Trailer,
}

/// What an entity's headers say, and its file.
#[derive(Clone, Copy, Debug, Default)]
struct Entity {
    content_length: Option<u64>,
    range: Option<ContentRange>,
    /// Bytes of the range that came.
    range_bytes: u64,
    file: Option<FileHandle>,
}

/// A message without its reader, which speaks to it through [`Parts`].
pub(super) struct Body {
    /// Who sends the message.
    pub(super) from: Sender,
    /// Whether it has a body at all.
    pub(super) expect: Expect,
    /// How the body is delimited.
    pub(super) framing: Framing,
    /// The headers say that it comes in chunks.
    pub(super) chunked: bool,
    /// The headers say that it is compressed.
    pub(super) compressed: bool,
    /// Inflates it.
    pub(super) inflater: Option<Box<Inflater>>,
    /// Bytes of it so far, decompressed.
    pub(super) length: u64,
    /// So many bytes to come are no lines.
    pub(super) plain: Option<u64>,
    /// After so many bytes a line ends although nothing ends it.
    pub(super) limit: Option<u64>,
    entities: Vec<Entity>,
}

impl Body {
    /// The body of a message whose headers are to come.
    pub(super) fn new(from: Sender, expect: Expect) -> Self {
        Self {
            from,
            expect,
            framing: Framing::Lines(None),
            chunked: false,
            compressed: false,
            inflater: None,
            length: 0,
            plain: None,
            limit: None,
            entities: Vec::new(),
        }
    }

    /// Its length, as the headers of the message say.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.entities.first()?.content_length
    }

    /// Bytes of an entity are missing.
    pub(super) fn gap(&mut self, depth: usize, length: u64, around: &mut Surroundings<'_, '_>) {
        let Some(entity) = self.entities.get_mut(depth) else { return };
        entity.range_bytes = entity.range_bytes.saturating_add(length);
        if let Some(file) = entity.file {
            around.output.files.gap(around.ts, file, length);
        }
    }
}

/// Takes what the reader finds.
pub(super) struct Told<'a, 'b, 'o> {
    /// The message.
    pub(super) body: &'a mut Body,
    /// What it works with.
    pub(super) around: &'a mut Surroundings<'b, 'o>,
}

impl Told<'_, '_, '_> {
    fn weird(&mut self, name: &'static str) {
        self.around.output.weird(self.around.ts, name, None);
    }

    fn framing_header(&mut self, depth: usize, header: FramingHeader, value: &[u8]) {
        let first = token(value).map_or(&[][..], |(first, _)| first);
        let is = |word: &[u8]| first.eq_ignore_ascii_case(word);
        let from_server = self.body.from == Sender::Responder;
        match header {
            FramingHeader::ContentLength => self.content_length(depth, first),
            FramingHeader::ContentRange if self.around.both.reply_code == 206 => {
                self.content_range(depth, value);
            }
            FramingHeader::TransferEncoding if depth == 0 => {
                let [request, reply] = self.around.both.versions;
                let version = if self.around.both.request_ongoing { request } else { reply };
                self.body.chunked |= is(b"chunked") && version == Version::HTTP_11;
            }
            FramingHeader::TransferEncoding => self.weird("HTTP_nested_transfer_encoding_header"),
            FramingHeader::ContentEncoding => {
                let known = is(b"gzip") || is(b"x-gzip") || is(b"deflate");
                self.body.compressed |= known && depth == 0;
            }
            FramingHeader::Connection if from_server => {
                self.around.both.closes |= is(b"close");
                self.around.both.upgrades |= is(b"upgrade");
            }
            FramingHeader::Upgrade if from_server => {
                self.around.both.upgrade = Some(Box::new(first.to_vec()))
            }
            FramingHeader::ContentRange | FramingHeader::Connection | FramingHeader::Upgrade => {}
        }
    }

    fn content_length(&mut self, depth: usize, value: &[u8]) {
        let length = number(value, 10);
        if length.is_none() || length == Some(u64::MAX) {
            self.weird("HTTP_bad_content_length");
        }
        let length = length.filter(|length| i64::try_from(*length).is_ok()).unwrap_or(0);
        let Some(entity) = self.body.entities.get_mut(depth) else { return };
        entity.content_length = Some(length);
        if let Some(range) = entity.range.filter(|range| range.length != length) {
            entity.content_length = Some(length.max(range.length));
            self.weird("HTTP_range_not_matching_len");
        }
    }

    fn content_range(&mut self, depth: usize, value: &[u8]) {
        let range = match content_range(value) {
            Ok(range) => range,
            Err(name) => return self.weird(name),
        };
        let Some(entity) = self.body.entities.get_mut(depth) else { return };
        entity.range = Some(range);
        let length = entity.content_length.filter(|length| *length > 0);
        entity.content_length = Some(length.unwrap_or(0).max(range.length));
        if length.is_some_and(|length| length != range.length) {
            self.weird("HTTP_range_not_matching_len");
        }
    }

    fn begin_file(&mut self, depth: usize) -> Option<FileHandle> {
        let entity = self.body.entities.get(depth)?;
        let total_bytes = match entity.range {
            _ if self.body.compressed && depth == 0 => None,
            Some(range) => range.instance_length,
            None => entity.content_length,
        };
        let total_bytes = total_bytes.filter(|length| *length > 0);
        let around = &mut *self.around;
        let handle = around.transactions.begin_file(around.ts, self.body.from, total_bytes, around.output);
        self.body.entities.get_mut(depth)?.file = Some(handle);
        Some(handle)
    }
}

impl Parts for Told<'_, '_, '_> {
    fn begin(&mut self, depth: usize) {
        self.body.entities.truncate(depth);
        self.body.entities.push(Entity::default());
        let around = &mut *self.around;
        around.transactions.begin_entity(around.ts, self.body.from, around.output);
    }

    fn header(&mut self, depth: usize, name: &[u8], value: &[u8]) {
        if let Some(header) = FramingHeader::named(name) {
            self.framing_header(depth, header, value);
        }
        let around = &mut *self.around;
        if self.body.from == Sender::Originator {
            around.transactions.request_header(around.ts, name, value, around.output);
        } else {
            around.transactions.reply_header(around.ts, depth == 0, (name, value), around.output);
        }
    }

    fn body_length(&mut self, depth: usize) -> Option<u64> {
        self.body.entities.get(depth)?.content_length
    }

    fn data(&mut self, depth: usize, bytes: &[u8]) {
        let begun = self.body.entities.get(depth).and_then(|entity| entity.file);
        let Some(file) = begun.or_else(|| self.begin_file(depth)) else { return };
        let around = &mut *self.around;
        match self.body.entities.get_mut(depth) {
            Some(Entity { range: Some(range), range_bytes, .. }) => {
                let offset = range.first.saturating_add(*range_bytes);
                around.output.files.data_at(around.ts, file, offset, bytes);
                *range_bytes = range_bytes.saturating_add(bytes.len() as u64);
            }
            _ => around.output.files.data(around.ts, file, bytes),
        }
        if begun.is_none() {
            around.transactions.attach(self.body.from, file, around.output);
        }
    }

    fn end(&mut self, depth: usize) {
        let around = &mut *self.around;
        around.transactions.end_entity();
        // Parts of a file can come in other responses too, so they do not end it.
        let partial = self.body.from == Sender::Responder && around.both.reply_code == 206;
        if let Some(file) = self.body.entities.get_mut(depth).and_then(|entity| entity.file.take())
            && !partial
        {
            around.transactions.end_file(around.ts, file, around.output);
        }
    }

    fn weird(&mut self, name: &'static str) {
        Self::weird(self, name);
    }
}
