//! The bytes of one file as they lie on disk, hashed on the way.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use crate::block::BLOCK_LENGTH;
use crate::progress::Progress;

/// The path that stands for the standard input.
const STANDARD_INPUT: &str = "-";

/// Whether the path stands for the standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
}

/// What tells a file from others by its bytes on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DiskIdentity {
    /// Length in bytes.
    pub bytes: u64,
    /// XXH3-128 of the bytes.
    pub hash: u128,
}

/// Reads a file through for its identity, which [`crate::FileReport`] tells too.
///
/// # Errors
/// The file cannot be read.
pub fn disk_identity(path: &Path) -> io::Result<DiskIdentity> {
    let mut file = RawFile::new(path, None);
    let mut buffer = vec![0; BLOCK_LENGTH];
    while file.fill(&mut buffer).map_err(|(_, kind)| io::Error::from(kind))? > 0 {}
    Ok(file.identity())
}

/// A file that can be closed at any time and goes on where it was.
pub(crate) struct RawFile {
    path: PathBuf,
    /// What was taken from a stream before, and is given out first.
    taken: Arc<[u8]>,
    open: Option<File>,
    /// Whether the file stays open between readings.
    stays_open: bool,
    offset: u64,
    hash: Xxh3,
    progress: Option<Arc<Progress>>,
}

impl RawFile {
    pub(crate) fn new(path: &Path, progress: Option<Arc<Progress>>) -> Self {
        Self {
            path: path.to_owned(),
            taken: Arc::default(),
            open: None,
            stays_open: true,
            offset: 0,
            hash: Xxh3::new(),
            progress,
        }
    }

    /// These bytes were taken from the stream already.
    pub(crate) fn begin_with(&mut self, taken: &Arc<[u8]>) {
        self.taken = Arc::clone(taken);
    }

    /// Reads until the buffer is full or the file ends.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, (usize, io::ErrorKind)> {
        let filled = self.fill_open(buffer);
        if !self.stays_open {
            self.open = None;
        }
        filled
    }

    fn fill_open(&mut self, buffer: &mut [u8]) -> Result<usize, (usize, io::ErrorKind)> {
        let mut filled = 0;
        while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.read(room) {
                Ok(0) => break,
                Ok(count) => {
                    self.hash.update(room.get(..count).unwrap_or(&[]));
                    self.offset += count as u64;
                    filled += count;
                    if let Some(progress) = &self.progress {
                        progress.add_read(count as u64);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err((filled, error.kind())),
            }
        }
        Ok(filled)
    }

    /// From now on gives the file descriptor back after each reading.
    pub(crate) fn close_between_readings(&mut self) {
        self.stays_open = false;
        self.open = None;
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes have been read.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Of what has been read.
    pub(crate) fn identity(&self) -> DiskIdentity {
        DiskIdentity { bytes: self.offset, hash: self.hash.digest128() }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = usize::try_from(self.offset).ok().and_then(|offset| self.taken.get(offset..));
        if let Some(mut taken) = taken.filter(|taken| !taken.is_empty()) {
            return taken.read(buffer);
        }
        if is_standard_input(&self.path) {
            return io::stdin().lock().read(buffer);
        }
        let file = match self.open.take() {
            Some(file) => file,
            None => {
                let mut file = File::open(&self.path)?;
                // What is taken from is a stream, which goes on where it is.
                if self.offset > 0 && self.taken.is_empty() {
                    file.seek(SeekFrom::Start(self.offset))?;
                }
                file
            }
        };
        self.open.insert(file).read(buffer)
    }
}
