//! Frames of DNP3's link layer, and what the fragments say that are carried in them.

use std::borrow::Cow;

use crate::by_message::Framing;
use crate::cursor::Cursor;

/// Two start bytes, length, control, destination, source, checksum.
pub(super) const HEADER_BYTES: usize = 10;

/// The length counts what follows it in the header.
const LENGTH_MIN: u8 = 5;

/// So many bytes of content stand before each checksum.
const BLOCK_BYTES: usize = 16;
const CHECKSUM_BYTES: usize = 2;

/// Where the frame ends with which the bytes begin.
pub(super) fn framing(bytes: &[u8]) -> Framing {
    match bytes {
        [0x05, 0x64, length, ..] if bytes.len() >= HEADER_BYTES && has_good_header(bytes) => {
            let content = usize::from(length.saturating_sub(LENGTH_MIN));
            Framing::Message(HEADER_BYTES + content + content.div_ceil(BLOCK_BYTES) * CHECKSUM_BYTES)
        }
        [0x05, 0x64, ..] | [0x05] | [] if bytes.len() < HEADER_BYTES => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// Whether a header stands at the front whose checksum holds.
pub(super) fn has_good_header(bytes: &[u8]) -> bool {
    bytes.get(2).is_some_and(|length| *length >= LENGTH_MIN)
        && is_intact(bytes.get(..HEADER_BYTES).unwrap_or_default())
}

/// Whether the last two bytes are the checksum of those before.
fn is_intact(bytes: &[u8]) -> bool {
    bytes
        .split_last_chunk::<CHECKSUM_BYTES>()
        .is_some_and(|(content, sum)| checksum(content) == u16::from_le_bytes(*sum))
}

/// The CRC of IEEE 1815 (polynomial 0x3d65, bits reflected, inverted at the end).
fn checksum(bytes: &[u8]) -> u16 {
    let mut rest = 0_u16;
    for byte in bytes {
        rest ^= u16::from(*byte);
        for _ in 0..8 {
            rest = if rest & 1 == 0 { rest >> 1 } else { rest >> 1 ^ 0xa6bc };
        }
    }
    !rest
}

/// What a frame carries, without checksums: the byte of the transport function, then a piece of a fragment.
/// `Err` where a checksum is wrong.
pub(super) fn carried(frame: &[u8]) -> Result<Vec<u8>, ()> {
    let blocks = frame.get(HEADER_BYTES..).unwrap_or_default().chunks(BLOCK_BYTES + CHECKSUM_BYTES);
    let mut carried = Vec::with_capacity(frame.len());
    for block in blocks {
        let (content, _) =
            block.split_last_chunk::<CHECKSUM_BYTES>().filter(|_| is_intact(block)).ok_or(())?;
        carried.extend_from_slice(content);
    }
    Ok(carried)
}

/// The beginning of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) function: u8,
    /// Internal indications, in a response.
    pub(super) indications: Option<u16>,
    pub(super) objects: &'a [u8],
}

/// Reads the header of a fragment.
pub(super) fn header(fragment: &[u8]) -> Option<Header<'_>> {
    const RESPONSE: u8 = 0x80;
    match fragment {
        [_, function, high, low, objects @ ..] if *function >= RESPONSE => {
            let indications = Some(u16::from_be_bytes([*high, *low]));
            Some(Header { function: *function, indications, objects })
        }
        [_, function, objects @ ..] if *function < RESPONSE => {
            Some(Header { function: *function, indications: None, objects })
        }
        _ => None,
    }
}

/// A command for a relay (group 12, variation 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Control {
    pub(super) index: u32,
    code: u8,
    pub(super) count: u8,
    pub(super) on_time: u32,
    pub(super) off_time: u32,
    pub(super) status: u8,
}

impl Control {
    fn read(cursor: &mut Cursor<'_>, index: u32) -> Option<Self> {
        Some(Self {
            index,
            code: cursor.u8()?,
            count: cursor.u8()?,
            on_time: cursor.u32()?,
            off_time: cursor.u32()?,
            status: cursor.u8()?,
        })
    }

    pub(super) fn trip(&self) -> Cow<'static, str> {
        match self.code >> 6 {
            0 => "Nul".into(),
            1 => "Close".into(),
            2 => "Trip".into(),
            other => format!("unknown-{other}").into(),
        }
    }

    pub(super) fn operation(&self) -> Cow<'static, str> {
        match self.code & 0x0f {
            0 => "Nul".into(),
            1 => "Pulse On".into(),
            2 => "Pulse Off".into(),
            3 => "Latch On".into(),
            4 => "Latch Off".into(),
            other => format!("unknown-{other}").into(),
        }
    }
}

