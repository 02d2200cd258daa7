//! Kerberos on a connection of its own: datagrams, or messages with a length before them on a stream.

use records::{Sender, Timestamp};

use super::session::KerberosSession;
use super::wire;
use crate::resynchronisation::find_beginning;
use crate::{Analyzer, Chunk, Output, Transport};

/// Longer messages are not read: a ticket with the largest authorization data that Windows allows fits in.
const MESSAGE_BYTES_MAX: usize = 128 * 1024;
/// On a stream so many bytes with the length stand before each message.
const LENGTH_BYTES: usize = 4;
/// So many bytes show that a message begins: its length, and what all messages begin with.
const BEGINNING_BYTES: usize = LENGTH_BYTES + wire::BEGINNING_BYTES;

/// Follows one connection.
pub(super) struct KerberosAnalyzer {
    transport: Transport,
    session: KerberosSession,
    originator: Stream,
    responder: Stream,
    confirmed: bool,
}

/// One direction of a TCP connection.
#[derive(Default)]
struct Stream {
    buffer: Vec<u8>,
    /// Bytes lost or nonsense seen: the next message must be looked for.
    lost: bool,
}

impl KerberosAnalyzer {
    pub(super) fn new(transport: Transport) -> Self {
        let (originator, responder) = (Stream::default(), Stream::default());
        Self { transport, session: KerberosSession::default(), originator, responder, confirmed: false }
    }

    fn message(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) {
        if self.session.message(ts, bytes, output) && !self.confirmed {
            self.confirmed = true;
            output.confirm(match self.transport {
                Transport::Tcp => "krb_tcp",
                Transport::Udp => "krb",
            });
        }
    }
}

impl Analyzer for KerberosAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.transport == Transport::Udp {
            self.message(chunk.ts, chunk.bytes, output);
            return;
        }
        let mut rest = chunk.bytes;
        loop {
            let stream = match chunk.from {
                Sender::Originator => &mut self.originator,
                Sender::Responder => &mut self.responder,
            };
            let Some(message) = stream.next(&mut rest) else { break };
            self.message(chunk.ts, message.get(LENGTH_BYTES..).unwrap_or_default(), output);
        }
    }

    fn gap(&mut self, _ts: Timestamp, from: Sender, _length: u64, _output: &mut Output<'_>) {
        match from {
            Sender::Originator => self.originator.lose(),
            Sender::Responder => self.responder.lose(),
        }
    }

    fn end(&mut self, _ts: Timestamp, output: &mut Output<'_>) {
        self.session.end(output);
    }
}

impl Stream {
    /// Takes bytes for the next message; gives it with its length before it, once it is whole.
    fn next(&mut self, bytes: &mut &[u8]) -> Option<Vec<u8>> {
        while !bytes.is_empty() {
            if self.lost {
                self.search(bytes);
                continue;
            }
            let wanted = self.message_length().map_or(LENGTH_BYTES, |length| LENGTH_BYTES + length);
            if wanted > LENGTH_BYTES + MESSAGE_BYTES_MAX {
                // The bytes at hand may begin a message all the same.
                self.search(bytes);
                continue;
            }
            let missing = wanted.saturating_sub(self.buffer.len()).min(bytes.len());
            let (taken, rest) = bytes.split_at_checked(missing)?;
            self.buffer.extend_from_slice(taken);
            *bytes = rest;
            match self.message_length() {
                // An empty message.
                Some(0) => self.buffer.clear(),
                Some(length) if self.buffer.len() == LENGTH_BYTES + length => {
                    return Some(std::mem::take(&mut self.buffer));
                }
                _ => {}
            }
        }
        None
    }

    /// Bytes are missing: what came before them is of no use.
    fn lose(&mut self) {
        (self.lost, self.buffer) = (true, Vec::new());
    }

    fn search(&mut self, bytes: &mut &[u8]) {
        self.lost = !find_beginning(&mut self.buffer, bytes, BEGINNING_BYTES, begins_message);
    }

    /// What stands before the message, once that is there. The top bit is reserved (RFC 4120, section 7.2.2).
    fn message_length(&self) -> Option<usize> {
        let length = self.buffer.first_chunk::<LENGTH_BYTES>()?;
        Some((u32::from_be_bytes(*length) & 0x7fff_ffff) as usize)
    }
}

/// Whether a message with its length before it begins here.
fn begins_message(bytes: &[u8]) -> bool {
    let Some((length, message)) = bytes.split_first_chunk::<LENGTH_BYTES>() else { return false };
    let length = u32::from_be_bytes(*length) as usize;
    (wire::BEGINNING_BYTES..=MESSAGE_BYTES_MAX).contains(&length) && wire::begins_message(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_messages_are_passed_over_also_with_the_reserved_bit() {
        let bytes = [0, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 1, 7, 0, 0];
        for cut in 0..bytes.len() {
            let (mut stream, mut messages) = (Stream::default(), Vec::new());
            let (first, second) = bytes.split_at(cut);
            for mut part in [first, second] {
                while let Some(message) = stream.next(&mut part) {
                    messages.push(message);
                }
                assert!(part.is_empty());
            }
            assert_eq!(messages, [[0x80, 0, 0, 1, 7]]);
        }
    }

    #[test]
    fn the_next_message_is_found_behind_a_gap_and_behind_nonsense() {
        let asked = [&[0, 0, 0, 40, 0x6a, 38, 0x30, 36, 0xa1, 3, 2, 1, 5][..], &[7; 31]].concat();
        for before in [&[][..], &[9; 3], &[0xff; 50], &[0, 0, 0, 40, 0x6a]] {
            let bytes = [before, &asked, &asked].concat();
            for cut in 0..bytes.len() {
                let (mut stream, mut messages) = (Stream::default(), Vec::new());
                stream.lose();
                let (first, second) = bytes.split_at(cut);
                for mut part in [first, second] {
                    while let Some(message) = stream.next(&mut part) {
                        messages.push(message);
                    }
                }
                assert_eq!(messages, [&asked[..], &asked], "{before:?} cut at {cut}");
            }
        }
        // A length that cannot be, without any gap.
        let bytes = [&[0x7f, 0xff, 0xff, 0xff, 1, 2][..], &asked].concat();
        assert_eq!(Stream::default().next(&mut bytes.as_slice()), Some(asked));
    }
}
