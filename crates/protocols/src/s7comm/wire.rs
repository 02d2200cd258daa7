//! Messages of S7 Communication.

use records::text_from_bytes;

use super::item;
use crate::cursor::{ByteOrder, Cursor};

const CLASSIC: u8 = 0x32;
const PLUS: u8 = 0x72;

/// Kinds of messages.
pub(super) mod kind {
    pub(in super::super) const JOB: u8 = 1;
    pub(in super::super) const ACK: u8 = 2;
    pub(in super::super) const ACK_DATA: u8 = 3;
    pub(in super::super) const USER_DATA: u8 = 7;
}

/// Functions of jobs.
pub(super) mod function {
    pub(in super::super) const READ: u8 = 0x04;
    pub(in super::super) const WRITE: u8 = 0x05;
    pub(in super::super) const REQUEST_DOWNLOAD: u8 = 0x1a;
    pub(in super::super) const DOWNLOAD_BLOCK: u8 = 0x1b;
    pub(in super::super) const DOWNLOAD_ENDED: u8 = 0x1c;
    pub(in super::super) const START_UPLOAD: u8 = 0x1d;
    pub(in super::super) const CALL_SERVICE: u8 = 0x28;
    pub(in super::super) const STOP: u8 = 0x29;
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    Classic(Classic<'a>),
    Plus(Plus),
}

/// A message of the old protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Classic<'a> {
    pub(super) kind: u8,
    pub(super) reference: u16,
    /// Class and code, in an answer.
    pub(super) error: Option<(u8, u8)>,
    pub(super) parameter: &'a [u8],
    pub(super) data: &'a [u8],
}

/// The head of a message of the new protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plus {
    pub(super) version: u8,
    pub(super) opcode: u8,
    pub(super) function: Option<u16>,
}

/// The parameter of user data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UserData {
    pub(super) is_request: bool,
    pub(super) group: u8,
    pub(super) subfunction: u8,
    pub(super) error: Option<u16>,
}

/// What a job or its answer is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) items: Option<Vec<String>>,
    pub(super) value: Option<String>,
    pub(super) name: Option<String>,
    pub(super) return_code: Option<u8>,
}

/// Whether a message begins so.
pub(super) fn is_s7(bytes: &[u8]) -> bool {
    match bytes {
        [CLASSIC, kind::JOB | kind::ACK | kind::ACK_DATA | kind::USER_DATA, 0, 0, ..] => true,
        [PLUS, 1..=3 | 0xfe, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])) <= bytes.len(),
        _ => false,
    }
}

/// Reads a message.
pub(super) fn read(bytes: &[u8]) -> Option<Message<'_>> {
    let mut cursor = Cursor::new(bytes, ByteOrder::Big);
    match cursor.u8()? {
        CLASSIC => classic(cursor).map(Message::Classic),
        PLUS => plus(cursor).map(Message::Plus),
        _ => None,
    }
}

fn classic(mut cursor: Cursor<'_>) -> Option<Classic<'_>> {
    let kind = cursor.u8()?;
    cursor.skip(2)?;
    let reference = cursor.u16()?;
    let (parameter, data) = (cursor.u16()?, cursor.u16()?);
    let error = match kind {
        kind::ACK | kind::ACK_DATA => Some((cursor.u8()?, cursor.u8()?)),
        kind::JOB | kind::USER_DATA => None,
        _ => return None,
    };
    let parameter = cursor.take(parameter.into())?;
    let data = cursor.take(data.into()).unwrap_or(cursor.rest());
    Some(Classic { kind, reference, error, parameter, data })
}

fn plus(mut cursor: Cursor<'_>) -> Option<Plus> {
    const NOTIFICATION: u8 = 0x33;
    let version = cursor.u8()?;
    let length = cursor.u16()?;
    // Keep-alive messages have no content.
    if !(1..=3).contains(&version) || length < 4 {
        return None;
    }
    if version == 3 {
        // The digest stands before the message.
        let digest = cursor.u8()?;
        cursor.skip(digest.into())?;
    }
    let opcode = cursor.u8()?;
    if !(0x31..=NOTIFICATION).contains(&opcode) {
        return None;
    }
    cursor.skip(2)?;
    let function = if opcode == NOTIFICATION { None } else { Some(cursor.u16()?) };
    Some(Plus { version, opcode, function })
}

/// Reads the parameter of user data.
pub(super) fn user_data(parameter: &[u8]) -> Option<UserData> {
    const HEAD: [u8; 3] = [0, 1, 0x12];
    let (head, rest) = parameter.split_first_chunk()?;
    if *head != HEAD {
        return None;
    }
    let [_, method, group, subfunction, _, rest @ ..] = rest else { return None };
    let error = match rest {
        [_, _, high, low, ..] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    };
    Some(UserData {
        is_request: group >> 4 == 4 || *method == 0x11,
        group: group & 0x0f,
        subfunction: *subfunction,
        error,
    })
}

/// What a job is about.
pub(super) fn job(parameter: &[u8], data: &[u8]) -> Option<Content> {
    let mut cursor = Cursor::new(parameter, ByteOrder::Big);
    let function = cursor.u8()?;
    let mut content = Content::default();
    match function {
        function::READ | function::WRITE => {
            content.items = Some(item::names(&mut cursor)?);
            content.value = item::value(data);
        }
        function::REQUEST_DOWNLOAD
        | function::DOWNLOAD_BLOCK
        | function::DOWNLOAD_ENDED
        | function::START_UPLOAD => {
            cursor.skip(7)?;
            content.name = Some(counted_text(&mut cursor)?);
        }
        function::CALL_SERVICE => {
            cursor.skip(7)?;
            let arguments = cursor.u16()?;
            cursor.skip(arguments.into())?;
            content.name = Some(counted_text(&mut cursor)?);
        }
        function::STOP => {
            cursor.skip(5)?;
            content.name = Some(counted_text(&mut cursor)?);
        }
        _ => return None,
    }
    Some(content)
}

/// What the answer to a job says of its items.
pub(super) fn answer(parameter: &[u8], data: &[u8]) -> Option<Content> {
    let count = *parameter.get(1)?;
    match *parameter.first()? {
        function::READ => Some(Content {
            value: item::value(data),
            return_code: item::return_code(data, count),
            ..Content::default()
        }),
        function::WRITE => {
            let codes = data.get(..count.into()).unwrap_or(data);
            let failed = codes.iter().copied().find(|code| *code != item::SUCCESS);
            Some(Content { return_code: failed.or(codes.first().copied()), ..Content::default() })
        }
        _ => None,
    }
}

fn counted_text(cursor: &mut Cursor<'_>) -> Option<String> {
    let length = cursor.u8()?;
    cursor.take(length.into()).map(text_from_bytes)
}
