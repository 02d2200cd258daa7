//! The messages of TFTP (RFC 1350, section 5).

use crate::take;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    /// Asks for a file, or offers one.
    Request(Request<'a>),
    /// A block of it.
    Data {
        /// Its number, from 1; goes round.
        block: u16,
        /// Its bytes.
        bytes: &'a [u8],
    },
    /// A block has come, or options are agreed on.
    Other,
    /// Something went wrong.
    Error {
        /// Kind of error.
        code: u16,
        /// What it was.
        text: &'a [u8],
    },
}

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    /// Whether the client writes.
    pub(super) is_write: bool,
    /// Name of the file.
    pub(super) name: &'a [u8],
    /// How it is sent.
    pub(super) mode: &'a [u8],
}

impl Request<'_> {
    /// Whether mode and name are as they are in earnest.
    pub(super) fn is_usual(&self) -> bool {
        let is_mode =
            [&b"octet"[..], b"netascii", b"mail"].iter().any(|it| self.mode.eq_ignore_ascii_case(it));
        is_mode && !self.name.is_empty() && !self.name.iter().any(u8::is_ascii_control)
    }
}

/// Reads a datagram.
pub(super) fn message(datagram: &[u8]) -> Option<Message<'_>> {
    let mut rest = datagram;
    let from = &mut rest;
    Some(match take::u16(from)? {
        kind @ (1 | 2) => {
            let name = up_to_zero(from)?;
            Message::Request(Request { is_write: kind == 2, name, mode: up_to_zero(from)? })
        }
        3 => Message::Data { block: take::u16(from)?, bytes: from },
        4 if from.len() == 2 => Message::Other,
        5 => {
            let code = take::u16(from)?;
            Message::Error { code, text: up_to_zero(from).unwrap_or(from) }
        }
        6 => Message::Other,
        _ => return None,
    })
}

fn up_to_zero<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = memchr::memchr(0, from)?;
    let text = take::bytes(from, end)?;
    take::u8(from)?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = message(&bytes);
        }
    }
}
