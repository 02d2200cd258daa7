//! Protocols whose messages tell their own length: what they share as analyzers, over TCP and UDP.

use records::{Sender, Timestamp};

use crate::analyzer::{About, Analyzer, Chunk, Output, Transport};

/// Of a longer message only so many bytes are read; the rest is passed over.
pub(crate) const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// After so many bytes in which no message begins a connection is left.
const LOST_BYTES_MAX: usize = 64 * 1024;

/// What stands at the front of what one end sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Too few bytes to tell.
    Short,
    /// A message of so many bytes, its header included; none is empty.
    Message(usize),
    /// No message.
    Wrong,
}

/// Reads the messages of one connection.
pub(crate) trait ReadsMessages: Send {
    /// What the bytes begin with. Looks at the header only.
    fn framing(&self, from: Sender, bytes: &[u8]) -> Framing;

    /// The next message of one end.
    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>);

    /// Some of what this end sent is missing, or damaged.
    fn lost(&mut self, _from: Sender) {}

    /// The connection is over, or it has left the protocol.
    fn end(&mut self, _ts: Timestamp, _output: &mut Output<'_>) {}
}

/// The analyzer around a reader of messages. Of a stream in which bytes are missing or damaged it looks for the next
/// message, so that one odd byte does not end the watch over a connection that lasts for weeks.
pub(crate) struct ByMessage<R> {
    is_stream: bool,
    has_read: bool,
    sides: [Side; 2],
    reader: R,
}

/// What one end sent and was not read yet.
#[derive(Default)]
struct Side {
    partial: Vec<u8>,
    /// So many bytes belong to a message that is not read any further.
    skip: u64,
    /// The next message must be looked for; so many bytes were passed over.
    lost: Option<usize>,
}

impl<R: ReadsMessages> ByMessage<R> {
    /// `reader` reads the messages of this connection.
    pub(crate) fn new(about: &About, reader: R) -> Self {
        Self {
            is_stream: about.transport == Transport::Tcp,
            has_read: false,
            sides: Default::default(),
            reader,
        }
    }

    fn side(&mut self, from: Sender) -> &mut Side {
        let [originator, responder] = &mut self.sides;
        if from == Sender::Originator { originator } else { responder }
    }

    fn datagram(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) {
        let mut rest = chunk.bytes;
        while let Framing::Message(length) = self.reader.framing(chunk.from, rest) {
            let Some((message, behind)) = rest.split_at_checked(length.max(1)) else { return };
            self.reader.message(chunk.ts, chunk.from, message, output);
            if output.is_left() || behind.is_empty() {
                return;
            }
            rest = behind;
        }
    }

    /// Reads as many messages as are whole, and gives back what is left.
    fn stream<'a>(
        &mut self,
        chunk: &Chunk<'_>,
        side: &mut Side,
        mut rest: &'a [u8],
        output: &mut Output<'_>,
    ) -> &'a [u8] {
        loop {
            let skipped = rest.len().min(usize::try_from(side.skip).unwrap_or(usize::MAX));
            side.skip -= skipped as u64;
            rest = rest.get(skipped..).unwrap_or_default();
            if rest.is_empty() {
                return rest;
            }
            match self.reader.framing(chunk.from, rest) {
                Framing::Short => return rest,
                Framing::Message(length) => {
                    let (length, read) = (length.max(1), length.clamp(1, MESSAGE_BYTES_MAX));
                    let Some((message, behind)) = rest.split_at_checked(read) else { return rest };
                    side.skip = (length - read) as u64;
                    side.lost = None;
                    self.has_read = true;
                    rest = behind;
                    self.reader.message(chunk.ts, chunk.from, message, output);
                }
                Framing::Wrong => {
                    rest = rest.get(1..).unwrap_or_default();
                    if side.lost.is_none() {
                        self.reader.lost(chunk.from);
                    }
                    let lost = side.lost.map_or(1, |lost| lost + 1);
                    side.lost = Some(lost);
                    if !self.has_read || lost > LOST_BYTES_MAX {
                        self.reader.end(chunk.ts, output);
                        output.reject();
                    }
                }
            }
            if output.is_left() {
                return &[];
            }
        }
    }
}

impl<R: ReadsMessages> Analyzer for ByMessage<R> {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if !self.is_stream {
            return self.datagram(&chunk, output);
        }
        let mut side = std::mem::take(self.side(chunk.from));
        if side.partial.is_empty() {
            side.partial = self.stream(&chunk, &mut side, chunk.bytes, output).to_vec();
        } else {
            let mut buffered = std::mem::take(&mut side.partial);
            buffered.extend_from_slice(chunk.bytes);
            let left = self.stream(&chunk, &mut side, &buffered, output).len();
            // What is kept is no larger than it must be: the connection may wait for a long time.
            side.partial = match buffered.len() - left {
                0 => buffered,
                read => buffered.split_off(read),
            };
        }
        *self.side(chunk.from) = side;
    }

    fn gap(&mut self, _: Timestamp, from: Sender, length: u64, _: &mut Output<'_>) {
        let partial = std::mem::take(&mut self.side(from).partial);
        let missing = match self.reader.framing(from, &partial) {
            Framing::Message(whole) => whole.saturating_sub(partial.len()) as u64,
            Framing::Short | Framing::Wrong => 0,
        };
        // The message goes on behind the gap, or the next one has lost its beginning.
        let side = self.side(from);
        let expected = side.skip + missing;
        let was_passed_over = length <= side.skip;
        side.skip = expected.saturating_sub(length);
        if length > expected {
            side.lost.get_or_insert(0);
        }
        if !was_passed_over {
            self.reader.lost(from);
        }
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.reader.end(ts, output);
    }
}
