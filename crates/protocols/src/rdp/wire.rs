//! The messages of the beginning of Remote Desktop: X.224, and the data of the conference (MS-RDPBCGR 2.2.1).

use records::{Sender, text_from_utf16le};

use crate::Verdict;
use crate::by_message::Framing;
use crate::cursor::Cursor;

/// Length of a message from its beginning (TPKT, RFC 1006).
pub(super) fn measure(bytes: &[u8]) -> Framing {
    match bytes {
        [3, _, high, low, ..] => match u16::from_be_bytes([*high, *low]) {
            length @ 7.. => Framing::Message(length.into()),
            _ => Framing::Wrong,
        },
        [] | [3] | [3, _] | [3, _, _] => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// Whether a stream begins as RDP does: the client asks for a connection, the server confirms it (X.224).
pub(super) fn begins(from: Sender, stream: &[u8]) -> Verdict {
    let kind = if from == Sender::Originator { 0xe0 } else { 0xd0 };
    match stream {
        // Connections that name their ends are for other protocols of the OSI world, such as those of controllers.
        [3, 0, _, _, 7..=255, _, _, _, _, _, _, 0xc0..=0xc2, ..] => Verdict::No,
        [3, 0, _, _, 7..=255, ..] if stream.len() < 12 => Verdict::Maybe,
        [3, 0, high, low, length @ 6..=255, code, ..] => {
            let whole = u16::from_be_bytes([*high, *low]);
            let is_consistent = *code == kind && whole == u16::from(*length) + 5;
            if is_consistent { Verdict::Match } else { Verdict::No }
        }
        [3, 0, ..] | [3] | [] if stream.len() < 6 => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    /// The client asks for a connection, perhaps with a cookie.
    Request(Option<&'a [u8]>),
    /// The server confirms it, with the security that it chose, where the client could choose.
    Confirm(Option<u32>),
    /// The server refuses, for this reason.
    Failure(u32),
    /// What the client says of itself.
    Client(&'a [u8]),
    /// What the server says of itself, and how the conference began.
    Server(u8, &'a [u8]),
    Other,
}

/// Reads a message.
pub(super) fn message(bytes: &[u8]) -> Option<Message<'_>> {
    let mut cursor = Cursor::little(bytes);
    cursor.skip(5)?;
    let kind = cursor.u8()?;
    Some(match kind {
        0xe0 => {
            cursor.skip(5)?;
            Message::Request(cookie(cursor.rest()))
        }
        0xd0 => {
            cursor.skip(5)?;
            let (answer, _flags, _length, number) = match cursor.rest() {
                [] => return Some(Message::Confirm(None)),
                _ => (cursor.u8()?, cursor.u8()?, cursor.u16()?, cursor.u32()?),
            };
            match answer {
                2 => Message::Confirm(Some(number)),
                3 => Message::Failure(number),
                _ => return None,
            }
        }
        0xf0 => {
            cursor.skip(1)?;
            match (cursor.u8()?, cursor.u8()?) {
                (0x7f, 0x65) => Message::Client(after_key(cursor.rest(), b"Duca")?.1),
                (0x7f, 0x66) => {
                    let (before, blocks) = after_key(cursor.rest(), b"McDn")?;
                    // The result stands before two counts of one byte and the length of the key.
                    Message::Server(
                        before.len().checked_sub(4).and_then(|at| before.get(at).copied())?,
                        blocks,
                    )
                }
                _ => Message::Other,
            }
        }
        _ => Message::Other,
    })
}

fn cookie(rest: &[u8]) -> Option<&[u8]> {
    let value = rest.strip_prefix(b"Cookie: mstshash=")?;
    value.iter().position(|byte| *byte == b'\r').and_then(|end| value.get(..end))
}

/// What stands before the key of the conference's data, and the blocks behind it, which begin with their length in
/// one or two bytes.
fn after_key<'a>(bytes: &'a [u8], key: &[u8; 4]) -> Option<(&'a [u8], &'a [u8])> {
    let place = memchr::memmem::find(bytes, key)?;
    let (before, rest) = bytes.split_at_checked(place)?;
    let blocks = match rest.get(key.len()..)? {
        [high, _, blocks @ ..] if high & 0x80 != 0 => blocks,
        [_, blocks @ ..] => blocks,
        [] => return None,
    };
    Some((before, blocks))
}

/// A block of the conference's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    ClientCore(Box<ClientCore>),
    /// Names of virtual channels.
    ClientNetwork(Vec<Vec<u8>>),
    ServerSecurity(Security),
}

/// So many blocks are read.
const BLOCKS_MAX: usize = 32;
/// So many virtual channels can there be (MS-RDPBCGR 2.2.1.3.4).
const CHANNELS_MAX: u32 = 31;

/// The blocks that are told.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Block> {
    let mut cursor = Cursor::little(bytes);
    let mut found = Vec::new();
    for _ in 0..BLOCKS_MAX {
        let Some(block) = next_block(&mut cursor) else { break };
        found.extend(block);
    }
    found
}

fn next_block(cursor: &mut Cursor<'_>) -> Option<Option<Block>> {
    let (kind, length) = (cursor.u16()?, usize::from(cursor.u16()?));
    let content = cursor.take(length.checked_sub(4)?)?;
    let mut content = Cursor::little(content);
    Some(match kind {
        0xc001 => client_core(&mut content).map(|core| Block::ClientCore(Box::new(core))),
        0xc003 => channels(&mut content).map(Block::ClientNetwork),
        0x0c02 => security(&mut content).map(Block::ServerSecurity),
        _ => None,
    })
}

/// The machine of the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientCore {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) keyboard: u32,
    pub(super) build: u32,
    pub(super) name: String,
    /// Colour depth, whether 32 bits are wanted, and the product number, which later versions give.
    pub(super) later: Option<(u16, bool, String)>,
}

fn client_core(cursor: &mut Cursor<'_>) -> Option<ClientCore> {
    cursor.skip(4)?;
    let (width, height) = (cursor.u16()?, cursor.u16()?);
    cursor.skip(2 + 2)?;
    let (keyboard, build) = (cursor.u32()?, cursor.u32()?);
    let name = wide_text(cursor.take(32)?);
    // Kind of the keyboard and name of its input method.
    cursor.skip(4 + 4 + 4 + 64)?;
    let later = (|| {
        cursor.skip(2 + 2 + 4)?;
        let depth = cursor.u16()?;
        cursor.skip(2)?;
        let wants_32 = cursor.u16()? & 2 != 0;
        Some((depth, wants_32, wide_text(cursor.take(64)?)))
    })();
    Some(ClientCore { width, height, keyboard, build, name, later })
}

/// Text in UTF-16 up to a zero.
fn wide_text(bytes: &[u8]) -> String {
    let text = text_from_utf16le(bytes);
    text.split('\0').next().unwrap_or_default().to_owned()
}

fn channels(cursor: &mut Cursor<'_>) -> Option<Vec<Vec<u8>>> {
    let count = cursor.u32()?.min(CHANNELS_MAX);
    let mut names = Vec::new();
    for _ in 0..count {
        let name = cursor.take(8)?;
        cursor.skip(4)?;
        let end = name.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        names.push(name.get(..end).unwrap_or_default().to_vec());
    }
    Some(names)
}

/// RDP's own encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Security {
    pub(super) method: u32,
    pub(super) level: u32,
    /// Kind of the server's certificate, whether it is permanent, and how many there are.
    pub(super) certificate: Option<(u32, bool, u32)>,
}

fn security(cursor: &mut Cursor<'_>) -> Option<Security> {
    let (method, level) = (cursor.u32()?, cursor.u32()?);
    let certificate = (|| {
        let (random, _length) = (cursor.u32()?, cursor.u32()?);
        cursor.skip(usize::try_from(random).ok()?)?;
        let version = cursor.u32()?;
        let kind = version & 0x7fff_ffff;
        let count = if kind == 2 { cursor.u32()? } else { 1 };
        Some((kind, version >> 31 == 0, count))
    })();
    Some(Security { method, level, certificate })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn requests_may_carry_a_cookie() {
        let bytes = b"\x03\0\0\x2b\x26\xe0\0\0\0\0\0Cookie: mstshash=user\r\n\x01\0\x08\0\x03\0\0\0";
        assert_eq!(message(bytes), Some(Message::Request(Some(b"user"))));
        assert_eq!(message(b"\x03\0\0\x0b\x06\xd0\0\0\x12\x34\0"), Some(Message::Confirm(None)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (measure(&bytes), message(&bytes), blocks(&bytes), begins(Sender::Originator, &bytes));
        }
    }
}
