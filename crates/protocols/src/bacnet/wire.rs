//! The layers of BACnet/IP: virtual link (annex J), network (clause 6), application (clause 20).

use crate::by_message::Framing;
use crate::cursor::{ByteOrder, Cursor};

const BACNET_IP: u8 = 0x81;
const FUNCTION_MAX: u8 = 0x0c;
const FORWARDED: u8 = 0x04;

/// A datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) function: u8,
    /// What is for an application, not for the link or the network.
    pub(super) application: Option<&'a [u8]>,
}

/// A unit of the application layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit<'a> {
    /// Asks for an answer.
    Request { invoke: u8, service: u8, content: &'a [u8] },
    /// Asks for none.
    Unconfirmed { service: u8, content: &'a [u8] },
    /// It was done; a result may follow.
    Done { invoke: u8, service: u8, content: &'a [u8] },
    /// It was not done: class and code of the error follow.
    Failed { invoke: u8, service: u8, content: &'a [u8] },
    /// It was not understood.
    Rejected { invoke: u8, reason: u8 },
    /// It was given up.
    Aborted { invoke: u8, reason: u8 },
    /// A further segment, or the receipt of one.
    Segment,
}

/// Where the message ends with which the bytes begin.
pub(super) fn framing(bytes: &[u8]) -> Framing {
    match bytes {
        [BACNET_IP, ..=FUNCTION_MAX, high, low, ..] => match u16::from_be_bytes([*high, *low]) {
            length @ 4.. => Framing::Message(length.into()),
            _ => Framing::Wrong,
        },
        [BACNET_IP, ..=FUNCTION_MAX, ..] | [BACNET_IP] => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// Reads a datagram.
pub(super) fn read(bytes: &[u8]) -> Option<Message<'_>> {
    const TO_NETWORK: u8 = 0x80;
    let Framing::Message(length) = framing(bytes) else { return None };
    if length != bytes.len() {
        return None;
    }
    let mut cursor = Cursor::new(bytes, ByteOrder::Big);
    cursor.skip(1)?;
    let function = cursor.u8()?;
    cursor.skip(2)?;
    match function {
        FORWARDED => cursor.skip(6)?,
        0x09..=0x0b => {}
        _ => return Some(Message { function, application: None }),
    }
    if cursor.u8()? != 1 {
        return None;
    }
    let control = cursor.u8()?;
    address(&mut cursor, control & 0x20 != 0)?;
    address(&mut cursor, control & 0x08 != 0)?;
    if control & 0x20 != 0 {
        // Hops that are left.
        cursor.skip(1)?;
    }
    let application = (control & TO_NETWORK == 0).then(|| cursor.rest());
    Some(Message { function, application })
}

fn address(cursor: &mut Cursor<'_>, is_there: bool) -> Option<()> {
    if is_there {
        cursor.skip(2)?;
        let length = cursor.u8()?;
        cursor.skip(length.into())?;
    }
    Some(())
}

/// Reads what is for an application.
pub(super) fn unit(bytes: &[u8]) -> Option<Unit<'_>> {
    const SEGMENTED: u8 = 0x08;
    let mut cursor = Cursor::new(bytes, ByteOrder::Big);
    let head = cursor.u8()?;
    match head >> 4 {
        0 => {
            cursor.skip(1)?;
            let invoke = cursor.u8()?;
            if head & SEGMENTED != 0 && begins_later(&mut cursor)? {
                return Some(Unit::Segment);
            }
            Some(Unit::Request { invoke, service: cursor.u8()?, content: cursor.rest() })
        }
        1 => Some(Unit::Unconfirmed { service: cursor.u8()?, content: cursor.rest() }),
        2 => Some(Unit::Done { invoke: cursor.u8()?, service: cursor.u8()?, content: &[] }),
        3 => {
            let invoke = cursor.u8()?;
            if head & SEGMENTED != 0 && begins_later(&mut cursor)? {
                return Some(Unit::Segment);
            }
            Some(Unit::Done { invoke, service: cursor.u8()?, content: cursor.rest() })
        }
        4 => Some(Unit::Segment),
        5 => Some(Unit::Failed { invoke: cursor.u8()?, service: cursor.u8()?, content: cursor.rest() }),
        6 => Some(Unit::Rejected { invoke: cursor.u8()?, reason: cursor.u8()? }),
        7 => Some(Unit::Aborted { invoke: cursor.u8()?, reason: cursor.u8()? }),
        _ => None,
    }
}

/// Whether a segment is not the first; takes its number and the window.
fn begins_later(cursor: &mut Cursor<'_>) -> Option<bool> {
    let number = cursor.u8()?;
    cursor.skip(1)?;
    Some(number != 0)
}
