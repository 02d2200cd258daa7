//! A stream as messages that begin with their length. Which cuts the stream came in makes no difference.
//!
//! For protocols that can change in the middle of a stream (TLS, a byte in between), and that are left at the first
//! thing that is none of theirs. Where the next message shall be looked for, see `by_message`.

use std::borrow::Cow;

use crate::by_message::Framing;

/// A header that is longer than this is none.
const HEADER_BYTES_MAX: usize = 64;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    /// Its bytes, or as many of its first ones as are kept.
    pub(crate) bytes: Cow<'a, [u8]>,
    /// How many it has.
    pub(crate) length: u64,
}

/// The stream cannot be cut into messages any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

/// Cuts the stream of one end of a connection into messages.
#[derive(Debug)]
pub(crate) struct Messages {
    keep: usize,
    partial: Vec<u8>,
    /// Length of the message at hand, once it is known.
    length: Option<u64>,
    /// So much of it has come.
    seen: u64,
    /// Bytes of it were lost, so no more are kept.
    is_torn: bool,
}

impl Messages {
    /// Messages of which so many bytes are kept.
    pub(crate) const fn that_keep(keep: usize) -> Self {
        Self { keep, partial: Vec::new(), length: None, seen: 0, is_torn: false }
    }

    /// Takes the next message off `input`; `None` when more bytes are needed.
    pub(crate) fn next<'a>(
        &mut self,
        input: &mut &'a [u8],
        measure: impl Fn(&[u8]) -> Framing,
    ) -> Option<Result<Message<'a>, Broken>> {
        if self.length.is_none() && self.partial.is_empty() {
            match measure(input) {
                Framing::Message(length @ 1..) if length <= self.keep.min(input.len()) => {
                    let (bytes, rest) = input.split_at_checked(length)?;
                    *input = rest;
                    return Some(Ok(Message { bytes: Cow::Borrowed(bytes), length: length as u64 }));
                }
                Framing::Message(0) | Framing::Wrong => return Some(Err(Broken)),
                Framing::Message(length) => self.length = Some(length as u64),
                Framing::Short => {}
            }
        }
        while self.length.is_none() {
            let [first, rest @ ..] = *input else { return None };
            *input = rest;
            self.partial.push(*first);
            self.seen += 1;
            match measure(&self.partial) {
                Framing::Message(length) if length as u64 >= self.seen => self.length = Some(length as u64),
                Framing::Short if self.partial.len() < HEADER_BYTES_MAX => {}
                Framing::Short | Framing::Message(_) | Framing::Wrong => return Some(Err(Broken)),
            }
        }
        self.fill(input).map(Ok)
    }

    fn fill<'a>(&mut self, input: &mut &'a [u8]) -> Option<Message<'a>> {
        let length = self.length?;
        let left = usize::try_from(length.saturating_sub(self.seen)).unwrap_or(usize::MAX);
        let (taken, rest) = input.split_at_checked(left.min(input.len()))?;
        *input = rest;
        self.seen += taken.len() as u64;
        if !self.is_torn {
            let room = self.keep.saturating_sub(self.partial.len());
            self.partial.extend(taken.iter().take(room));
        }
        if self.seen < length {
            return None;
        }
        (self.length, self.seen, self.is_torn) = (None, 0, false);
        Some(Message { bytes: Cow::Owned(std::mem::take(&mut self.partial)), length })
    }

    /// So many bytes are missing here. False when it is not known any more where the next message begins.
    pub(crate) fn gap(&mut self, missing: u64) -> bool {
        let Some(length) = self.length else { return false };
        self.seen = self.seen.saturating_add(missing);
        self.is_torn = true;
        self.seen <= length
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn measure(bytes: &[u8]) -> Framing {
        match bytes {
            [0xff, ..] => Framing::Wrong,
            [high, low, ..] => Framing::Message(usize::from(u16::from_be_bytes([*high, *low])) + 2),
            _ => Framing::Short,
        }
    }

    fn messages(pieces: &[&[u8]]) -> Vec<Option<(Vec<u8>, u64)>> {
        let mut messages = Messages::that_keep(8);
        let mut found = Vec::new();
        for mut input in pieces.iter().copied() {
            while let Some(message) = messages.next(&mut input, measure) {
                let Ok(message) = message else {
                    found.push(None);
                    return found;
                };
                found.push(Some((message.bytes.into_owned(), message.length)));
            }
        }
        found
    }

    #[test]
    fn messages_are_cut_and_long_ones_shortened() {
        let stream = b"\0\x01a\0\x00\0\x08bcdefghi\xff";
        let expected = [
            Some((b"\0\x01a".to_vec(), 3)),
            Some((b"\0\0".to_vec(), 2)),
            Some((b"\0\x08bcdefg".to_vec(), 10)),
            None,
        ];
        assert_eq!(messages(&[stream]), expected);
    }

    #[test]
    fn a_gap_within_a_message_is_passed_over() {
        let mut messages = Messages::that_keep(8);
        let mut input: &[u8] = b"\0\x05a";
        assert_eq!(messages.next(&mut input, measure), None);
        assert!(messages.gap(3));
        input = b"e\0\x00";
        let torn = messages.next(&mut input, measure).unwrap().unwrap();
        assert_eq!((torn.bytes.as_ref(), torn.length), (&b"\0\x05a"[..], 7));
        assert_eq!(messages.next(&mut input, measure).unwrap().unwrap().length, 2);
        assert!(!messages.gap(1));
    }

    proptest! {
        #[test]
        fn cuts_do_not_show(
            stream in proptest::collection::vec(prop_oneof![4 => Just(0_u8), 2 => 1_u8..12, 1 => any::<u8>()], 0..80),
            size in 1_usize..5,
        ) {
            let cut: Vec<&[u8]> = stream.chunks(size).collect();
            prop_assert_eq!(messages(&[&stream]), messages(&cut));
        }
    }
}
