//! RAR, versions 4 and 5: headers, each before its file.

use super::Listing;
use crate::content::Content;
use crate::fields::Fields;

/// More headers are not read.
const HEADERS_MAX: usize = 65_536;

const MARK_4: &[u8] = b"Rar!\x1a\x07\0";
const MARK_5: &[u8] = b"Rar!\x1a\x07\x01\0";

pub(super) fn list(content: Content<'_>) -> Option<Listing> {
    let mut listing = Listing::default();
    let mut at = if content.head().starts_with(MARK_5) { MARK_5.len() } else { MARK_4.len() } as u64;
    let is_5 = content.head().starts_with(MARK_5);
    if !is_5 && !content.head().starts_with(MARK_4) {
        return None;
    }
    for _ in 0..HEADERS_MAX {
        let Some(rest) = content.upto(at, usize::MAX) else { break };
        let length = if is_5 { header_5(rest, &mut listing) } else { header_4(rest, &mut listing) };
        let Some(next) = length.and_then(|length| at.checked_add(length.max(1))) else { break };
        at = next;
    }
    Some(listing)
}

/// Reads a header; returns how far it is to the next one.
fn header_4(bytes: &[u8], listing: &mut Listing) -> Option<u64> {
    const MAIN: u8 = 0x73;
    const FILE: u8 = 0x74;
    const HAS_ENCRYPTED_HEADERS: u16 = 0x80;
    const IS_FOLLOWED: u16 = 0x8000;
    let mut fields = Fields(bytes);
    fields.skip(2)?;
    let (kind, flags, length) = (fields.u8()?, fields.u16()?, fields.u16()?);
    let behind = if flags & IS_FOLLOWED != 0 || kind == FILE { fields.u32()? } else { 0 };
    match kind {
        MAIN if flags & HAS_ENCRYPTED_HEADERS != 0 => {
            listing.has_encrypted_names = true;
            return None;
        }
        FILE => file_4(fields, flags, listing)?,
        _ => {}
    }
    Some(u64::from(length) + u64::from(behind))
}

fn file_4(mut fields: Fields<'_>, flags: u16, listing: &mut Listing) -> Option<()> {
    const IS_ENCRYPTED: u16 = 4;
    const IS_FOLDER: u16 = 0xe0;
    const IS_LARGE: u16 = 0x100;
    let size = u64::from(fields.u32()?);
    fields.skip(10)?;
    let method = fields.u8()?;
    // Methods have the numbers from 0x30 to 0x35: other headers are encrypted or broken.
    if !(0x30..=0x35).contains(&method) {
        return None;
    }
    let name_length = usize::from(fields.u16()?);
    fields.skip(if flags & IS_LARGE != 0 { 12 } else { 4 })?;
    let name = fields.take(name_length)?;
    // Behind a zero the name follows in an encoding of its own.
    let name = name.split(|byte| *byte == 0).next().unwrap_or(name);
    if flags & IS_FOLDER != IS_FOLDER {
        listing.push(name, Some(size), flags & IS_ENCRYPTED != 0);
    }
    Some(())
}

/// Reads a header; returns how far it is to the next one.
fn header_5(bytes: &[u8], listing: &mut Listing) -> Option<u64> {
    const FILE: u64 = 2;
    const ENCRYPTION: u64 = 4;
    const END: u64 = 5;
    let mut fields = Fields(bytes);
    fields.skip(4)?;
    let length = number(&mut fields)?;
    let behind_length = bytes.len() - fields.0.len();
    let mut header = Fields(fields.0.get(..usize::try_from(length).ok()?)?);
    let (kind, flags) = (number(&mut header)?, number(&mut header)?);
    let extra = if flags & 1 != 0 { number(&mut header)? } else { 0 };
    let data = if flags & 2 != 0 { number(&mut header)? } else { 0 };
    match kind {
        FILE => file_5(header, extra, listing)?,
        ENCRYPTION => {
            listing.has_encrypted_names = true;
            return None;
        }
        END => return None,
        _ => {}
    }
    (behind_length as u64).checked_add(length)?.checked_add(data)
}

fn file_5(mut header: Fields<'_>, extra: u64, listing: &mut Listing) -> Option<()> {
    const IS_FOLDER: u64 = 1;
    const HAS_TIME: u64 = 2;
    const HAS_CHECKSUM: u64 = 4;
    const HAS_NO_SIZE: u64 = 8;
    const ENCRYPTION: u64 = 1;
    let (flags, size) = (number(&mut header)?, number(&mut header)?);
    number(&mut header)?;
    header.skip(if flags & HAS_TIME != 0 { 4 } else { 0 })?;
    header.skip(if flags & HAS_CHECKSUM != 0 { 4 } else { 0 })?;
    number(&mut header)?;
    number(&mut header)?;
    let name_length = usize::try_from(number(&mut header)?).ok()?;
    let name = header.take(name_length)?;
    let extra = usize::try_from(extra).ok()?.min(header.0.len());
    let mut records = Fields(header.0.get(header.0.len() - extra..)?);
    let mut is_encrypted = false;
    while let Some(length) = number(&mut records).filter(|length| *length > 0) {
        let Some(record) = usize::try_from(length).ok().and_then(|length| records.take(length)) else {
            break;
        };
        is_encrypted |= number(&mut Fields(record)) == Some(ENCRYPTION);
    }
    if flags & IS_FOLDER == 0 {
        listing.push(name, Some(size).filter(|_| flags & HAS_NO_SIZE == 0), is_encrypted);
    }
    Some(())
}

/// A number of as many bytes as it needs, seven bits each.
fn number(fields: &mut Fields<'_>) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let byte = fields.u8()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
