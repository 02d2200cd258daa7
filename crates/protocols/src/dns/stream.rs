//! DNS over TCP: a length of two bytes before each message (RFC 1035, section 4.2.2).

use records::{Sender, Timestamp};

use super::analyzer::Messages;
use crate::analyzer::{Analyzer, Chunk, Output};

/// Follows a connection over TCP.
#[derive(Default)]
pub(super) struct StreamAnalyzer {
    messages: Messages,
    originator: Framing,
    responder: Framing,
}

impl StreamAnalyzer {
    fn side(&mut self, from: Sender) -> (&mut Framing, &mut Messages) {
        match from {
            Sender::Originator => (&mut self.originator, &mut self.messages),
            Sender::Responder => (&mut self.responder, &mut self.messages),
        }
    }
}

impl Analyzer for StreamAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let (framing, messages) = self.side(chunk.from);
        framing.data(chunk.bytes, |message| {
            // What lies in the same chunk behind a message that was none is as little DNS as what comes later.
            if !output.is_left() {
                messages.read(chunk.ts, message, output);
            }
        });
    }

    fn gap(&mut self, _: Timestamp, from: Sender, length: u64, _: &mut Output<'_>) {
        self.side(from).0.gap(length);
    }

    fn half_closed(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        let (framing, messages) = self.side(from);
        let rest = std::mem::take(framing);
        if !rest.message.is_empty() {
            messages.read(ts, &rest.message, output);
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.messages.end(output);
    }
}

/// One direction: the message that is being collected, at most 65,535 bytes of it.
#[derive(Default)]
struct Framing {
    /// First byte of the length, where only that was seen.
    high: Option<u8>,
    /// Length of the message, once it was seen.
    length: Option<usize>,
    message: Vec<u8>,
    /// So many bytes still belong to a message of which some are missing.
    skip: usize,
}

impl Framing {
    fn data(&mut self, bytes: &[u8], mut read: impl FnMut(&[u8])) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        let mut bytes = bytes.get(skipped..).unwrap_or_default();
        while let [first, rest @ ..] = bytes {
            let Some(length) = self.length else {
                bytes = rest;
                match self.high.take() {
                    None => self.high = Some(*first),
                    Some(high) => self.length = Some(usize::from(u16::from_be_bytes([high, *first]))),
                }
                continue;
            };
            let missing = length.saturating_sub(self.message.len());
            let (now, later) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
            bytes = later;
            if self.message.is_empty() && now.len() == length {
                read(now);
                self.length = None;
                continue;
            }
            self.message.extend_from_slice(now);
            if self.message.len() == length {
                read(&self.message);
                self.message.clear();
                self.length = None;
            }
        }
    }

    /// A message that lacks a part is left out. A gap between messages is taken for whole ones.
    fn gap(&mut self, length: u64) {
        let missing = match self.length {
            Some(length) => length.saturating_sub(self.message.len()),
            None => self.skip,
        };
        let gap = usize::try_from(length).unwrap_or(usize::MAX);
        *self = Self { skip: missing.saturating_sub(gap), ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_whole_however_they_are_cut() {
        let stream = b"\0\x03abc\0\0\0\x01d";
        for cut in 1..stream.len() {
            let (mut framing, mut got) = (Framing::default(), Vec::new());
            for piece in stream.chunks(cut) {
                framing.data(piece, |message| got.push(message.to_vec()));
            }
            assert_eq!(got, [b"abc".as_slice(), b"", b"d"], "cut {cut}");
        }
    }

    #[test]
    fn a_gap_costs_only_the_messages_that_it_touches() {
        let (mut framing, mut got) = (Framing::default(), Vec::new());
        let mut read = |message: &[u8]| got.push(message.to_vec());
        framing.data(b"\0\x03a", &mut read);
        framing.gap(1);
        framing.data(b"a\0\x01b", &mut read);
        framing.gap(30);
        framing.data(b"\0\x01c", &mut read);
        assert_eq!(got, [b"b", b"c"]);
    }
}
