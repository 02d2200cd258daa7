//! Packets of MySQL's client and server protocol. Integers are little-endian.

use crate::Verdict;
use crate::by_message::Framing;
use crate::cursor::Cursor;

/// What a client can do, as flags.
pub(super) mod ability {
    /// It asks for TLS.
    pub(in crate::mysql) const TLS: u32 = 0x0800;
    /// Authentication goes on in further packets.
    pub(in crate::mysql) const PLUGIN: u32 = 0x0008_0000;
    /// Rows of a result end with `OK` instead of `EOF`.
    pub(in crate::mysql) const NO_EOF: u32 = 0x0100_0000;
    /// Queries carry attributes before their text.
    pub(in crate::mysql) const ATTRIBUTES: u32 = 0x0800_0000;
}

/// Length of a packet from its beginning: the length of what follows (3 bytes), then its number.
pub(super) fn measure(bytes: &[u8]) -> Framing {
    match bytes {
        [low, middle, high, _, ..] => {
            Framing::Message(u32::from_le_bytes([*low, *middle, *high, 0]) as usize + 4)
        }
        _ => Framing::Short,
    }
}

/// The number of a packet and its content.
pub(super) fn packet(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (header, content) = bytes.split_at_checked(4)?;
    header.last().map(|number| (*number, content))
}

/// Whether a stream begins with a server's greeting: version 9 or 10 and the release as text.
pub(super) fn begins_greeting(stream: &[u8]) -> Verdict {
    match stream {
        [_, _, 0, 0, 9 | 10, release @ ..] => match release.iter().position(|byte| *byte == 0) {
            Some(end) if end > 2 && release.iter().take(end).all(u8::is_ascii_graphic) => Verdict::Match,
            None if release.len() < 64 => Verdict::Maybe,
            _ => Verdict::No,
        },
        [_, _, 0, 0] | [_, _, 0] | [_, _] | [_] | [] => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// What a server's greeting says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Greeting {
    /// Version of the protocol.
    pub(super) version: u8,
    /// The upper half of what the server can do.
    pub(super) abilities: u32,
}

/// Reads a server's greeting.
pub(super) fn greeting(content: &[u8]) -> Option<Greeting> {
    let mut cursor = Cursor::little(content);
    let version = cursor.u8().filter(|version| matches!(version, 9 | 10))?;
    text(&mut cursor)?;
    let abilities = (|| {
        // Number of the connection, first part of the challenge, a zero; then the lower half, the character set
        // and the state.
        cursor.skip(4 + 8 + 1 + 2 + 1 + 2)?;
        cursor.u16()
    })();
    Some(Greeting { version, abilities: u32::from(abilities.unwrap_or_default()) << 16 })
}

/// What a client answers to the greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer<'a> {
    pub(super) abilities: u32,
    /// Name of the user, unless TLS comes first.
    pub(super) user: &'a [u8],
}

/// Reads a client's answer in this version of the protocol.
pub(super) fn answer(content: &[u8], version: u8) -> Option<Answer<'_>> {
    let mut cursor = Cursor::little(content);
    if version == 9 {
        let abilities = u32::from(cursor.u16()?);
        cursor.skip(3)?;
        return Some(Answer { abilities, user: text(&mut cursor)? });
    }
    let abilities = cursor.u32()?;
    // Largest packet, character set, and room for later.
    cursor.skip(4 + 1 + 23)?;
    let user = if abilities & ability::TLS == 0 { text(&mut cursor)? } else { &[] };
    Some(Answer { abilities, user })
}

/// Text up to a zero.
pub(super) fn text<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let end = cursor.rest().iter().position(|byte| *byte == 0)?;
    let text = cursor.take(end)?;
    cursor.skip(1)?;
    Some(text)
}

/// An integer whose first byte says how long it is.
pub(super) fn integer(cursor: &mut Cursor<'_>) -> Option<u64> {
    Some(match cursor.u8()? {
        0xfc => u64::from(cursor.u16()?),
        0xfd => u64::from(cursor.u16()?) | u64::from(cursor.u8()?) << 16,
        0xfe => cursor.u64()?,
        0xfb | 0xff => 0,
        small => u64::from(small),
    })
}

/// What stands behind the attributes of a query.
pub(super) fn after_attributes(content: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor::little(content);
    let (count, _sets) = (usize::try_from(integer(&mut cursor)?).ok()?, integer(&mut cursor)?);
    if count == 0 {
        return Some(cursor.rest());
    }
    let absent = cursor.take(count.checked_add(7)? / 8)?;
    if cursor.u8()? != 1 {
        return None;
    }
    let mut kinds = Vec::new();
    for _ in 0..count {
        kinds.push(cursor.u8()?);
        cursor.skip(1)?;
        pass_text(&mut cursor)?;
    }
    for (place, kind) in kinds.into_iter().enumerate() {
        let is_absent = absent.get(place / 8).is_some_and(|bits| bits >> (place % 8) & 1 == 1);
        if !is_absent {
            pass_value(&mut cursor, kind)?;
        }
    }
    Some(cursor.rest())
}

fn pass_text(cursor: &mut Cursor<'_>) -> Option<()> {
    let length = integer(cursor)?;
    cursor.skip(usize::try_from(length).ok()?)
}

/// Passes over a value of this kind in binary form.
fn pass_value(cursor: &mut Cursor<'_>, kind: u8) -> Option<()> {
    match kind {
        // Null.
        0x06 => Some(()),
        0x01 => cursor.skip(1),
        0x02 | 0x0d => cursor.skip(2),
        0x03 | 0x04 | 0x09 => cursor.skip(4),
        0x05 | 0x08 => cursor.skip(8),
        // Points and spans of time begin with their length.
        0x07 | 0x0a | 0x0b | 0x0c | 0x11 => {
            let length = cursor.u8()?;
            cursor.skip(usize::from(length))
        }
        _ => pass_text(cursor),
    }
}

/// Rows that an `OK` packet counts.
pub(super) fn changed_rows(after_kind: &[u8]) -> Option<u64> {
    integer(&mut Cursor::little(after_kind))
}

/// The message of an `ERR` packet, which stands behind a code and a state.
pub(super) fn failure(after_kind: &[u8]) -> &[u8] {
    after_kind.get(2 + 6..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn attributes_of_a_query_are_passed_over() {
        let content = b"\x02\x01\0\x01\xfe\0\x02n1\x03\0\x02n2\x02v1\x07\0\0\0select 1";
        assert_eq!(after_attributes(content), Some(&b"select 1"[..]));
        assert_eq!(after_attributes(b"\0\x01select 1"), Some(&b"select 1"[..]));
        assert_eq!(after_attributes(b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\0"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = (greeting(&bytes), answer(&bytes, 10), answer(&bytes, 9), after_attributes(&bytes));
            let _ = (changed_rows(&bytes), failure(&bytes), begins_greeting(&bytes), packet(&bytes));
        }
    }
}
