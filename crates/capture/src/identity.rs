//! Which content a file has, without looking at its frames.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::damage::OpenError;
use crate::folder;
use crate::input::Input;
use crate::raw_file::is_standard_input;

/// How much is read at once.
const PORTION_LENGTH: usize = 256 * 1024;

/// Files that begin with so many equal bytes are compared as a whole: the times of their first frames are equal.
const HEAD_BYTES: u64 = 16 * 1024;

/// What a file's content is known by: the same for a capture and the same capture compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// Reads a file through; `None` for what can be read only once, as the standard input. The content of a damaged
/// file ends where it cannot be unpacked any further.
pub fn identify(path: &Path) -> Option<Identity> {
    can_be_read_again(path).then(|| identity(path, u64::MAX))
}

/// Takes out the files that have the content of one before them, and gives them back.
pub fn take_repeats(paths: &mut Vec<PathBuf>) -> Vec<PathBuf> {
    let mut alike: BTreeMap<Identity, Vec<usize>> = BTreeMap::new();
    for (place, path) in paths.iter().enumerate().filter(|(_, path)| can_be_read_again(path)) {
        alike.entry(identity(path, HEAD_BYTES)).or_default().push(place);
    }
    let mut is_repeat = vec![false; paths.len()];
    for places in alike.into_values().filter(|places| places.len() > 1) {
        let mut seen = BTreeSet::new();
        for place in places {
            if let (Some(path), Some(is_repeat)) = (paths.get(place), is_repeat.get_mut(place)) {
                *is_repeat = !seen.insert(identity(path, u64::MAX));
            }
        }
    }
    let mut place = 0..;
    let is_repeat =
        |_: &mut PathBuf| place.next().and_then(|place: usize| is_repeat.get(place)) == Some(&true);
    paths.extract_if(.., is_repeat).collect()
}

fn can_be_read_again(path: &Path) -> bool {
    !is_standard_input(path) && path.is_file()
}

/// Of the first `bytes_max` bytes of content, or a portion more.
fn identity(path: &Path, bytes_max: u64) -> Identity {
    let mut input = Input::new(path, None);
    let mut portion = vec![0; PORTION_LENGTH.min(usize::try_from(bytes_max).unwrap_or(usize::MAX))];
    while input.content().0 < bytes_max && input.fill(&mut portion) > 0 {}
    let (content_bytes, content_hash) = input.content();
    Identity { content_bytes, content_hash }
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

    #[test]
    fn of_files_with_the_same_content_the_first_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let content = b"a long content".repeat(10_000);
        let others_end = [content.as_slice(), b"!"].concat();
        let all = [
            file("a", &content),
            file("b", &others_end),
            file("c", &zstd::encode_all(content.as_slice(), 1).unwrap()),
            folder.path().join("missing"),
            PathBuf::from("-"),
            file("d", b"other"),
            file("e", &others_end),
        ];
        let mut paths = all.to_vec();
        assert_eq!(take_repeats(&mut paths), [all[2].clone(), all[6].clone()]);
        assert_eq!(paths, [&all[0..2], &all[3..6]].concat());
    }
}
