//! Items of S7 Communication: which bytes of the controller's memory are read or written, and their values.

use records::hexadecimal;

use crate::cursor::{ByteOrder, Cursor};

/// So many items of a job are named.
const ITEMS_MAX: u8 = 20;

/// Longer values are not told.
const VALUE_BYTES_MAX: usize = 16;

/// The return code of an item that was read or written.
pub(super) const SUCCESS: u8 = 0xff;

/// Names the items of a job, which follow their number.
pub(super) fn names(cursor: &mut Cursor<'_>) -> Option<Vec<String>> {
    let count = cursor.u8()?.min(ITEMS_MAX);
    let names = (0..count).map_while(|_| {
        // The kind of specification.
        cursor.skip(1)?;
        let length = cursor.u8()?;
        let specification = cursor.take(length.into())?;
        // Those with an odd length are filled up.
        if length % 2 == 1 {
            cursor.skip(1)?;
        }
        Some(
            name(specification)
                .unwrap_or_else(|| format!("0x{}", hexadecimal(specification.iter().copied(), ""))),
        )
    });
    Some(names.collect())
}

fn name(specification: &[u8]) -> Option<String> {
    const ANY: u8 = 0x10;
    let mut cursor = Cursor::new(specification, ByteOrder::Big);
    if cursor.u8()? != ANY {
        return None;
    }
    let (size, count, block, area) = (cursor.u8()?, cursor.u16()?, cursor.u16()?, cursor.u8()?);
    let address = cursor.take(3)?.iter().fold(0, |address: u32, byte| address << 8 | u32::from(*byte));
    let (byte, bit) = (address >> 3, address & 7);
    let place = match area {
        0x1c => return Some(format!("C{address} COUNTER {count}")),
        0x1d => return Some(format!("T{address} TIMER {count}")),
        0x80 => "P".to_owned(),
        0x81 => "I".to_owned(),
        0x82 => "Q".to_owned(),
        0x83 => "M".to_owned(),
        0x84 => format!("DB{block}.DBX"),
        0x85 => format!("DI{block}.DIX"),
        0x86 => "L".to_owned(),
        0x87 => "V".to_owned(),
        _ => return None,
    };
    Some(format!("{place}{byte}.{bit} {} {count}", size_name(size)?))
}

fn size_name(size: u8) -> Option<&'static str> {
    const NAMES: [&str; 10] = ["", "BIT", "BYTE", "CHAR", "WORD", "INT", "DWORD", "DINT", "REAL", "DATE"];
    NAMES.get(usize::from(size)).copied().filter(|name| !name.is_empty())
}

/// An item of data: its return code, and its value.
fn datum<'a>(cursor: &mut Cursor<'a>) -> Option<(u8, &'a [u8])> {
    const IN_BITS: [u8; 3] = [0x03, 0x04, 0x05];
    let (code, size, length) = (cursor.u8()?, cursor.u8()?, usize::from(cursor.u16()?));
    let length = if IN_BITS.contains(&size) { length.div_ceil(8) } else { length };
    let value = cursor.take(length)?;
    if length % 2 == 1 {
        // The last one is not filled up.
        let _ = cursor.skip(1);
    }
    Some((code, value))
}

/// The first value, where it is short.
pub(super) fn value(data: &[u8]) -> Option<String> {
    let (_, value) = datum(&mut Cursor::new(data, ByteOrder::Big))?;
    (1..=VALUE_BYTES_MAX).contains(&value.len()).then(|| hexadecimal(value.iter().copied(), ""))
}

/// The return code of the first item that failed, or else of the first.
pub(super) fn return_code(data: &[u8], count: u8) -> Option<u8> {
    let mut cursor = Cursor::new(data, ByteOrder::Big);
    let codes: Vec<u8> = (0..count).map_while(|_| datum(&mut cursor).map(|(code, _)| code)).collect();
    codes.iter().copied().find(|code| *code != SUCCESS).or(codes.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_named() {
        let name = |bytes: &[u8]| name(bytes).unwrap();
        assert_eq!(name(&[0x10, 2, 0, 4, 0, 1, 0x84, 0, 0, 0x50]), "DB1.DBX10.0 BYTE 4");
        assert_eq!(name(&[0x10, 1, 0, 1, 0, 0, 0x83, 0, 0, 0x0b]), "M1.3 BIT 1");
    }

    #[test]
    fn an_item_that_failed_is_told() {
        let data = [0xff, 4, 0, 8, 7, 0, 0x0a, 0, 0, 0];
        assert_eq!((return_code(&data, 2), value(&data)), (Some(0x0a), Some("07".to_owned())));
    }
}
