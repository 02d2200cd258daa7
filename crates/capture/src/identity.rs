//! Which content a file has, without looking at its frames.

use std::path::{Path, PathBuf};

use crate::damage::OpenError;
use crate::folder;
use crate::input::Input;
use crate::raw_file::is_standard_input;

/// How much is read at once.
const PORTION_LENGTH: usize = 256 * 1024;

/// What a file's content is known by: the same for a capture and the same capture compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Length of the unpacked content.
    pub content_bytes: u64,
    /// XXH3-128 of the unpacked content.
    pub content_hash: u128,
}

/// The capture files that are meant by these paths, as [`Source::open`](crate::Source::open) finds them.
pub fn list_captures(paths: &[PathBuf]) -> Result<Vec<PathBuf>, OpenError> {
    Ok(folder::list(paths)?.into_iter().map(|listed| listed.path).collect())
}

/// Reads a file through; `None` for the standard input, which can be read only once.
pub fn identify(path: &Path) -> Option<Identity> {
    if is_standard_input(path) {
        return None;
    }
    let mut input = Input::new(path, None);
    let mut portion = vec![0; PORTION_LENGTH];
    while input.fill(&mut portion) > 0 {}
    let (content_bytes, content_hash) = input.content();
    Some(Identity { content_bytes, content_hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_the_same_file_compressed_have_the_same_identity() {
        let folder = tempfile::tempdir().unwrap();
        let content = b"some content that is long enough to be unpacked".repeat(10_000);
        let (plain, packed) = (folder.path().join("plain"), folder.path().join("packed"));
        std::fs::write(&plain, &content).unwrap();
        std::fs::write(&packed, zstd::encode_all(content.as_slice(), 1).unwrap()).unwrap();
        let identity = identify(&plain).unwrap();
        assert_eq!(identity.content_bytes, content.len() as u64);
        assert_eq!(identify(&packed), Some(identity));
        std::fs::write(&packed, zstd::encode_all(&content[1..], 1).unwrap()).unwrap();
        assert_ne!(identify(&packed), Some(identity));
    }
}
