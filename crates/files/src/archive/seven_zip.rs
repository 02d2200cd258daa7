//! 7z (Igor Pavlov, "7z Format description"): the listing stands at the end and is mostly packed itself.

mod header;
mod streams;

use super::Listing;
use crate::content::Content;
use crate::fields::Fields;
use streams::{Folder, Streams};

/// A longer listing is read as far as this.
const HEADER_BYTES_MAX: usize = 1 << 20;

const START_BYTES: u64 = 32;

pub(super) fn list(content: Content<'_>) -> Option<Listing> {
    const HEADER: u8 = 1;
    const PACKED_HEADER: u8 = 0x17;
    let mut fields = Fields(content.get(12, 16)?);
    let (offset, length) = (fields.u64()?, fields.u64()?);
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(HEADER_BYTES_MAX);
    let mut listing = Listing::default();
    let header = START_BYTES.checked_add(offset).and_then(|at| content.get(at, length)).unwrap_or_default();
    match header.split_first() {
        Some((&HEADER, rest)) => {
            let _cut_off = header::read(Fields(rest), &mut listing);
        }
        Some((&PACKED_HEADER, rest)) => match Streams::read(&mut Fields(rest)) {
            Some(streams) if streams.folders.iter().any(Folder::is_encrypted) => {
                listing.has_encrypted_names = true
            }
            Some(streams) => {
                let unpacked = unpack(content, &streams).unwrap_or_default();
                let _cut_off =
                    unpacked.split_first().and_then(|(_, rest)| header::read(Fields(rest), &mut listing));
            }
            None => {}
        },
        _ => {}
    }
    Some(listing)
}

/// Unpacks a listing that is packed with LZMA or not at all.
fn unpack(content: Content<'_>, streams: &Streams) -> Option<Vec<u8>> {
    let folder = streams.folders.first()?;
    let packed_length = usize::try_from(*streams.packed_sizes.first()?).ok()?.min(HEADER_BYTES_MAX);
    let packed = content.get(START_BYTES.checked_add(streams.packed_at)?, packed_length)?;
    folder.unpack(packed, HEADER_BYTES_MAX)
}
