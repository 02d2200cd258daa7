//! Protocol data units of connection-oriented DCE/RPC (C706, chapter 12; [MS-RPCE] 2.2.2).

use crate::cursor::{ByteOrder, Cursor};

/// Length of the header.
pub(super) const HEADER_BYTES: usize = 16;
const VERSION: u8 = 5;
const TRAILER_BYTES: usize = 8;
/// The highest kind of unit: an orphaned call.
const KIND_MAX: u8 = 19;
const FIRST_FRAGMENT: u8 = 1;
const LAST_FRAGMENT: u8 = 2;
const HAS_OBJECT: u8 = 0x80;

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// What it is: 0 request, 2 response, 11 bind and so on.
    pub(super) kind: u8,
    flags: u8,
    /// Order of the bytes in integers.
    pub(super) order: ByteOrder,
    /// Length of the whole unit.
    pub(super) length: usize,
    authentication_length: usize,
    /// Number that joins the fragments of a call.
    pub(super) call_id: u32,
}

impl Header {
    /// Whether it is the first fragment of its message.
    pub(super) const fn is_first(&self) -> bool {
        self.flags & FIRST_FRAGMENT != 0
    }

    /// Whether it is the last fragment of its message.
    pub(super) const fn is_last(&self) -> bool {
        self.flags & LAST_FRAGMENT != 0
    }
}

/// Reads the header; `None` where it is none.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let [VERSION, _minor, kind, flags, representation, ..] = bytes else { return None };
    let order = if representation >> 4 == 0 { ByteOrder::Big } else { ByteOrder::Little };
    let mut cursor = Cursor::new(bytes, order);
    cursor.seek(8)?;
    let length = usize::from(cursor.u16()?);
    let authentication_length = usize::from(cursor.u16()?);
    let call_id = cursor.u32()?;
    let header = Header { kind: *kind, flags: *flags, order, length, authentication_length, call_id };
    (length >= HEADER_BYTES + trailer_length(&header)).then_some(header)
}

/// Whether these bytes, [`HEADER_BYTES`] of them, are surely the header of a unit: what is always the same in it, and
/// lengths that fit together.
pub(super) fn begins_unit(bytes: &[u8]) -> bool {
    let [VERSION, 0 | 1, 0..=KIND_MAX, _, 0 | 0x10, 0, 0, 0, ..] = bytes else { return false };
    header(bytes).is_some_and(|header| header.length > HEADER_BYTES)
}

fn trailer_length(header: &Header) -> usize {
    match header.authentication_length {
        0 => 0,
        length => length + TRAILER_BYTES,
    }
}

/// How (by number of the mechanism) and with what a unit is authenticated.
pub(super) type Verifier<'a> = (u8, &'a [u8]);

/// The parts of a whole unit: the fragment of the message, and how it is authenticated.
pub(super) fn parts<'a>(header: &Header, unit: &'a [u8]) -> Option<(&'a [u8], Option<Verifier<'a>>)> {
    let (body, trailer) = unit.split_at_checked(header.length.checked_sub(trailer_length(header))?)?;
    let authentication = match trailer {
        [kind, ..] => Some((*kind, trailer.get(TRAILER_BYTES..)?)),
        [] => None,
    };
    Some((body.get(HEADER_BYTES..)?, authentication))
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The client wants to use these interfaces: number of the context and of the interface.
    Bind(Vec<(u16, String)>),
    /// The server has agreed; the pipe or port on which it serves.
    BindAnswer(String),
    /// The server has agreed to more interfaces.
    AlterAnswer,
    /// A call: number of the context and of the operation.
    Request {
        /// Context.
        context: u16,
        /// Operation.
        operation: u16,
    },
    /// The answer to a call in this context.
    Response {
        /// Context.
        context: u16,
    },
    /// Something else.
    Other,
}

/// Reads a message that is assembled from its fragments; `None` where it is cut short.
pub(super) fn message(header: &Header, body: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(body, header.order);
    Some(match header.kind {
        0 => {
            cursor.skip(4)?;
            let (context, operation) = (cursor.u16()?, cursor.u16()?);
            cursor.skip(if header.flags & HAS_OBJECT == 0 { 0 } else { 16 })?;
            Message::Request { context, operation }
        }
        2 => {
            cursor.skip(4)?;
            Message::Response { context: cursor.u16()? }
        }
        11 | 14 => Message::Bind(contexts(&mut cursor)?),
        12 => {
            cursor.skip(8)?;
            let length = usize::from(cursor.u16()?);
            let address = cursor.take(length)?;
            let address = address.strip_suffix(&[0]).unwrap_or(address);
            Message::BindAnswer(records::text_from_bytes(address))
        }
        15 => Message::AlterAnswer,
        _ => Message::Other,
    })
}

fn contexts(cursor: &mut Cursor<'_>) -> Option<Vec<(u16, String)>> {
    cursor.skip(8)?;
    let count = cursor.u8()?;
    cursor.skip(3)?;
    let mut contexts = Vec::new();
    for _ in 0..count {
        let context = cursor.u16()?;
        let syntaxes = usize::from(cursor.u8()?);
        cursor.skip(1)?;
        contexts.push((context, uuid(cursor)?));
        cursor.skip(4 + syntaxes * 20)?;
    }
    Some(contexts)
}

/// A universally unique identifier as text. Zeek takes it for little-endian whatever the sender's order.
fn uuid(cursor: &mut Cursor<'_>) -> Option<String> {
    uuid_in(cursor.take(16)?, ByteOrder::Little)
}

/// The identifier that these bytes are, its numbers in this order.
pub(super) fn uuid_in(bytes: &[u8], order: ByteOrder) -> Option<String> {
    let mut parts = Cursor::new(bytes, order);
    let (low, middle, high) = (parts.u32()?, parts.u16()?, parts.u16()?);
    let mut rest = Cursor::new(parts.rest(), ByteOrder::Big);
    let (clock, node_high, node_low) = (rest.u16()?, rest.u16()?, rest.u32()?);
    Some(format!("{low:08x}-{middle:04x}-{high:04x}-{clock:04x}-{node_high:04x}{node_low:08x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bind_names_its_interfaces() {
        let unit: Vec<u8> = [
            &[5, 0, 11, 3, 0x10, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0][..],
            &[0xb8, 0x10, 0xb8, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 1, 0],
            &[0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35, 0xad, 0x32, 0x98, 0xf0, 0x38, 0, 0x10, 3],
            &[2, 0, 0, 0],
            &[0; 20],
        ]
        .concat();
        let header = header(&unit).unwrap();
        let (body, authentication) = parts(&header, &unit).unwrap();
        let uuid = "367abb81-9844-35f1-ad32-98f038001003".to_owned();
        assert_eq!(message(&header, body), Some(Message::Bind(vec![(7, uuid)])));
        assert_eq!(authentication, None);
        assert_eq!(message(&header, &body[..40]), None);
    }

    #[test]
    fn a_length_too_short_for_what_it_holds_is_no_unit() {
        assert_eq!(header(&[5, 0, 0, 3, 0x10, 0, 0, 0, 24, 0, 1, 0, 1, 0, 0, 0]), None);
        assert_eq!(header(&[4, 0, 0, 3, 0x10, 0, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0]), None);
    }
}
