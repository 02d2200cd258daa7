//! Messages of IEC 60870-5-104: their control (clause 5), and data units (IEC 60870-5-101, clause 7).

use records::hexadecimal;

use crate::by_message::Framing;
use crate::cursor::Cursor;

const START: u8 = 0x68;

/// The control field alone.
const LENGTH_MIN: u8 = 4;
const LENGTH_MAX: u8 = 253;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    /// Data.
    Unit(Unit<'a>),
    /// Start, stop or test of the line.
    Control(u8),
    /// The receipt of data, or data that cannot be read.
    Other,
}

/// A unit of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit<'a> {
    pub(super) kind: u8,
    pub(super) objects: u8,
    pub(super) cause: u8,
    pub(super) is_negative: bool,
    pub(super) is_test: bool,
    pub(super) common_address: u16,
    pub(super) object_address: Option<u32>,
    /// The first object and what follows it.
    content: &'a [u8],
}

/// Where the message ends with which the bytes begin.
pub(super) fn framing(bytes: &[u8]) -> Framing {
    match bytes {
        [START, length @ LENGTH_MIN..=LENGTH_MAX, one, two, three, ..] => {
            // Receipts and control have nothing else in them; the numbers of data leave a bit free.
            let is_sound = match one & 3 {
                1 => *length == LENGTH_MIN && *one == 1 && *two == 0 && three & 1 == 0,
                3 => *length == LENGTH_MIN && (*two, *three) == (0, 0) && (one >> 2).is_power_of_two(),
                _ => *length > LENGTH_MIN && three & 1 == 0,
            };
            if is_sound { Framing::Message(2 + usize::from(*length)) } else { Framing::Wrong }
        }
        [START, LENGTH_MIN..=LENGTH_MAX, ..] | [START] | [] => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// Reads a whole message.
pub(super) fn read(bytes: &[u8]) -> Message<'_> {
    match bytes {
        [_, _, control, _, _, _] if control & 3 == 3 => Message::Control(*control),
        [_, _, control, _, _, _, unit @ ..] if control & 1 == 0 => {
            self::unit(unit).map_or(Message::Other, Message::Unit)
        }
        _ => Message::Other,
    }
}

fn unit(bytes: &[u8]) -> Option<Unit<'_>> {
    let mut cursor = Cursor::little(bytes);
    let (kind, variable, cause) = (cursor.u8()?, cursor.u8()?, cursor.u8()?);
    // Who began it.
    cursor.skip(1)?;
    let common_address = cursor.u16()?;
    let object_address = cursor.take(3).and_then(|address| match address {
        [low, middle, high] => Some(u32::from_le_bytes([*low, *middle, *high, 0])),
        _ => None,
    });
    Some(Unit {
        kind,
        objects: variable & 0x7f,
        cause: cause & 0x3f,
        is_negative: cause & 0x40 != 0,
        is_test: cause & 0x80 != 0,
        common_address,
        object_address,
        content: cursor.rest(),
    })
}

impl Unit<'_> {
    /// The first object's value, where it is short and its type is known.
    pub(super) fn value(&self) -> Option<String> {
        let mut cursor = Cursor::little(self.content);
        Some(match self.kind {
            1 | 2 | 30 | 45 | 58 => (cursor.u8()? & 1).to_string(),
            3 | 4 | 31 | 46 | 47 | 59 | 60 => (cursor.u8()? & 3).to_string(),
            9 | 10 | 21 | 34 | 48 | 61 | 110 => {
                (f64::from(cursor.u16()?.cast_signed()) / f64::from(1_u16 << 15)).to_string()
            }
            11 | 12 | 35 | 49 | 62 | 111 => cursor.u16()?.cast_signed().to_string(),
            13 | 14 | 36 | 50 | 63 | 112 => f32::from_bits(cursor.u32()?).to_string(),
            15 | 16 | 37 => cursor.u32()?.cast_signed().to_string(),
            7 | 8 | 33 | 51 | 64 => format!("0x{:08x}", cursor.u32()?),
            70 | 100 | 101 | 105 => cursor.u8()?.to_string(),
            // A time of seven bytes.
            103 => hexadecimal(cursor.take(7)?.iter().copied(), ""),
            _ => return None,
        })
    }

    /// Whether a command only selects.
    pub(super) fn selects(&self) -> Option<bool> {
        const SELECT: u8 = 0x80;
        let place = match self.kind {
            45..=47 | 58..=60 => 0,
            48 | 49 | 61 | 62 => 2,
            50 | 63 => 4,
            _ => return None,
        };
        self.content.get(place).map(|qualifier| qualifier & SELECT != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_is_told_from_data() {
        assert_eq!(framing(&[0x68, 4, 0x07, 0, 0, 0]), Framing::Message(6));
        assert_eq!(framing(&[0x68, 4, 0x0f, 0, 0, 0]), Framing::Wrong);
        assert_eq!(framing(&[0x68, 4, 0x01, 0, 2, 0]), Framing::Message(6));
        assert_eq!(framing(b"hello"), Framing::Wrong);
    }

    #[test]
    fn values_are_read() {
        let bytes = [50, 1, 6, 0, 1, 0, 9, 0, 0, 0, 0, 0x20, 0x41, 0x80];
        let unit = unit(&bytes).unwrap();
        assert_eq!((unit.value().as_deref(), unit.selects()), (Some("10"), Some(true)));
    }
}
