//! Tar (POSIX, "ustar"): headers, each before its file.

use super::Listing;
use crate::content::Content;

const BLOCK_BYTES: usize = 512;

pub(super) fn list(content: Content<'_>) -> Option<Listing> {
    /// The next name is longer than its header (GNU).
    const LONG_NAME: u8 = b'L';
    const NAME_BYTES_MAX: usize = 256;
    let mut listing = Listing::default();
    let (mut at, mut long_name) = (0_u64, None);
    while let Some(header) = content.get(at, BLOCK_BYTES).filter(|header| header.first() != Some(&0)) {
        let Some(size) = octal(header.get(124..136)?) else { break };
        match header.get(156)? {
            &LONG_NAME => long_name = content.text(at + BLOCK_BYTES as u64, NAME_BYTES_MAX),
            0 | b'0' | b'7' => {
                let name = long_name.take().map_or_else(|| name(header), <[u8]>::to_vec);
                listing.push(&name, Some(size), false);
            }
            // Folders, links, and what describes the next one.
            _ => long_name = None,
        }
        let blocks = size.div_ceil(BLOCK_BYTES as u64) + 1;
        let Some(next) = blocks.checked_mul(BLOCK_BYTES as u64).and_then(|length| at.checked_add(length))
        else {
            break;
        };
        at = next;
    }
    (at > 0).then_some(listing)
}

fn name(header: &[u8]) -> Vec<u8> {
    let text = |from: usize, to: usize| {
        let bytes = header.get(from..to).unwrap_or_default();
        bytes.get(..memchr::memchr(0, bytes).unwrap_or(bytes.len())).unwrap_or_default()
    };
    let (folder, name) = (text(345, 500), text(0, 100));
    let is_posix = header.get(257..263) == Some(b"ustar\0");
    if folder.is_empty() || !is_posix { name.to_vec() } else { [folder, b"/", name].concat() }
}

fn octal(digits: &[u8]) -> Option<u64> {
    let digits = digits.trim_ascii_start();
    let count = digits.iter().take_while(|digit| (b'0'..=b'7').contains(digit)).count();
    digits
        .iter()
        .take(count)
        .try_fold(0_u64, |number, digit| number.checked_mul(8).map(|number| number + u64::from(digit - b'0')))
}
