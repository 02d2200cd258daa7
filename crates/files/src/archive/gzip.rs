//! Gzip (RFC 1952): one file.

use super::Listing;
use crate::content::Content;
use crate::fields::Fields;
use crate::listed::some_text;

pub(super) fn list(content: Content<'_>) -> Option<Listing> {
    const HAS_EXTRA: u8 = 4;
    const HAS_NAME: u8 = 8;
    const HAS_COMMENT: u8 = 16;
    let mut fields = Fields(content.head());
    fields.skip(3)?;
    let flags = fields.u8()?;
    fields.skip(6)?;
    if flags & HAS_EXTRA != 0 {
        let length = usize::from(fields.u16()?);
        fields.skip(length)?;
    }
    let name = if flags & HAS_NAME != 0 { fields.text()? } else { b"" };
    let mut listing = Listing::default();
    // The size of the last member; more of them are seldom.
    let size = content.length().and_then(|length| content.get(length.checked_sub(4)?, 4));
    let size = size.and_then(|size| size.try_into().ok()).map(|size| u64::from(u32::from_le_bytes(size)));
    listing.push(name, size, false);
    if flags & HAS_COMMENT != 0 {
        listing.comment = fields.text().and_then(some_text);
    }
    Some(listing)
}
