//! Packets, logins and commands of TDS (MS-TDS 2.2).

use std::borrow::Cow;

use records::text_from_utf16le;

use crate::Verdict;
use crate::by_message::Framing;
use crate::cursor::Cursor;

/// Kinds of messages.
pub(super) mod kind {
    pub(in crate::tds) const SQL_BATCH: u8 = 1;
    pub(in crate::tds) const RPC: u8 = 3;
    pub(in crate::tds) const RESPONSE: u8 = 4;
    pub(in crate::tds) const LOGIN: u8 = 16;
    pub(in crate::tds) const PRE_LOGIN: u8 = 18;
}

/// Bytes of a packet's header: kind, state, length (big-endian), process, number, window.
pub(super) const HEADER_BYTES: usize = 8;

/// Length of a packet from its beginning.
pub(super) fn measure(bytes: &[u8]) -> Framing {
    match bytes {
        [1..=4 | 6 | 7 | 14 | 16..=18, _, high, low, ..] => match u16::from_be_bytes([*high, *low]) {
            length if usize::from(length) >= HEADER_BYTES => Framing::Message(length.into()),
            _ => Framing::Wrong,
        },
        [] | [1..=4 | 6 | 7 | 14 | 16..=18, ..] => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// The kind of a packet, whether it is the last of its message, and its content.
pub(super) fn packet(bytes: &[u8]) -> Option<(u8, bool, &[u8])> {
    let (header, content) = bytes.split_at_checked(HEADER_BYTES)?;
    match header {
        [kind, state, ..] => Some((*kind, state & 1 == 1, content)),
        _ => None,
    }
}

/// Whether a stream begins as a client's does: with what it can do, whose first option is its version, or at once
/// with the login.
pub(super) fn begins(stream: &[u8]) -> Verdict {
    let expected: [Option<u8>; 13] = match stream.first() {
        None => return Verdict::Maybe,
        Some(&kind::PRE_LOGIN) => [
            Some(18),
            Some(1),
            None,
            None,
            Some(0),
            Some(0),
            None,
            Some(0),
            Some(0),
            Some(0),
            None,
            Some(0),
            Some(6),
        ],
        Some(&kind::LOGIN) => [
            Some(16),
            Some(1),
            None,
            None,
            Some(0),
            Some(0),
            None,
            Some(0),
            None,
            None,
            Some(0),
            Some(0),
            None,
        ],
        Some(_) => return Verdict::No,
    };
    let fits = expected.iter().zip(stream).all(|(expected, byte)| expected.is_none_or(|it| it == *byte));
    let is_login = stream.first() == Some(&kind::LOGIN);
    match (fits, stream.len()) {
        (false, _) => Verdict::No,
        (true, ..13) => Verdict::Maybe,
        // The last byte of a login's version.
        (true, 13..16) if is_login => Verdict::Maybe,
        (true, _) if is_login && !matches!(stream.get(15), Some(0x70..=0x7f)) => Verdict::No,
        (true, _) => Verdict::Match,
    }
}

/// What the server says of encryption in its answer to what the client can do.
pub(super) fn encryption(content: &[u8]) -> Option<Cow<'static, str>> {
    // Options: number, place and length of their value; 0xff ends them.
    let (options, _) = content.as_chunks::<5>();
    let option = options.iter().take_while(|option| option[0] != 0xff).find(|option| option[0] == 1)?;
    let [_, high, low, ..] = option;
    let value = content.get(usize::from(u16::from_be_bytes([*high, *low])))?;
    Some(Cow::Borrowed(match value {
        0 => "off",
        1 => "on",
        2 => "not_supported",
        3 => "required",
        _ => return None,
    }))
}

/// What a client says of itself when it logs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) host: String,
    pub(super) user: String,
    pub(super) app: String,
    pub(super) server: String,
    pub(super) database: String,
}

/// Reads a login.
pub(super) fn login(content: &[u8]) -> Option<Login> {
    let text = |place: usize| -> Option<String> {
        let mut cursor = Cursor::little(content);
        cursor.seek(place)?;
        let (offset, characters) = (usize::from(cursor.u16()?), usize::from(cursor.u16()?));
        let bytes = content.get(offset..)?.get(..2 * characters)?;
        Some(text_from_utf16le(bytes))
    };
    Some(Login { host: text(36)?, user: text(40)?, app: text(48)?, server: text(52)?, database: text(68)? })
}

/// The text of a batch of queries.
pub(super) fn batch(content: &[u8]) -> String {
    text_from_utf16le(after_headers(content))
}

/// What stands behind the headers of a request, which version 7.2 and later have.
fn after_headers(content: &[u8]) -> &[u8] {
    let length = content.first_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length));
    match length {
        // One header has 18 bytes or more; two characters as a length would be far more.
        22..=512 => usize::try_from(length).ok().and_then(|length| content.get(length..)).unwrap_or_default(),
        _ => content,
    }
}

