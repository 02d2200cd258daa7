//! Which files are meant by the paths that were given.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use packets::format;

use crate::damage::OpenError;
use crate::input::Input;
use crate::raw_file::is_standard_input;

/// Folders within folders that are looked into.
const DEPTH_MAX: usize = 32;

/// Most files of a source.
const FILES_MAX: usize = 1_000_000;

/// A file to be read.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) path: PathBuf,
    pub(crate) disk_bytes: u64,
    /// Whether it can be read but once, as the standard input or a named pipe.
    pub(crate) is_stream: bool,
}

/// All files: those given by name as they are, of folders those whose content begins as a capture does, sorted
/// by path. No file twice.
pub(crate) fn list(paths: &[PathBuf]) -> Result<Vec<Listed>, OpenError> {
    let mut listing = Listing::default();
    for path in paths {
        if is_standard_input(path) {
            listing.add(Listed { path: path.clone(), disk_bytes: 0, is_stream: true })?;
            continue;
        }
        let metadata = fs::metadata(path).map_err(|error| OpenError::Path { path: path.clone(), error })?;
        if metadata.is_dir() {
            let before = listing.files.len();
            listing.folder(path)?;
            if listing.files.len() == before && listing.duplicates == 0 {
                return Err(OpenError::NoCapture(path.clone()));
            }
        } else {
            let is_stream = !metadata.is_file();
            listing.add(Listed { path: path.clone(), disk_bytes: metadata.len(), is_stream })?;
        }
    }
    Ok(listing.files)
}

#[derive(Default)]
struct Listing {
    files: Vec<Listed>,
    seen: BTreeSet<PathBuf>,
    duplicates: usize,
}

impl Listing {
    fn add(&mut self, file: Listed) -> Result<(), OpenError> {
        if self.files.len() >= FILES_MAX {
            return Err(OpenError::TooMany(FILES_MAX));
        }
        let identity = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        if self.seen.insert(identity) {
            self.files.push(file);
        } else {
            self.duplicates += 1;
        }
        Ok(())
    }

    fn folder(&mut self, root: &Path) -> Result<(), OpenError> {
        let mut found = Vec::new();
        let mut folders = vec![(root.to_owned(), 0)];
        let mut visited = BTreeSet::new();
        while let Some((folder, depth)) = folders.pop() {
            let path_error = |error| OpenError::Path { path: folder.clone(), error };
            if !visited.insert(fs::canonicalize(&folder).map_err(path_error)?) {
                continue;
            }
            for entry in fs::read_dir(&folder).map_err(path_error)? {
                let path = entry.map_err(path_error)?.path();
                // A dangling link is no capture.
                let Ok(metadata) = fs::metadata(&path) else { continue };
                if metadata.is_dir() && depth < DEPTH_MAX {
                    folders.push((path, depth + 1));
                } else if metadata.is_file() && is_capture_file(&path) {
                    found.push(Listed { path, disk_bytes: metadata.len(), is_stream: false });
                }
            }
        }
        found.sort_by(|one, other| one.path.cmp(&other.path));
        found.into_iter().try_for_each(|file| self.add(file))
    }
}

/// Whether the content of a file, unpacked, begins as a capture does.
fn is_capture_file(path: &Path) -> bool {
    let mut head = [0; 4];
    let filled = Input::new(path, None).fill(&mut head);
    filled == head.len() && format::is_capture(&head)
}
