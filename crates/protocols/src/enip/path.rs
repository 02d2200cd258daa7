//! Paths of CIP: which object a request is for (The CIP Networks Library, volume 1, appendix C).

use records::text_from_bytes;

use crate::cursor::Cursor;

/// A path has at most so many segments that are read.
const SEGMENTS_MAX: usize = 32;

/// The object at the end of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) class: Option<u32>,
    pub(super) instance: Option<u32>,
    pub(super) attribute: Option<u32>,
    /// Parts of the name of a tag.
    pub(super) symbol: Option<String>,
}

impl Target {
    /// Reads a path; what is damaged or not known ends it.
    pub(super) fn read(path: &[u8]) -> Self {
        let mut cursor = Cursor::little(path);
        let mut target = Self::default();
        for _ in 0..SEGMENTS_MAX {
            if target.segment(&mut cursor).is_none() {
                break;
            }
        }
        target
    }

    fn segment(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        const PORT: u8 = 0;
        const LOGICAL: u8 = 1;
        const SYMBOL: u8 = 0x91;
        let kind = cursor.u8()?;
        match kind >> 5 {
            _ if kind == SYMBOL => {
                let length = usize::from(cursor.u8()?);
                let name = text_from_bytes(cursor.take(length)?);
                match &mut self.symbol {
                    Some(symbol) => *symbol = format!("{symbol}.{name}"),
                    None => self.symbol = Some(name),
                }
                cursor.skip(length % 2)
            }
            PORT => {
                // The address of a link may be longer than a byte.
                let length = if kind & 0x10 == 0 { 1 } else { usize::from(cursor.u8()?) };
                let extended = if kind & 0x0f == 0x0f { 2 } else { 0 };
                cursor.skip(extended + length)?;
                cursor.skip(cursor.position() % 2)
            }
            LOGICAL => self.logical(kind, cursor),
            _ => None,
        }
    }

    fn logical(&mut self, kind: u8, cursor: &mut Cursor<'_>) -> Option<()> {
        const ELECTRONIC_KEY: u8 = 0x34;
        if kind == ELECTRONIC_KEY {
            let length = cursor.u8()?;
            return cursor.skip(if length == 4 { 8 } else { usize::from(length) });
        }
        let value = match kind & 0x03 {
            0 => u32::from(cursor.u8()?),
            1 => {
                cursor.skip(1)?;
                cursor.u16()?.into()
            }
            2 => {
                cursor.skip(1)?;
                cursor.u32()?
            }
            _ => return None,
        };
        match kind >> 2 & 0x07 {
            0 => self.class = Some(value),
            1 => self.instance = Some(value),
            4 => self.attribute = Some(value),
            2 => {
                // A member of what was named before: an element of an array.
                if let Some(symbol) = &mut self.symbol {
                    *symbol = format!("{symbol}[{value}]");
                }
            }
            3 => {}
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_tags_are_named() {
        let target = Target::read(&[0x20, 0x01, 0x25, 0, 0x02, 0x01, 0x30, 7]);
        assert_eq!((target.class, target.instance, target.attribute), (Some(1), Some(0x102), Some(7)));
        let target = Target::read(b"\x91\x05Motor\0\x28\x03\x91\x03Run\0");
        assert_eq!(target.symbol.as_deref(), Some("Motor[3].Run"));
        let target = Target::read(&[0x01, 0x00, 0x20, 0x06, 0x24, 0x01]);
        assert_eq!((target.class, target.instance), (Some(6), Some(1)));
    }
}
