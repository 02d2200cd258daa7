//! Messages of PROFINET DCP and the blocks in them.

use std::borrow::Cow;

use crate::cursor::{ByteOrder, Cursor};

/// So many blocks of a message are read.
const BLOCKS_MAX: usize = 32;

/// What a message asks for or answers.
pub(super) mod service {
    pub(in super::super) const GET: u8 = 3;
    pub(in super::super) const SET: u8 = 4;
    pub(in super::super) const IDENTIFY: u8 = 5;
    pub(in super::super) const HELLO: u8 = 6;
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) service: u8,
    pub(super) kind: u8,
    pub(super) xid: u32,
    pub(super) blocks: Vec<Block<'a>>,
}

/// A block: an option and what is said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block<'a> {
    pub(super) option: (u8, u8),
    pub(super) value: &'a [u8],
}

/// Whether the payload of a frame is a message: the numbers before are those of cyclic data and alarms.
pub(super) fn is_dcp(payload: &[u8]) -> bool {
    matches!(payload, [0xfe, 0xfc..=0xff, service::GET..=service::HELLO, ..])
}

/// Reads a message; a block that is cut ends it.
pub(super) fn read(payload: &[u8]) -> Option<Message<'_>> {
    let mut cursor = Cursor::new(payload, ByteOrder::Big);
    cursor.skip(2)?;
    let (service, kind, xid) = (cursor.u8()?, cursor.u8()?, cursor.u32()?);
    // How long the answer may take.
    cursor.skip(2)?;
    let length = cursor.u16()?;
    let rest = cursor.rest();
    let mut cursor = Cursor::new(rest.get(..length.into()).unwrap_or(rest), ByteOrder::Big);
    let next = |_| {
        if is_request(kind) && service == service::GET {
            asked(&mut cursor)
        } else {
            block(&mut cursor, service, kind)
        }
    };
    let blocks = (0..BLOCKS_MAX).map_while(next).collect();
    Some(Message { service, kind, xid, blocks })
}

fn is_request(kind: u8) -> bool {
    kind & 1 == 0
}

/// An option that is asked for.
fn asked<'a>(cursor: &mut Cursor<'a>) -> Option<Block<'a>> {
    Some(Block { option: (cursor.u8()?, cursor.u8()?), value: &[] })
}

fn block<'a>(cursor: &mut Cursor<'a>, service: u8, kind: u8) -> Option<Block<'a>> {
    let option = (cursor.u8()?, cursor.u8()?);
    let length = usize::from(cursor.u16()?);
    let value = cursor.take(length)?;
    if length % 2 == 1 {
        // The last one may not be filled up.
        let _ = cursor.skip(1);
    }
    // What is set has a qualifier before it, what is told a state; filters and the results of setting have neither.
    let has_head = match service {
        service::SET => is_request(kind),
        service::IDENTIFY => !is_request(kind),
        _ => true,
    };
    let value = if has_head { value.get(2..).unwrap_or_default() } else { value };
    Some(Block { option, value })
}

/// Name of an option.
pub(super) fn option_name(option: (u8, u8)) -> Cow<'static, str> {
    let name = match option {
        (1, 1) => "MAC Address",
        (1, 2) => "IP Parameter",
        (1, 3) => "Full IP Suite",
        (2, 1) => "Type of Station",
        (2, 2) => "NameOfStation",
        (2, 3) => "Device ID",
        (2, 4) => "Device Role",
        (2, 5) => "Device Options",
        (2, 6) => "Alias Name",
        (2, 7) => "Device Instance",
        (2, 8) => "OEM Device ID",
        (3, _) => "DHCP",
        (5, 1) => "Start Transaction",
        (5, 2) => "End Transaction",
        (5, 3) => "Signal",
        (5, 4) => "Response",
        (5, 5) => "Factory Reset",
        (5, 6) => "Reset to Factory",
        (6, 1) => "Device Initiative",
        (0xff, 0xff) => "All",
        (option, suboption) => return format!("unknown-{option}-{suboption}").into(),
    };
    name.into()
}

/// Name of a service.
pub(super) fn service_name(service: u8) -> Cow<'static, str> {
    match service {
        service::GET => "Get".into(),
        service::SET => "Set".into(),
        service::IDENTIFY => "Identify".into(),
        service::HELLO => "Hello".into(),
        service => format!("unknown-{service}").into(),
    }
}

/// Name of a kind of message.
pub(super) fn kind_name(kind: u8) -> Cow<'static, str> {
    match kind {
        0 => "Request".into(),
        1 => "Success".into(),
        5 => "Not Supported".into(),
        kind => format!("unknown-{kind}").into(),
    }
}
