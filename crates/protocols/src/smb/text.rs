//! Names in messages of SMB.

use records::text_from_utf16le;

/// Longer names are cut: no path of Windows is longer.
const NAME_BYTES_MAX: usize = 64 * 1024;

/// A name in UTF-16, without the zero that may end it.
pub(super) fn utf16_name(bytes: &[u8]) -> String {
    let bytes = bytes.get(..NAME_BYTES_MAX).unwrap_or(bytes);
    text_from_utf16le(bytes.strip_suffix(&[0, 0]).filter(|_| bytes.len().is_multiple_of(2)).unwrap_or(bytes))
}
