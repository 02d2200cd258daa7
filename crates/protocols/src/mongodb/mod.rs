//! The wire protocol of MongoDB: recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::cursor::Cursor;
use crate::recognised::recognised;

recognised!(PROTOCOL, "MongoDB.", "mongodb", Tcp, &[27017], Either, check);

/// A message has at most so many bytes.
const MESSAGE_BYTES_MAX: u32 = 48_000_000;

/// Bytes of the header of a message.
const HEADER_BYTES: usize = 16;

/// A message begins with its length, its number, the number that it answers and its kind, all little-endian.
fn check(from: Sender, stream: &[u8]) -> Verdict {
    let mut cursor = Cursor::little(stream);
    let header = (|| Some((cursor.u32()?, cursor.u32()?, cursor.u32()?, cursor.u32()?)))();
    let Some((length, _number, answered, kind)) = header else { return Verdict::Maybe };
    let is_answer = from == Sender::Responder;
    let is_sane =
        (HEADER_BYTES as u32 + 5..=MESSAGE_BYTES_MAX).contains(&length) && (is_answer || answered == 0);
    let is_message = is_sane
        && match kind {
            // A message with sections: flags, of which the lower half must be known, then the first section.
            2013 => begins_sections(&mut cursor),
            // A query of old, which every client begins with: flags, then the collection's name, e.g. `admin.$cmd`.
            2004 if !is_answer => begins_query(&mut cursor),
            // Its answer: flags, a cursor, a place and a number of documents.
            1 if is_answer => cursor.u32().is_some_and(|flags| flags < 16),
            // Compressed: the kind inside.
            2012 => cursor.u32().is_some_and(|inside| matches!(inside, 2004 | 2013 | 1)),
            _ => false,
        };
    match (is_message, stream.len()) {
        (true, _) => Verdict::Match,
        (false, ..32) if is_sane && matches!(kind, 1 | 2004 | 2012 | 2013) => Verdict::Maybe,
        _ => Verdict::No,
    }
}

fn begins_sections(cursor: &mut Cursor<'_>) -> bool {
    let sections = (|| Some((cursor.u32()?, cursor.u8()?, cursor.u32()?)))();
    sections.is_some_and(|(flags, section, length)| {
        flags & 0xffff & !3 == 0 && section <= 1 && (5..=MESSAGE_BYTES_MAX).contains(&length)
    })
}

fn begins_query(cursor: &mut Cursor<'_>) -> bool {
    let flags = cursor.u32();
    let name = cursor.rest();
    let end = name.iter().take(128).position(|byte| *byte == 0);
    let name = end.and_then(|end| name.get(..end)).unwrap_or_default();
    flags.is_some_and(|flags| flags < 256) && name.contains(&b'.') && name.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_header() {
        let hello = b"\x24\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x0f\0\0\0\x10hello\0\x01\0\0\0";
        assert_eq!(check(Sender::Originator, hello), Verdict::Match);
        assert_eq!(check(Sender::Originator, &hello[..10]), Verdict::Maybe);
        let query = b"\x3a\0\0\0\x01\0\0\0\0\0\0\0\xd4\x07\0\0\0\0\0\0admin.$cmd\0";
        assert_eq!(check(Sender::Originator, query), Verdict::Match);
        assert_eq!(check(Sender::Originator, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Verdict::No);
    }
}
