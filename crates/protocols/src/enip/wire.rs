//! The encapsulation of EtherNet/IP: its header, the items behind it, and what devices say of themselves.

use std::net::{IpAddr, Ipv4Addr};

use crate::analyzer::Verdict;
use crate::by_message::Framing;
use crate::cursor::Cursor;

const HEADER_BYTES: usize = 24;

/// A message has at most so many items: address and data, and two addresses of sockets.
const ITEMS_MAX: u16 = 4;

/// Commands.
pub(super) mod command {
    pub(in super::super) const NOP: u16 = 0x00;
    pub(in super::super) const LIST_SERVICES: u16 = 0x04;
    pub(in super::super) const LIST_IDENTITY: u16 = 0x63;
    pub(in super::super) const LIST_INTERFACES: u16 = 0x64;
    pub(in super::super) const REGISTER_SESSION: u16 = 0x65;
    pub(in super::super) const UNREGISTER_SESSION: u16 = 0x66;
    pub(in super::super) const SEND_REQUEST: u16 = 0x6f;
    pub(in super::super) const SEND_UNIT: u16 = 0x70;
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) command: u16,
    pub(super) session: u32,
    pub(super) status: u32,
    pub(super) context: u64,
    pub(super) content: &'a [u8],
}

/// CIP in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carried<'a> {
    /// Sequence count, on a connection of CIP.
    pub(super) sequence: Option<u16>,
    pub(super) cip: &'a [u8],
}

/// What a device says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) vendor: u16,
    pub(super) device_type: u16,
    pub(super) product_code: u16,
    pub(super) revision: [u8; 2],
    pub(super) status: u16,
    pub(super) serial: u32,
    pub(super) name: Vec<u8>,
    pub(super) state: Option<u8>,
}

/// Reads a message that is whole, but for an end that was cut.
pub(super) fn read(bytes: &[u8]) -> Option<Message<'_>> {
    let mut cursor = Cursor::little(bytes);
    let command = cursor.u16()?;
    cursor.skip(2)?;
    let (session, status, context) = (cursor.u32()?, cursor.u32()?, cursor.u64()?);
    cursor.skip(4)?;
    Some(Message { command, session, status, context, content: cursor.rest() })
}

/// Where the message ends with which the bytes begin.
pub(super) fn framing(bytes: &[u8]) -> Framing {
    let mut cursor = Cursor::little(bytes);
    let Some((command, length)) = cursor.u16().zip(cursor.u16()) else { return Framing::Short };
    if !is_command(command) {
        return Framing::Wrong;
    }
    match bytes.get(..HEADER_BYTES) {
        None => Framing::Short,
        // Options are reserved.
        Some([.., 0, 0, 0, 0]) => Framing::Message(HEADER_BYTES + usize::from(length)),
        Some(_) => Framing::Wrong,
    }
}

fn is_command(command: u16) -> bool {
    matches!(command, 0x00 | 0x01 | 0x04 | 0x63..=0x66 | 0x6f | 0x70 | 0x72 | 0x73)
}

/// What the first bytes of one end say.
pub(super) fn begins(bytes: &[u8]) -> Verdict {
    let length = match framing(bytes) {
        Framing::Wrong => return Verdict::No,
        Framing::Short => return Verdict::Maybe,
        Framing::Message(whole) => whole - HEADER_BYTES,
    };
    let Some(message) = read(bytes) else { return Verdict::Maybe };
    let is_sound = match (message.command, length) {
        (command::REGISTER_SESSION, 4) => matches!(message.content, [1, 0, 0, 0, ..]),
        // What a datagram of a device holds follows its length.
        (command::LIST_SERVICES | command::LIST_IDENTITY | command::LIST_INTERFACES, 0) => true,
        (command::LIST_SERVICES | command::LIST_IDENTITY, _) => {
            message.session == 0 && matches!(message.content, [1..=8, 0, 0x0c | 0x00, 0x00 | 0x01, ..])
        }
        (command::UNREGISTER_SESSION, 0) => message.session != 0,
        (command::SEND_REQUEST | command::SEND_UNIT, 16..) => {
            message.session != 0 && matches!(message.content, [0, 0, 0, 0, _, _, 1..=4, 0, ..])
        }
        _ => return Verdict::Maybe,
    };
    if is_sound && message.status <= 0x69 { Verdict::Match } else { Verdict::No }
}

/// The items of a message: their types and contents.
fn items<'a>(mut cursor: Cursor<'a>) -> impl Iterator<Item = (u16, &'a [u8])> {
    let count = cursor.u16().unwrap_or(0).min(ITEMS_MAX);
    (0..count).map_while(move |_| {
        let (kind, length) = (cursor.u16()?, cursor.u16()?);
        Some((kind, cursor.take(length.into())?))
    })
}

/// The CIP that a message carries.
pub(super) fn carried<'a>(message: &Message<'a>) -> Option<Carried<'a>> {
    const CONNECTED: u16 = 0xb1;
    const UNCONNECTED: u16 = 0xb2;
    if !matches!(message.command, command::SEND_REQUEST | command::SEND_UNIT) {
        return None;
    }
    let mut cursor = Cursor::little(message.content);
    // The interface, which is CIP's, and a time-out.
    cursor.skip(6)?;
    items(cursor).find_map(|(kind, content)| match kind {
        CONNECTED => {
            let mut cursor = Cursor::little(content);
            Some(Carried { sequence: Some(cursor.u16()?), cip: cursor.rest() })
        }
        UNCONNECTED => Some(Carried { sequence: None, cip: content }),
        _ => None,
    })
}

/// The devices that answer `List Identity` in a message.
pub(super) fn identities(message: &Message<'_>) -> Vec<Identity> {
    const IDENTITY: u16 = 0x0c;
    if message.command != command::LIST_IDENTITY {
        return Vec::new();
    }
    let items = items(Cursor::little(message.content));
    items.filter_map(|(kind, content)| if kind == IDENTITY { identity(content) } else { None }).collect()
}

fn identity(content: &[u8]) -> Option<Identity> {
    let mut cursor = Cursor::little(content);
    // The version of the encapsulation, and the address family.
    cursor.skip(4)?;
    let port = u16::from_be_bytes(*cursor.take(2)?.first_chunk()?);
    let address = IpAddr::V4(Ipv4Addr::from(*cursor.take(4)?.first_chunk::<4>()?));
    cursor.skip(8)?;
    let (vendor, device_type, product_code) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let revision = [cursor.u8()?, cursor.u8()?];
    let (status, serial) = (cursor.u16()?, cursor.u32()?);
    let length = cursor.u8()?;
    let name = cursor.take(length.into())?.to_vec();
    let state = cursor.u8();
    Some(Identity { address, port, vendor, device_type, product_code, revision, status, serial, name, state })
}