/// The name of a procedure that is called, and the query that it carries.
pub(super) fn procedure(content: &[u8]) -> Option<(Cow<'static, str>, Option<String>)> {
    let mut cursor = Cursor::little(after_headers(content));
    let characters = cursor.u16()?;
    if characters != 0xffff {
        let name = text_from_utf16le(cursor.take(2 * usize::from(characters))?);
        return Some((name.into(), None));
    }
    let name: Cow<'static, str> = Cow::Borrowed(match cursor.u16()? {
        1 => "sp_cursor",
        2 => "sp_cursoropen",
        3 => "sp_cursorprepare",
        4 => "sp_cursorexecute",
        5 => "sp_cursorprepexec",
        6 => "sp_cursorunprepare",
        7 => "sp_cursorfetch",
        8 => "sp_cursoroption",
        9 => "sp_cursorclose",
        10 => "sp_executesql",
        11 => "sp_prepare",
        12 => "sp_execute",
        13 => "sp_prepexec",
        14 => "sp_prepexecrpc",
        15 => "sp_unprepare",
        other => return Some((format!("procedure-{other}").into(), None)),
    });
    cursor.skip(2)?;
    let query = if name == "sp_executesql" { first_text(&mut cursor) } else { None };
    Some((name, query))
}

/// The first parameter of a procedure, if it is text of two bytes a character.
fn first_text(cursor: &mut Cursor<'_>) -> Option<String> {
    let name = usize::from(cursor.u8()?);
    cursor.skip(2 * name + 1)?;
    let length = match cursor.u8()? {
        // NVARCHAR: its largest length says how the length itself is written. Then the collation.
        0xe7 => {
            let largest = cursor.u16()?;
            cursor.skip(5)?;
            if largest == 0xffff {
                cursor.skip(8)?;
                cursor.u32()?
            } else {
                u32::from(cursor.u16()?)
            }
        }
        // NTEXT.
        0x63 => {
            cursor.skip(4 + 5)?;
            cursor.u32()?
        }
        _ => return None,
    };
    let rest = cursor.rest();
    let length = usize::try_from(length).ok()?.min(rest.len());
    rest.get(..length).map(text_from_utf16le)
}

/// What a server answers, as far as its first words tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The login is accepted.
    pub(super) accepted: bool,
    /// The first error.
    pub(super) error: Option<String>,
    /// Rows, where nothing but their number came.
    pub(super) rows: Option<u64>,
}

/// Reads the words of an answer up to the first one that is not known.
pub(super) fn answer(content: &[u8]) -> Answer {
    let mut cursor = Cursor::little(content);
    let mut answer = Answer::default();
    while let Some(word) = next_word(&mut cursor) {
        match word {
            Word::Error(message) => answer.error = answer.error.or(Some(message)),
            Word::Accepted => answer.accepted = true,
            Word::Done(rows) => answer.rows = rows.or(answer.rows),
            Word::Other => {}
        }
    }
    answer
}

enum Word {
    Error(String),
    Accepted,
    Done(Option<u64>),
    Other,
}

fn next_word(cursor: &mut Cursor<'_>) -> Option<Word> {
    match cursor.u8()? {
        kind @ (0xaa | 0xab | 0xad | 0xe3) => {
            let length = usize::from(cursor.u16()?);
            let content = cursor.take(length)?;
            Some(match kind {
                0xaa => Word::Error(error(content).unwrap_or_default()),
                0xad => Word::Accepted,
                _ => Word::Other,
            })
        }
        0xfd..=0xff => {
            let (state, _command, rows) = (cursor.u16()?, cursor.u16()?, cursor.u64()?);
            // The number counts only where the state says so.
            Some(Word::Done((state & 0x10 != 0).then_some(rows)))
        }
        _ => None,
    }
}

fn error(content: &[u8]) -> Option<String> {
    let mut cursor = Cursor::little(content);
    let (_number, _state, _class, characters) = (cursor.u32()?, cursor.u8()?, cursor.u8()?, cursor.u16()?);
    cursor.take(2 * usize::from(characters)).map(text_from_utf16le)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_client_begins_with_what_it_can_do() {
        let first = b"\x12\x01\0\x2f\0\0\x01\0\0\0\x1a\0\x06\x01\0\x20\0\x01";
        assert_eq!(begins(first), Verdict::Match);
        assert_eq!(begins(&first[..9]), Verdict::Maybe);
        assert_eq!(begins(b"\x12\x02\0\x2f"), Verdict::No);
        assert_eq!(begins(b"\x10\x01\0\x90\0\0\x01\0\x88\0\0\0\x04\0\0\x74"), Verdict::Match);
    }

    #[test]
    fn encryption_is_an_option() {
        assert_eq!(
            encryption(b"\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x0f\0\x07\xd0\0\0\x03").as_deref(),
            Some("required")
        );
        assert_eq!(encryption(b"\xff\0\0\0\0"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = (measure(&bytes), packet(&bytes), begins(&bytes), encryption(&bytes), login(&bytes));
            let _ = (batch(&bytes), procedure(&bytes), answer(&bytes));
        }
    }
}
