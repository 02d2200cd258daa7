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
        framing.data(chunk.bytes, |message| messages.read(chunk.ts, message, output));
    }

    fn gap(&mut self, _: Timestamp, from: Sender, length: u64, _: &mut Output<'_>) {
        self.side(from).0.gap(length);
    }

    fn half_closed(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        let (framing, messages) = self.side(from);
        let rest = std::mem::take(framing);
        if !rest.message.is_empty() && !rest.lost {
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
    /// Bytes are missing, so nobody knows where messages begin.
    lost: bool,
}

impl Framing {
    fn data(&mut self, mut bytes: &[u8], mut read: impl FnMut(&[u8])) {
        while let ([first, rest @ ..], false) = (bytes, self.lost) {
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

    /// The rest of a message may be missing, but where the next begins must be known.
    fn gap(&mut self, length: u64) {
        let missing = self.length.map(|length| length.saturating_sub(self.message.len()));
        if missing.is_some_and(|missing| missing as u64 == length) {
            *self = Self::default();
        } else {
            self.lost = true;
            self.message = Vec::new();
        }
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
    fn a_gap_at_the_end_of_a_message_does_no_harm() {
        let (mut framing, mut got) = (Framing::default(), Vec::new());
        framing.data(b"\0\x03a", |message| got.push(message.to_vec()));
        framing.gap(2);
        framing.data(b"\0\x01b", |message| got.push(message.to_vec()));
        framing.gap(1);
        framing.data(b"\0\x01c", |message| got.push(message.to_vec()));
        assert_eq!(got, [b"b".to_vec()]);
    }
}
