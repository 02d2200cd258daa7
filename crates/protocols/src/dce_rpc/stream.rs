//! One direction of DCE/RPC: cuts the stream into units and joins fragments to messages.

use std::collections::BTreeMap;

use super::wire::{self, HEADER_BYTES, Header, Message, Verifier};
use crate::resynchronisation::find_beginning;

/// Of a message in fragments so many bytes are kept: what is read of it stands at its beginning.
const MESSAGE_BYTES_KEPT: usize = 1024;
/// So many messages may be in fragments at a time; more and they are all given up.
const MESSAGES_MAX: usize = 64;

/// One direction.
#[derive(Default)]
pub(super) struct Stream {
    buffer: Vec<u8>,
    fragments: BTreeMap<u32, Vec<u8>>,
    /// Bytes were lost here, so that the next unit must be looked for.
    is_lost: bool,
    /// Bytes were lost at some time: what is no unit may have been mistaken for one.
    has_gaps: bool,
}

/// A unit that has come.
pub(super) struct Unit<'a> {
    /// How it is authenticated.
    pub(super) authentication: Option<Verifier<'a>>,
    /// The message that it completes.
    pub(super) message: Option<Message>,
}

impl Stream {
    /// Bytes are missing: what came before them is of no use, and the next unit is looked for.
    pub(super) fn gap(&mut self) {
        self.buffer.clear();
        self.fragments.clear();
        (self.is_lost, self.has_gaps) = (true, true);
    }

    /// Takes bytes; `false` where they are no DCE/RPC, and the rest of them was dropped.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(Unit<'_>)) -> bool {
        while !bytes.is_empty() {
            if self.is_lost {
                self.is_lost = !find_beginning(&mut self.buffer, &mut bytes, HEADER_BYTES, wire::begins_unit);
                continue;
            }
            if !self.fill(HEADER_BYTES, &mut bytes) {
                break;
            }
            let Some(header) = wire::header(&self.buffer) else {
                if self.has_gaps {
                    self.is_lost = true;
                    continue;
                }
                self.buffer.clear();
                return false;
            };
            if !self.fill(header.length, &mut bytes) {
                break;
            }
            let unit = std::mem::take(&mut self.buffer);
            let Some((body, authentication)) = wire::parts(&header, &unit) else {
                self.is_lost = self.has_gaps;
                if self.is_lost {
                    continue;
                }
                return false;
            };
            let message = self.assemble(&header, body);
            take(Unit { authentication, message });
        }
        true
    }

    fn fill(&mut self, length: usize, bytes: &mut &[u8]) -> bool {
        let missing = length.saturating_sub(self.buffer.len()).min(bytes.len());
        let (taken, rest) = bytes.split_at(missing);
        self.buffer.extend_from_slice(taken);
        *bytes = rest;
        self.buffer.len() >= length
    }

    fn assemble(&mut self, header: &Header, body: &[u8]) -> Option<Message> {
        if header.is_first() {
            self.fragments.remove(&header.call_id);
            if header.is_last() {
                return wire::message(header, body);
            }
            if self.fragments.len() >= MESSAGES_MAX {
                self.fragments.clear();
            }
            self.fragments.insert(header.call_id, Vec::new());
        }
        let message = self.fragments.get_mut(&header.call_id)?;
        let room = MESSAGE_BYTES_KEPT.saturating_sub(message.len()).min(body.len());
        message.extend_from_slice(body.get(..room).unwrap_or_default());
        if !header.is_last() {
            return None;
        }
        let message = self.fragments.remove(&header.call_id)?;
        wire::message(header, &message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(flags: u8, body: &[u8]) -> Vec<u8> {
        let length = u8::try_from(HEADER_BYTES + body.len()).unwrap();
        [&[5, 0, 0, flags, 0x10, 0, 0, 0, length, 0, 0, 0, 9, 0, 0, 0][..], body].concat()
    }

    #[test]
    fn fragments_are_joined_however_the_stream_is_cut() {
        let stream = [request(1, &[0, 0, 0, 0, 1]), request(0, &[0, 12]), request(2, &[0, 99])].concat();
        for size in 1..stream.len() {
            let (mut messages, mut direction) = (Vec::new(), Stream::default());
            for piece in stream.chunks(size) {
                assert!(direction.feed(piece, |unit| messages.extend(unit.message)));
            }
            assert_eq!(messages, [Message::Request { context: 1, operation: 12 }]);
        }
    }

    #[test]
    fn the_next_unit_is_found_behind_a_gap() {
        let whole = request(3, &[0, 0, 0, 0, 1, 0, 12, 0]);
        let stream = [&[1, 2, 5, 0, 5, 0, 0][..], &whole, &whole].concat();
        for size in 1..stream.len() {
            let (mut messages, mut direction) = (Vec::new(), Stream::default());
            assert!(direction.feed(&request(1, &[0; 30])[..20], |_| ()));
            direction.gap();
            for piece in stream.chunks(size) {
                assert!(direction.feed(piece, |unit| messages.extend(unit.message)));
            }
            assert_eq!(messages.len(), 2, "pieces of {size}");
        }
        // Without a gap it is no DCE/RPC.
        assert!(!Stream::default().feed(&stream, |_| ()));
    }
}
