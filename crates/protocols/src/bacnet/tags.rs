//! Tagged values of BACnet (clause 20.2).

use records::{hexadecimal, text_from_bytes, text_from_utf16le};

use super::names::object_type_name;
use crate::cursor::{ByteOrder, Cursor};

/// Longer values are not told.
const VALUE_BYTES_MAX: usize = 64;

/// A tag and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag<'a> {
    /// A value of a type that its number tells.
    Typed(u8, &'a [u8]),
    /// A value whose type its place tells.
    Placed(u8, &'a [u8]),
    /// Values at this place begin.
    Opening(u8),
    /// They end.
    Closing(u8),
}

/// Reads tags one after the other.
pub(super) struct Tags<'a>(Cursor<'a>);

impl<'a> Tags<'a> {
    pub(super) fn new(content: &'a [u8]) -> Self {
        Self(Cursor::new(content, ByteOrder::Big))
    }

    /// The value at this place, if it comes next; else nothing is read.
    pub(super) fn placed(&mut self, place: u8) -> Option<&'a [u8]> {
        let before = self.0;
        match self.next() {
            Some(Tag::Placed(number, value)) if number == place => Some(value),
            _ => {
                self.0 = before;
                None
            }
        }
    }

    /// Whether values at this place begin; else nothing is read.
    pub(super) fn opens(&mut self, place: u8) -> bool {
        let before = self.0;
        let opens = self.next() == Some(Tag::Opening(place));
        if !opens {
            self.0 = before;
        }
        opens
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        const PLACED: u8 = 0x08;
        const BOOLEAN: u8 = 1;
        let cursor = &mut self.0;
        let head = cursor.u8()?;
        let number = if head >> 4 == 0x0f { cursor.u8()? } else { head >> 4 };
        let is_placed = head & PLACED != 0;
        let length = match head & 0x07 {
            6 if is_placed => return Some(Tag::Opening(number)),
            7 if is_placed => return Some(Tag::Closing(number)),
            // The value stands in the place of the length.
            value @ ..=1 if !is_placed && number == BOOLEAN => {
                return Some(Tag::Typed(number, if value == 0 { &[0] } else { &[1] }));
            }
            5 => match cursor.u8()? {
                254 => usize::from(cursor.u16()?),
                255 => usize::try_from(cursor.u32()?).ok()?,
                length => length.into(),
            },
            length => length.into(),
        };
        let value = cursor.take(length)?;
        Some(if is_placed { Tag::Placed(number, value) } else { Tag::Typed(number, value) })
    }
}

/// A whole number of up to eight bytes.
pub(super) fn unsigned(value: &[u8]) -> Option<u64> {
    (1..=8)
        .contains(&value.len())
        .then(|| value.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// A whole number of up to four bytes.
pub(super) fn number(value: &[u8]) -> Option<u32> {
    unsigned(value).and_then(|number| u32::try_from(number).ok())
}

/// Type and number of an object.
pub(super) fn object(value: &[u8]) -> Option<(u16, u32)> {
    let both = u32::from_be_bytes(*value.first_chunk().filter(|_| value.len() == 4)?);
    Some(((both >> 22) as u16, both & 0x3f_ffff))
}

/// A value of the type with this number as text.
pub(super) fn text(kind: u8, value: &[u8]) -> Option<String> {
    if value.len() > VALUE_BYTES_MAX {
        return None;
    }
    Some(match (kind, value) {
        (0, []) => "null".to_owned(),
        (1, [value]) => (*value != 0).to_string(),
        (2 | 9, value) => unsigned(value)?.to_string(),
        (3, [first, ..]) => {
            let sign = if first & 0x80 == 0 { 0 } else { -1 };
            value.iter().take(8).fold(sign, |number: i64, byte| number << 8 | i64::from(*byte)).to_string()
        }
        (4, value) => f32::from_be_bytes(*value.first_chunk()?).to_string(),
        (5, value) => f64::from_be_bytes(*value.first_chunk()?).to_string(),
        (7, [0, text @ ..]) => text_from_bytes(text),
        (7, [4, text @ ..]) => {
            let (pairs, _) = text.as_chunks::<2>();
            text_from_utf16le(&pairs.iter().flat_map(|[high, low]| [*low, *high]).collect::<Vec<_>>())
        }
        (10, [year, month, day, _]) => format!("{:04}-{month:02}-{day:02}", 1900 + u16::from(*year)),
        (11, [hour, minute, second, _]) => format!("{hour:02}:{minute:02}:{second:02}"),
        (12, value) => {
            let (kind, instance) = object(value)?;
            format!("{} {instance}", object_type_name(kind))
        }
        (_, value) => format!("0x{}", hexadecimal(value.iter().copied(), "")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text() {
        assert_eq!(text(4, &21.5_f32.to_be_bytes()).unwrap(), "21.5");
        assert_eq!(text(3, &[0xff, 0xfe]).unwrap(), "-2");
        assert_eq!(text(12, &[0x02, 0, 0, 5]).unwrap(), "device 5");
        assert_eq!(text(7, b"\0on").unwrap(), "on");
    }

    #[test]
    fn tags_are_read() {
        let mut tags = Tags::new(&[0x19, 0x55, 0x3e, 0x11, 0x3f]);
        assert_eq!(tags.placed(0), None);
        assert_eq!(tags.placed(1), Some(&[0x55][..]));
        assert!(tags.opens(3));
        assert_eq!(tags.next(), Some(Tag::Typed(1, &[1])));
        assert_eq!(tags.next(), Some(Tag::Closing(3)));
    }
}
