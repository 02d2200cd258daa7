//! Which content a file has, without looking at its frames.

use std::path::PathBuf;

use crate::damage::OpenError;
use crate::folder::{self, Listed, Listing, Wanted};
use crate::input::Input;

/// How much is read at once.
const PORTION_LENGTH: usize = 256 * 1024;

/// What a file's content is known by: the same for a capture and the same capture compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Length of the unpacked content.
    pub content_bytes: u64,
    /// XXH3-128 of the unpacked content.
    pub content_hash: u128,
}

/// So much of a content's beginning tells it from most others.
const HEAD_LENGTH: usize = 64 * 1024;

/// The capture files that are meant by these paths, as [`Source::open`](crate::Source::open) finds them, and what
/// within folders cannot be read.
///
/// # Errors
/// A path that was given cannot be looked at, or a folder has no capture in it.
pub fn list_captures(paths: &[PathBuf]) -> Result<Listing, OpenError> {
    folder::list(paths, &folder::is_capture)
}

/// As [`list_captures`], but of folders those files for which `wanted` holds.
///
/// # Errors
/// A path that was given cannot be looked at, or a folder has no such file in it.
pub fn list_files(paths: &[PathBuf], wanted: Wanted<'_>) -> Result<Listing, OpenError> {
    folder::list(paths, wanted)
}

/// How a file's content begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// XXH3-128 of the beginning: the same for files with the same content.
    pub hash: u128,
    /// Whether the file is compressed, so that its length says nothing of that of the content.
    pub is_packed: bool,
}

/// The beginning of a file's content; `None` for what can be read only once.
pub fn content_head(file: &Listed) -> Option<Head> {
    if file.is_stream {
        return None;
    }
    let mut input = Input::of(file, None);
    let mut head = vec![0; HEAD_LENGTH];
    let length = input.fill(&mut head);
    let hash = xxhash_rust::xxh3::xxh3_128(head.get(..length).unwrap_or_default());
    Some(Head { hash, is_packed: input.is_packed() })
}

/// Reads a file through; `None` for what can be read only once, as the standard input or a named pipe.
pub fn identify(file: &Listed) -> Option<Identity> {
    if file.is_stream {
        return None;
    }
    let mut input = Input::of(file, None);
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
        let listed =
            |path: &PathBuf| list_captures(std::slice::from_ref(path)).unwrap().captures.pop().unwrap();
        let (plain, packed_file) = (listed(&plain), listed(&packed));
        let identity = identify(&plain).unwrap();
        assert_eq!(identity.content_bytes, content.len() as u64);
        assert_eq!(identify(&packed_file), Some(identity));
        let hash = |file: &Listed| content_head(file).unwrap().hash;
        assert_eq!(hash(&packed_file), hash(&plain));
        assert!(content_head(&packed_file).unwrap().is_packed);
        std::fs::write(&packed, zstd::encode_all(&content[1..], 1).unwrap()).unwrap();
        assert_ne!(identify(&packed_file), Some(identity));
        assert_ne!(hash(&packed_file), hash(&plain));
    }
}
