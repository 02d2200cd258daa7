//! Messages in a stream, plain or in the tokens of a login that signs or encrypts (RFC 4752, RFC 4121).

use super::wire;

/// Of a longer message only the beginning is read.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Nothing longer is taken for a message.
const LENGTH_MAX: usize = 64 * 1024 * 1024;

/// Cuts a stream into messages.
#[derive(Debug, Default)]
pub(super) struct Frames {
    buffer: Vec<u8>,
    /// So many bytes of a long message are still to come; they are not read.
    skip: usize,
}

/// What comes next in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A message, or the beginning of a long one.
    Message(Vec<u8>),
    /// A token of the login's mechanism.
    Token(Vec<u8>),
    /// More bytes are needed.
    More,
    /// It is not LDAP.
    Broken,
}

impl Frames {
    /// Adds the next bytes of the stream, as far as they are read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.buffer.extend_from_slice(bytes.get(skipped..).unwrap_or_default());
    }

    /// Bytes that are not used yet.
    pub(super) fn waiting(&self) -> usize {
        self.buffer.len()
    }

    /// Takes the next message off. `may_be_wrapped`: a login has been accepted, and messages may lie in its tokens.
    pub(super) fn next(&mut self, may_be_wrapped: bool) -> Next {
        let (length, is_token) = match self.buffer.as_slice() {
            [] => return Next::More,
            [0x30, ..] => match wire::element_length(&self.buffer) {
                Some((content, header)) => (content.saturating_add(header), false),
                None if self.buffer.len() < 6 => return Next::More,
                None => return Next::Broken,
            },
            [a, b, c, d, ..] if may_be_wrapped => {
                let length = u32::from_be_bytes([*a, *b, *c, *d]);
                (usize::try_from(length).unwrap_or(usize::MAX).saturating_add(4), true)
            }
            _ if may_be_wrapped => return Next::More,
            _ => return Next::Broken,
        };
        if length > LENGTH_MAX {
            return Next::Broken;
        }
        let kept = length.min(MESSAGE_BYTES_MAX);
        if self.buffer.len() < kept {
            return Next::More;
        }
        let message: Vec<u8> = self.buffer.drain(..kept).collect();
        let beyond = (length - kept).min(self.buffer.len());
        self.buffer.drain(..beyond);
        self.skip = length - kept - beyond;
        if is_token { Next::Token(message) } else { Next::Message(message) }
    }
}

/// The messages in a token of Kerberos that is signed but not encrypted (RFC 4121, section 4.2.6.2).
pub(super) fn unsealed(token: &[u8]) -> Option<&[u8]> {
    const SEALED: u8 = 2;
    let [_, _, _, _, 5, 4, flags, 0xff, extra_high, extra_low, turn_high, turn_low, rest @ ..] = token else {
        return None;
    };
    let payload = rest.get(8..)?;
    let extra = usize::from(u16::from_be_bytes([*extra_high, *extra_low]));
    let turned = usize::from(u16::from_be_bytes([*turn_high, *turn_low]));
    if flags & SEALED != 0 {
        return None;
    }
    match turned {
        0 => payload.get(..payload.len().checked_sub(extra)?),
        _ if turned == extra => payload.get(extra..),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_cut() {
        let mut frames = Frames::default();
        frames.push(&[0x30, 0x83, 0x02, 0x00, 0x00]);
        assert_eq!(frames.next(false), Next::More);
        frames.push(&[7; 100_000]);
        assert!(matches!(frames.next(false), Next::Message(message) if message.len() == MESSAGE_BYTES_MAX));
        frames.push(&[7; 0x20000 - 100_000]);
        frames.push(&[0x30, 0]);
        assert_eq!(frames.next(false), Next::Message(vec![0x30, 0]));
        frames.push(&[0, 0, 0, 1, 9]);
        assert_eq!(frames.next(true), Next::Token(vec![0, 0, 0, 1, 9]));
        frames.push(&[0, 0]);
        assert_eq!(frames.next(false), Next::Broken);
    }

    #[test]
    fn signed_tokens_are_opened() {
        let token = [&[0, 0, 0, 0, 5, 4, 0, 0xff, 0, 2, 0, 2][..], &[0; 8], b"xxab"].concat();
        assert_eq!(unsealed(&token), Some(&b"ab"[..]));
        assert_eq!(unsealed(&[0; 30]), None);
    }
}