/// The commands for relays at the front of the objects of a fragment, at most `most` of them.
pub(super) fn controls(objects: &[u8], most: usize) -> Vec<Control> {
    let mut cursor = Cursor::little(objects);
    let mut found = Vec::new();
    while read_controls(&mut cursor, most, &mut found).is_some() {}
    found
}

/// Reads one object header and the commands behind it (IEEE 1815, section 4.2.2.7).
fn read_controls(cursor: &mut Cursor<'_>, most: usize, found: &mut Vec<Control>) -> Option<()> {
    const RELAY_COMMAND: [u8; 2] = [12, 1];
    if cursor.take(2)? != RELAY_COMMAND {
        return None;
    }
    let qualifier = cursor.u8()?;
    let (mut next, count) = match qualifier & 0x0f {
        0 => range(cursor.u8()?.into(), cursor.u8()?.into())?,
        1 => range(cursor.u16()?.into(), cursor.u16()?.into())?,
        7 => (0, cursor.u8()?.into()),
        8 => (0, cursor.u16()?.into()),
        _ => return None,
    };
    for _ in 0..count {
        let index = match qualifier >> 4 & 0x07 {
            0 => next,
            1 => cursor.u8()?.into(),
            2 => cursor.u16()?.into(),
            3 => cursor.u32()?,
            _ => return None,
        };
        next = next.saturating_add(1);
        if found.len() >= most {
            return None;
        }
        found.push(Control::read(cursor, index)?);
    }
    Some(())
}

fn range(first: u32, last: u32) -> Option<(u32, u32)> {
    Some((first, last.checked_sub(first)? + 1))
}

/// Zeek's name of a function.
pub(super) fn function_name(function: u8) -> Cow<'static, str> {
    const REQUESTS: [&str; 34] = [
        "CONFIRM",
        "READ",
        "WRITE",
        "SELECT",
        "OPERATE",
        "DIRECT_OPERATE",
        "DIRECT_OPERATE_NR",
        "IMMED_FREEZE",
        "IMMED_FREEZE_NR",
        "FREEZE_CLEAR",
        "FREEZE_CLEAR_NR",
        "FREEZE_AT_TIME",
        "FREEZE_AT_TIME_NR",
        "COLD_RESTART",
        "WARM_RESTART",
        "INITIALIZE_DATA",
        "INITIALIZE_APPL",
        "START_APPL",
        "STOP_APPL",
        "SAVE_CONFIG",
        "ENABLE_UNSOLICITED",
        "DISABLE_UNSOLICITED",
        "ASSIGN_CLASS",
        "DELAY_MEASURE",
        "RECORD_CURRENT_TIME",
        "OPEN_FILE",
        "CLOSE_FILE",
        "DELETE_FILE",
        "GET_FILE_INFO",
        "AUTHENTICATE_FILE",
        "ABORT_FILE",
        "ACTIVATE_CONFIG",
        "AUTHENTICATE_REQ",
        "AUTHENTICATE_ERR",
    ];
    match (function, REQUESTS.get(usize::from(function))) {
        (_, Some(name)) => (*name).into(),
        (0x81, _) => "RESPONSE".into(),
        (0x82, _) => "UNSOLICITED_RESPONSE".into(),
        (0x83, _) => "AUTHENTICATE_RESP".into(),
        (other, None) => format!("unknown-{other}").into(),
    }
}

/// What an outstation says of a command (IEEE 1815, table 11-8).
pub(super) fn status_name(status: u8) -> Cow<'static, str> {
    const NAMES: [&str; 19] = [
        "Success",
        "Timeout",
        "No Select",
        "Format Error",
        "Not Supported",
        "Already Active",
        "Hardware Error",
        "Local",
        "Too Many Objects",
        "Not Authorized",
        "Automation Inhibit",
        "Processing Limited",
        "Out Of Range",
        "Downstream Local",
        "Already Complete",
        "Blocked",
        "Canceled",
        "Blocked Other Master",
        "Downstream Fail",
    ];
    match NAMES.get(usize::from(status & 0x7f)) {
        Some(name) => (*name).into(),
        None => format!("unknown-{status}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        let mut frame = [0x05, 0x64, 0x05, 0x49, 0x64, 0x00, 0x01, 0x00, 0x7e, 0x5f];
        assert_eq!(framing(&frame), Framing::Message(10));
        frame[9] ^= 1;
        assert_eq!(framing(&frame), Framing::Wrong);
    }

    #[test]
    fn commands_are_read() {
        let objects = [12, 1, 0x28, 1, 0, 9, 0, 0x41, 1, 0xe8, 3, 0, 0, 0, 0, 0, 0, 0];
        let controls = controls(&objects, 8);
        assert_eq!(controls.len(), 1);
        let control = controls[0];
        assert_eq!((control.index, control.on_time, control.status), (9, 1000, 0));
        assert_eq!((control.trip().as_ref(), control.operation().as_ref()), ("Close", "Pulse On"));
    }
}
