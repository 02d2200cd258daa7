//! What lies between TCP and protocols of the OSI world: packets with their length before them (TPKT, RFC 1006), and
//! in them the connection-oriented transport protocol (COTP, ISO 8073) of class 0.

use crate::by_message::Framing;
use crate::cursor::{ByteOrder, Cursor};

const HEADER_BYTES: u16 = 4;

/// What is sent is put together up to this length.
const UNIT_BYTES_MAX: usize = 64 * 1024;

/// Where the packet ends with which the bytes begin.
pub(crate) fn framing(bytes: &[u8]) -> Framing {
    match bytes {
        [3, 0, high, low, ..] => match u16::from_be_bytes([*high, *low]) {
            length if length > HEADER_BYTES => Framing::Message(length.into()),
            _ => Framing::Wrong,
        },
        [3, 0, ..] | [3] | [] => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// A packet of the transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cotp<'a> {
    /// A connection is asked for, or given.
    Connect,
    /// A piece of what one end sends.
    Data {
        /// Its bytes.
        piece: &'a [u8],
        /// Whether it ends what is sent.
        is_last: bool,
    },
    /// Something else.
    Other,
}

/// Reads a packet of TPKT.
pub(crate) fn cotp(packet: &[u8]) -> Option<Cotp<'_>> {
    const LAST: u8 = 0x80;
    let mut cursor = Cursor::new(packet, ByteOrder::Big);
    cursor.skip(HEADER_BYTES.into())?;
    let length = usize::from(cursor.u8()?);
    let header = cursor.take(length)?;
    Some(match header {
        [0xe0 | 0xd0, _, _, _, _, 0, ..] => Cotp::Connect,
        [0xf0, number] => Cotp::Data { piece: cursor.rest(), is_last: number & LAST != 0 },
        _ => Cotp::Other,
    })
}

/// Puts together what one end sends.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    bytes: Vec<u8>,
}

impl Unit {
    /// Takes the next piece; hands back what is whole.
    pub(crate) fn add(&mut self, piece: &[u8], is_last: bool) -> Option<Vec<u8>> {
        let room = UNIT_BYTES_MAX.saturating_sub(self.bytes.len());
        self.bytes.extend(piece.iter().take(room));
        is_last.then(|| std::mem::take(&mut self.bytes))
    }
}
