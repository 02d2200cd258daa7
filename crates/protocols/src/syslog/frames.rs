//! Messages in a stream (RFC 6587): behind their length, or as lines.

use super::wire;

/// A longer message is not read, nor what follows it.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Digits that a length may have.
const LENGTH_DIGITS_MAX: usize = 5;

/// Cuts a stream into messages.
#[derive(Debug, Default)]
pub(super) struct Frames {
    buffer: Vec<u8>,
}

/// What comes next in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A message.
    Message(Vec<u8>),
    /// More bytes are needed.
    More,
    /// It is not syslog, or no more.
    Broken,
}

impl Frames {
    /// Adds the next bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes the next message off.
    pub(super) fn next(&mut self) -> Next {
        let (header, length, end) = match self.buffer.as_slice() {
            [] => return Next::More,
            [b'<', ..] => match memchr::memchr2(b'\n', 0, &self.buffer) {
                Some(length) => (0, length, 1),
                None => return self.more(),
            },
            [b'1'..=b'9', ..] => match length(&self.buffer) {
                Some((length, header)) if header + length <= self.buffer.len() => (header, length, 0),
                Some((length, _)) if length <= MESSAGE_BYTES_MAX => return self.more(),
                None if self.buffer.len() <= LENGTH_DIGITS_MAX
                    && self.buffer.iter().all(u8::is_ascii_digit) =>
                {
                    return Next::More;
                }
                _ => return Next::Broken,
            },
            _ => return Next::Broken,
        };
        let frame: Vec<u8> = self.buffer.drain(..header + length + end).collect();
        let message = frame.get(header..header + length).unwrap_or_default();
        if wire::message(message).priority.is_none() {
            return Next::Broken;
        }
        Next::Message(message.strip_suffix(b"\r").unwrap_or(message).to_vec())
    }

    fn more(&self) -> Next {
        if self.buffer.len() > MESSAGE_BYTES_MAX { Next::Broken } else { Next::More }
    }
}

/// The length before a message, and how many bytes it and the space after it take.
pub(super) fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = bytes.iter().take(LENGTH_DIGITS_MAX + 1).position(|byte| *byte == b' ')?;
    let length = std::str::from_utf8(bytes.get(..digits)?).ok()?;
    (length.bytes().all(|byte| byte.is_ascii_digit())).then_some((length.parse().ok()?, digits + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_lines_may_follow_each_other() {
        let mut frames = Frames::default();
        frames.push(b"5 <1>ab<2>cd\r\n<3");
        assert_eq!(frames.next(), Next::Message(b"<1>ab".to_vec()));
        assert_eq!(frames.next(), Next::Message(b"<2>cd".to_vec()));
        assert_eq!(frames.next(), Next::More);
        frames.push(b">\n123456");
        assert_eq!(frames.next(), Next::Message(b"<3>".to_vec()));
        assert_eq!(frames.next(), Next::Broken);
    }
}
