//! Files that are packed in a way that is not read. Within a folder they are not what a capture begins with, and would be
//! passed over without a word.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// So many bytes at the beginning of a file tell.
const HEAD_BYTES: u64 = 10;

/// What packed the file, if it is one that only packs and is not read here.
pub(crate) fn packing_not_read(path: &Path) -> Option<&'static str> {
    let mut head = Vec::new();
    File::open(path).ok()?.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    match head.as_slice() {
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some("xz"),
        // The first block of a bzip2 file begins with the digits of pi, an empty one with those of its root.
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90] => Some("bzip2"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some("lz4"),
        _ => None,
    }
}
