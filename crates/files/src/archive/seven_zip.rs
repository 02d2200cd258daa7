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

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: u16 = 60_000;

    /// One folder with one coder, and the same number of files in it, told so many times.
    fn streams(times: usize) -> Vec<u8> {
        let [low, high] = FILES.to_le_bytes();
        [&[7, 11, 1, 0, 1, 1, 0, 12, 100, 0][..], &[8, 13, 0xc0, low, high, 0].repeat(times), &[0]].concat()
    }

    #[test]
    fn a_listing_that_repeats_itself_takes_neither_memory_nor_time() {
        let files = |times| {
            let streams = Streams::read(&mut Fields(&streams(times)));
            streams.map(|streams| streams.folders.iter().map(|folder| folder.files.len()).sum::<usize>())
        };
        assert_eq!((files(1), files(2)), (Some(usize::from(FILES)), None));
        let streams = [&[4][..], &streams(1)].concat();
        let read = |times: usize| {
            let bytes = [&streams.repeat(times)[..], &[5, 0, 0]].concat();
            header::read(Fields(&bytes), &mut Listing::default())
        };
        assert_eq!((read(1), read(2)), (Some(()), None));
    }
}
