//! Which files are meant by the paths that were given.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use packets::format;

use crate::damage::{Fault, OpenError};
use crate::input::Input;
use crate::packed::packing_not_read;
use crate::raw_file::{RawFile, is_standard_input};

/// Folders within folders that are looked into.
const DEPTH_MAX: usize = 32;

/// Most files of a source.
const FILES_MAX: usize = 1_000_000;

/// So many of what cannot be read are named.
const UNREADABLE_MAX: usize = 100;

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The file; `-` for the standard input.
    pub path: PathBuf,
    /// Bytes on disk; 0 where that is not known.
    pub disk_bytes: u64,
    /// Whether it can be read but once, as the standard input or a named pipe.
    pub is_stream: bool,
    /// Bytes that were taken from such a stream already (see [`peek`]).
    pub taken: Arc<[u8]>,
}

impl Listed {
    fn file(path: PathBuf, disk_bytes: u64) -> Self {
        Self { path, disk_bytes, is_stream: false, taken: Arc::default() }
    }

    fn stream(path: PathBuf) -> Self {
        Self { path, disk_bytes: 0, is_stream: true, taken: Arc::default() }
    }
}

/// Which files of folders are meant: by the path and how the content begins.
pub type Wanted<'a> = &'a dyn Fn(&Path, &[u8]) -> bool;

/// How the content of a file begins: at most so many bytes, unpacked. Of a stream they are kept for who reads it next; a
/// named pipe is not opened, since who writes to it would see it closed again.
pub fn peek(file: &mut Listed, length: usize) -> Vec<u8> {
    if file.is_stream && !can_be_opened_again(&file.path) {
        return Vec::new();
    }
    if file.is_stream {
        let mut raw = RawFile::new(&file.path, None);
        let mut taken = vec![0; length];
        // An error comes again when the rest is read.
        let (Ok(count) | Err((count, _))) = raw.fill(&mut taken);
        taken.truncate(count);
        file.taken = taken.into();
        let mut unpacked = vec![0; length];
        let filled = Input::of_taken(&file.taken).fill(&mut unpacked);
        unpacked.truncate(filled);
        return unpacked;
    }
    let mut head = vec![0; length];
    let filled = Input::of(file, None).fill(&mut head);
    head.truncate(filled);
    head
}

/// Whether a stream stays open for us: the standard input, and what a shell hands over by number.
fn can_be_opened_again(path: &Path) -> bool {
    let of_numbers = ["/dev/fd", "/dev/stdin", "/proc/self/fd"];
    is_standard_input(path) || of_numbers.iter().any(|folder| path.starts_with(folder))
}

/// What was found under some paths.
#[derive(Debug, Default)]
pub struct Listing {
    /// The captures, each once.
    pub captures: Vec<Listed>,
    /// What cannot be looked at within the folders that were given.
    pub unreadable: Vec<OpenError>,
}

/// All files: those given by name as they are, of folders those whose content begins as a capture does, sorted
/// by path. No file twice.
pub(crate) fn list(paths: &[PathBuf], wanted: Wanted<'_>) -> Result<Listing, OpenError> {
    let mut listing = Lister { found: Listing::default(), seen: BTreeSet::new(), duplicates: 0, wanted };
    for path in paths {
        if is_standard_input(path) {
            listing.add(Listed::stream(path.clone()))?;
            continue;
        }
        let metadata = fs::metadata(path).map_err(|error| OpenError::Path { path: path.clone(), error })?;
        if metadata.is_dir() {
            let before = listing.found.captures.len();
            listing.folder(path)?;
            if listing.found.captures.len() == before && listing.duplicates == 0 {
                return Err(match listing.found.unreadable.pop() {
                    Some(unreadable) => unreadable,
                    None => OpenError::NoCapture(path.clone()),
                });
            }
        } else {
            let file = Listed::file(path.clone(), metadata.len());
            listing.add(Listed { is_stream: !metadata.is_file(), ..file })?;
        }
    }
    Ok(listing.found)
}

struct Lister<'a> {
    found: Listing,
    seen: BTreeSet<PathBuf>,
    duplicates: usize,
    wanted: Wanted<'a>,
}

impl Lister<'_> {
    fn add(&mut self, file: Listed) -> Result<(), OpenError> {
        if self.found.captures.len() >= FILES_MAX {
            return Err(OpenError::TooMany(FILES_MAX));
        }
        let identity = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        if self.seen.insert(identity) {
            self.found.captures.push(file);
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
            let is_new = fs::canonicalize(&folder).map(|place| visited.insert(place));
            let entries = match is_new {
                Ok(false) => continue,
                Ok(true) => fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>),
                Err(error) => Err(error),
            };
            match entries {
                Ok(entries) => {
                    for entry in entries {
                        self.entry(entry.path(), depth, &mut folders, &mut found);
                    }
                }
                Err(error) => self.note(&folder, error),
            }
        }
        self.found.unreadable.sort_by_key(OpenError::to_string);
        found.sort_by(|one, other| one.path.cmp(&other.path));
        found.into_iter().try_for_each(|file| self.add(file))
    }

    fn entry(
        &mut self,
        path: PathBuf,
        depth: usize,
        folders: &mut Vec<(PathBuf, usize)>,
        found: &mut Vec<Listed>,
    ) {
        // A dangling link is no capture.
        let Ok(metadata) = fs::metadata(&path) else { return };
        if metadata.is_dir() && depth < DEPTH_MAX {
            folders.push((path, depth + 1));
        } else if metadata.is_file() {
            match self.is_wanted(&path) {
                Ok(true) => found.push(Listed::file(path, metadata.len())),
                Ok(false) => self.note_packed(&path),
                Err(error) => self.note(&path, error.into()),
            }
        }
    }

    fn is_wanted(&self, path: &Path) -> Result<bool, io::ErrorKind> {
        let mut head = vec![0; HEAD_LENGTH];
        let mut input = Input::new(path, None);
        let filled = input.fill(&mut head);
        if let Some((_, Fault::Read(kind))) = input.fault() {
            return Err(*kind);
        }
        Ok((self.wanted)(path, head.get(..filled).unwrap_or_default()))
    }

    /// What may hold a capture or a log and cannot be looked into is not passed over in silence.
    fn note_packed(&mut self, path: &Path) {
        if let Some(packing) = packing_not_read(path)
            && self.found.unreadable.len() < UNREADABLE_MAX
        {
            self.found.unreadable.push(OpenError::Packed { path: path.to_owned(), packing });
        }
    }

    fn note(&mut self, path: &Path, error: io::Error) {
        if self.found.unreadable.len() < UNREADABLE_MAX {
            self.found.unreadable.push(OpenError::Path { path: path.to_owned(), error });
        }
    }
}

/// How much of a file's content tells what it is.
pub const HEAD_LENGTH: usize = 64 << 10;

/// Whether the content begins as a capture does.
pub fn is_capture(_: &Path, head: &[u8]) -> bool {
    head.get(..4).is_some_and(format::is_capture)
}
