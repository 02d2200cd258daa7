//! Frames of HTTP/2 (RFC 9113, sections 4 and 6).

use crate::by_message::Framing;
use crate::take;

/// What a client says first (section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const HEADER_BYTES: usize = 9;

/// Types beyond are not in use.
const KIND_MAX: u8 = 0x10;

/// Types of frames.
pub(super) mod kind {
    pub(in super::super) const DATA: u8 = 0;
    pub(in super::super) const HEADERS: u8 = 1;
    pub(in super::super) const RESET: u8 = 3;
    pub(in super::super) const PUSH_PROMISE: u8 = 5;
    pub(in super::super) const CONTINUATION: u8 = 9;
}

/// Flags of frames.
pub(super) mod flag {
    pub(in super::super) const END_STREAM: u8 = 0x01;
    pub(in super::super) const END_HEADERS: u8 = 0x04;
    const PADDED: u8 = 0x08;
    const PRIORITY: u8 = 0x20;

    /// Whether a length of padding stands first.
    pub(in super::super) const fn is_padded(flags: u8) -> bool {
        flags & PADDED != 0
    }

    /// Whether a priority stands before the headers.
    pub(in super::super) const fn has_priority(flags: u8) -> bool {
        flags & PRIORITY != 0
    }
}

/// A frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    /// How long its content is; less of it may be here.
    pub(super) length: usize,
    pub(super) content: &'a [u8],
}

/// Where the frame, or the client's first words, end with which the bytes begin.
pub(super) fn framing(bytes: &[u8]) -> Framing {
    match bytes {
        [b'P', ..] if bytes.starts_with(PREFACE) => Framing::Message(PREFACE.len()),
        [b'P', ..] if PREFACE.starts_with(bytes) => Framing::Short,
        [one, two, three, ..=KIND_MAX, _, stream, _, _, _, ..] if stream & 0x80 == 0 => {
            let length = u32::from_be_bytes([0, *one, *two, *three]) as usize;
            Framing::Message(HEADER_BYTES + length)
        }
        [_, _, _, ..=KIND_MAX, ..] | [] | [_] | [_, _] | [_, _, _] if bytes.len() < HEADER_BYTES => {
            Framing::Short
        }
        _ => Framing::Wrong,
    }
}

/// Reads a frame; none where it is the client's first words.
pub(super) fn read(bytes: &[u8]) -> Option<Frame<'_>> {
    if bytes.starts_with(PREFACE) {
        return None;
    }
    let mut rest = bytes;
    let from = &mut rest;
    let (length, kind, flags) = (take::u24(from)?, take::u8(from)?, take::u8(from)?);
    let stream = take::u32(from)?;
    Some(Frame { kind, flags, stream, length, content: from })
}

impl<'a> Frame<'a> {
    /// The content without padding.
    pub(super) fn unpadded(&self) -> Option<&'a [u8]> {
        let mut rest = self.content;
        if !flag::is_padded(self.flags) {
            return Some(rest);
        }
        let padding = usize::from(take::u8(&mut rest)?);
        let length = self.length.checked_sub(1)?.checked_sub(padding)?;
        Some(rest.get(..length).unwrap_or(rest))
    }

    /// The piece of a header block in it.
    pub(super) fn header_block(&self) -> Option<&'a [u8]> {
        let mut rest = if self.kind == kind::CONTINUATION { self.content } else { self.unpadded()? };
        let before = match self.kind {
            kind::HEADERS if flag::has_priority(self.flags) => 5,
            // The stream that is promised.
            kind::PUSH_PROMISE => 4,
            _ => 0,
        };
        take::bytes(&mut rest, before)?;
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_from_the_first_words() {
        assert_eq!(framing(PREFACE), Framing::Message(24));
        assert_eq!(framing(b"PRI * "), Framing::Short);
        assert_eq!(framing(b"POST / HTTP/1.1"), Framing::Wrong);
        assert_eq!(framing(&[0, 0, 6, 4, 0, 0, 0, 0, 0]), Framing::Message(15));
    }

    #[test]
    fn padding_is_taken_off() {
        let frame = read(&[0, 0, 4, 0, 8, 0, 0, 0, 1, 2, 7, 0, 0]).unwrap();
        assert_eq!(frame.unpadded(), Some(&[7][..]));
    }
}
