//! Messages of HART-IP and the HART telegrams in them.

use crate::analyzer::Verdict;
use crate::by_message::Framing;
use crate::cursor::{ByteOrder, Cursor};

const VERSION: u8 = 1;
const HEADER_BYTES: usize = 8;

/// Kinds of messages.
pub(super) mod kind {
    pub(in super::super) const REQUEST: u8 = 0;
    pub(in super::super) const RESPONSE: u8 = 1;
    pub(in super::super) const PUBLISH: u8 = 2;
    pub(in super::super) const NAK: u8 = 15;
}

/// What messages are for.
pub(super) mod purpose {
    pub(in super::super) const INITIATE: u8 = 0;
    pub(in super::super) const CLOSE: u8 = 1;
    pub(in super::super) const KEEP_ALIVE: u8 = 2;
    pub(in super::super) const TELEGRAM: u8 = 3;
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) kind: u8,
    pub(super) purpose: u8,
    pub(super) status: u8,
    pub(super) sequence: u16,
    pub(super) content: &'a [u8],
}

/// A telegram to or from a field device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Telegram<'a> {
    pub(super) address: &'a [u8],
    pub(super) command: u8,
    /// Response code and status of the device, from a device.
    pub(super) answer: Option<(u8, u8)>,
}

/// Where the message ends with which the bytes begin.
pub(super) fn framing(bytes: &[u8]) -> Framing {
    match bytes {
        [VERSION, ..=kind::PUBLISH | kind::NAK, ..=purpose::TELEGRAM, _, _, _, high, low, ..] => {
            match usize::from(u16::from_be_bytes([*high, *low])) {
                length if length >= HEADER_BYTES => Framing::Message(length),
                _ => Framing::Wrong,
            }
        }
        [VERSION, ..=kind::PUBLISH | kind::NAK, ..=purpose::TELEGRAM, ..] if bytes.len() < HEADER_BYTES => {
            Framing::Short
        }
        [VERSION, ..=kind::PUBLISH | kind::NAK] | [VERSION] | [] => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// Reads a message.
pub(super) fn read(bytes: &[u8]) -> Option<Message<'_>> {
    let mut cursor = Cursor::new(bytes, ByteOrder::Big);
    cursor.skip(1)?;
    let (kind, purpose, status, sequence) = (cursor.u8()?, cursor.u8()?, cursor.u8()?, cursor.u16()?);
    cursor.skip(2)?;
    Some(Message { kind, purpose, status, sequence, content: cursor.rest() })
}

/// What the first bytes of one end say.
pub(super) fn begins(bytes: &[u8]) -> Verdict {
    const INITIATE_BYTES: usize = HEADER_BYTES + 5;
    match (framing(bytes), bytes) {
        (Framing::Wrong, _) => Verdict::No,
        // Who asks (a primary or secondary master), and how long the session may be idle, in milliseconds.
        (
            Framing::Message(INITIATE_BYTES),
            [_, kind::REQUEST, purpose::INITIATE, 0, _, _, _, _, ..=1, 0, _, _, _],
        ) => Verdict::Match,
        _ => Verdict::Maybe,
    }
}

/// Reads a telegram.
pub(super) fn telegram(content: &[u8]) -> Option<Telegram<'_>> {
    const LONG_ADDRESS: u8 = 0x80;
    const FROM_MASTER: u8 = 2;
    let mut cursor = Cursor::new(content, ByteOrder::Big);
    let delimiter = cursor.u8()?;
    let address = cursor.take(if delimiter & LONG_ADDRESS == 0 { 1 } else { 5 })?;
    let expansion = delimiter >> 5 & 3;
    cursor.skip(expansion.into())?;
    let command = cursor.u8()?;
    let count = cursor.u8()?;
    let is_answer = delimiter & 7 != FROM_MASTER && count >= 2;
    let answer = if is_answer { cursor.u8().zip(cursor.u8()) } else { None };
    Some(Telegram { address, command, answer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegrams_are_read() {
        let request = [0x82, 0x26, 1, 2, 3, 4, 6, 1, 5, 0];
        let telegram = telegram(&request).unwrap();
        assert_eq!((telegram.address.len(), telegram.command, telegram.answer), (5, 6, None));
        assert_eq!(super::telegram(&[0x06, 0x80, 0, 2, 7, 0x40, 0]).unwrap().answer, Some((7, 0x40)));
    }
}
