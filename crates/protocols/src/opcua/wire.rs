//! Messages of the UA Connection Protocol (OPC 10000-6, clause 7.1) and secure conversation (clause 6.7).

use records::text_from_bytes;

use crate::analyzer::Verdict;
use crate::by_message::Framing;
use crate::cursor::Cursor;

const HEADER_BYTES: u32 = 8;

/// Servers and clients agree on smaller ones.
const MESSAGE_BYTES_MAX: u32 = 1 << 24;

/// Longer texts are cut.
const TEXT_BYTES_MAX: usize = 1024;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The client says hello, and whom it wants.
    Hello { endpoint_url: Option<String> },
    /// The server ends the connection.
    Error { status: u32, reason: Option<String> },
    /// A channel is opened; the rest is readable where the policy is none.
    Open { security_policy: Option<String> },
    /// A service is asked for or answered in a channel.
    Service { request: u32, body: Option<Body> },
    /// Something else.
    Other,
}

/// What a message in a channel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// Number of the encoding of the request or response.
    pub(super) type_id: u16,
    /// What a response says.
    pub(super) status: Option<u32>,
}

/// Where the message ends with which the bytes begin.
pub(super) fn framing(bytes: &[u8]) -> Framing {
    let is_kind = |kind: &[u8]| {
        [b"HEL", b"ACK", b"ERR", b"RHE", b"OPN", b"MSG", b"CLO"].iter().any(|known| known.starts_with(kind))
    };
    match bytes {
        [a, b, c, b'F' | b'C' | b'A', one, two, three, four, ..] if is_kind(&[*a, *b, *c]) => {
            match u32::from_le_bytes([*one, *two, *three, *four]) {
                length @ HEADER_BYTES..=MESSAGE_BYTES_MAX => Framing::Message(length as usize),
                _ => Framing::Wrong,
            }
        }
        [a, b, c, b'F' | b'C' | b'A', rest @ ..] if is_kind(&[*a, *b, *c]) && rest.len() < 4 => {
            Framing::Short
        }
        [] | [_] | [_, _] | [_, _, _] if is_kind(bytes) => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// What the first bytes of one end say.
pub(super) fn begins(bytes: &[u8]) -> Verdict {
    match (framing(bytes), bytes) {
        (Framing::Wrong, _) => Verdict::No,
        (Framing::Message(28..=8192), [b'H' | b'A', b'E' | b'C', b'L' | b'K', b'F', ..]) => Verdict::Match,
        (
            Framing::Message(16..=8192),
            [b'O', b'P', b'N', b'F', ..] | [b'E' | b'R', b'R' | b'H', _, b'F', ..],
        ) => Verdict::Match,
        _ => Verdict::Maybe,
    }
}

/// Reads a message, of which the end may have been cut.
pub(super) fn read(bytes: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::little(bytes);
    let kind = cursor.take(3)?;
    cursor.skip(5)?;
    Some(match kind {
        b"HEL" => {
            // Version, and the sizes of buffers and messages.
            cursor.skip(20)?;
            Message::Hello { endpoint_url: text(&mut cursor) }
        }
        b"ERR" => Message::Error { status: cursor.u32()?, reason: text(&mut cursor) },
        b"OPN" => {
            // The channel.
            cursor.skip(4)?;
            Message::Open { security_policy: text(&mut cursor) }
        }
        b"MSG" => {
            // The channel, its token, and the number of the message.
            cursor.skip(12)?;
            Message::Service { request: cursor.u32()?, body: body(&mut cursor) }
        }
        _ => Message::Other,
    })
}

/// A text behind its length; none where it is absent.
fn text(cursor: &mut Cursor<'_>) -> Option<String> {
    let length = usize::try_from(cursor.u32()?.cast_signed()).ok()?;
    let text = cursor.take(length)?;
    Some(text_from_bytes(text.get(..TEXT_BYTES_MAX).unwrap_or(text)))
}

/// The type of a request or response, and the result in the head of a response.
fn body(cursor: &mut Cursor<'_>) -> Option<Body> {
    const FOUR_BYTES: u8 = 1;
    if (cursor.u8()?, cursor.u8()?) != (FOUR_BYTES, 0) {
        return None;
    }
    let type_id = cursor.u16()?;
    // The time, and the client's handle.
    let status = cursor.skip(12).and_then(|()| cursor.u32());
    Some(Body { type_id, status })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_framed() {
        assert_eq!(framing(b"HELF\x20\0\0\0"), Framing::Message(32));
        assert_eq!(framing(b"HEL"), Framing::Short);
        assert_eq!(framing(b"HELO mail"), Framing::Wrong);
        assert_eq!(framing(b"MSGF\x07\0\0\0"), Framing::Wrong);
    }
}
