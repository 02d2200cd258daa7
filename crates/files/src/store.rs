//! Files written out: one file per content in a folder, named by its SHA-256.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use records::Uid;

/// So many files are written at the same time.
const OPEN_MAX: usize = 512;

/// How much may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreLimits {
    /// A longer file is not kept.
    pub file_bytes_max: u64,
    /// When so many bytes are kept by all stores that share a [`KeptBytes`], no more files are.
    pub total_bytes_max: u64,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { file_bytes_max: 100 << 20, total_bytes_max: 10 << 30 }
    }
}

/// Bytes that were kept, counted by all stores of a program together.
#[derive(Debug, Default)]
pub struct KeptBytes(AtomicU64);

impl KeptBytes {
    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts further bytes where they fit.
    fn take(&self, bytes: u64, max: u64) -> bool {
        let fitting = |kept: u64| kept.checked_add(bytes).filter(|kept| *kept <= max);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fitting).is_ok()
    }

    /// Takes back what was counted before.
    fn give_back(&self, bytes: u64) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The folder. While a file comes, it has a temporary name; when it is whole, it gets that of its hash, and when
/// it has holes or is too large, it is removed. What cannot be written is counted and does not stop the analysis.
pub struct Store {
    folder: PathBuf,
    limits: StoreLimits,
    open: BTreeMap<Uid, Writing>,
    kept: Arc<KeptBytes>,
    dropped: Dropped,
}

/// Files that were not kept, by what was in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// With holes: the capture does not hold them whole.
    pub incomplete: u64,
    /// Longer than [`StoreLimits::file_bytes_max`].
    pub too_large: u64,
    /// Beyond [`StoreLimits::total_bytes_max`], or too many at the same time.
    pub no_room: u64,
    /// The system would not write them.
    pub failed: u64,
    /// What the system said of the first of these.
    pub failure: Option<std::io::ErrorKind>,
}

impl Dropped {
    /// How many they are.
    pub const fn count(&self) -> u64 {
        self.incomplete + self.too_large + self.no_room + self.failed
    }

    /// Adds those of another store.
    pub fn add(&mut self, other: &Self) {
        self.incomplete += other.incomplete;
        self.too_large += other.too_large;
        self.no_room += other.no_room;
        self.failed += other.failed;
        self.failure = self.failure.or(other.failure);
    }

    fn fail(&mut self, error: &std::io::Error) {
        self.failed += 1;
        self.failure.get_or_insert(error.kind());
    }
}

struct Writing {
    file: fs::File,
    bytes: u64,
}

impl Store {
    /// Writes to `folder`, which is made if it is not there.
    pub fn new(folder: PathBuf, limits: StoreLimits, kept: Arc<KeptBytes>) -> std::io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, limits, open: BTreeMap::new(), kept, dropped: Dropped::default() })
    }

    /// Files that were not kept: too large, with holes, or not writable.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// Begins a file. Its bytes are taken until it is finished or dropped.
    pub(crate) fn begin(&mut self, name: Uid) -> bool {
        let room = self.open.len() < OPEN_MAX && self.kept.get() < self.limits.total_bytes_max;
        if !room {
            self.dropped.no_room += 1;
            return false;
        }
        match fs::File::create(self.temporary(name)) {
            Ok(file) => {
                self.open.insert(name, Writing { file, bytes: 0 });
                true
            }
            Err(error) => {
                self.dropped.fail(&error);
                false
            }
        }
    }

    /// The next bytes; false when the file was given up.
    pub(crate) fn write(&mut self, name: Uid, bytes: &[u8]) -> bool {
        let limits = self.limits;
        let Some(writing) = self.open.get_mut(&name) else { return false };
        let length = bytes.len() as u64;
        if writing.bytes + length > limits.file_bytes_max {
            self.dropped.too_large += 1;
        } else if !self.kept.take(length, limits.total_bytes_max) {
            self.dropped.no_room += 1;
        } else {
            writing.bytes += length;
            match writing.file.write_all(bytes) {
                Ok(()) => return true,
                Err(error) => self.dropped.fail(&error),
            }
        }
        self.discard(name);
        false
    }

    /// The file is whole; returns the name that it has.
    pub(crate) fn finish(&mut self, name: Uid, sha256: &str) -> Option<String> {
        let writing = self.open.remove(&name)?;
        drop(writing.file);
        let target = self.folder.join(sha256);
        if target.exists() {
            self.kept.give_back(writing.bytes);
            self.remove_temporary(name);
            return Some(sha256.to_owned());
        }
        if let Err(error) = fs::rename(self.temporary(name), target) {
            self.dropped.fail(&error);
            return None;
        }
        Some(sha256.to_owned())
    }

    /// The file has holes: it is not to be kept.
    pub(crate) fn drop_file(&mut self, name: Uid) {
        if self.discard(name) {
            self.dropped.incomplete += 1;
        }
    }

    /// Takes a file out without a word; whether there was one.
    pub(crate) fn discard(&mut self, name: Uid) -> bool {
        let Some(writing) = self.open.remove(&name) else { return false };
        self.kept.give_back(writing.bytes);
        drop(writing.file);
        self.remove_temporary(name);
        true
    }

    fn temporary(&self, name: Uid) -> PathBuf {
        self.folder.join(format!(".{name}.part"))
    }

    fn remove_temporary(&self, name: Uid) {
        // A file that cannot be removed stays under its temporary name, which says what it is.
        let _ = fs::remove_file(self.temporary(name));
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        for name in self.open.keys().copied().collect::<Vec<_>>() {
            self.drop_file(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_and_small_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let limits = StoreLimits { file_bytes_max: 4, total_bytes_max: 8 };
        let mut store = Store::new(folder.path().join("files"), limits, Arc::default()).unwrap();
        let name = |n| Uid::file(n);
        for n in 1..=3 {
            assert!(store.begin(name(n)));
        }
        assert!(store.write(name(1), b"abc"));
        assert_eq!(store.finish(name(1), "one"), Some("one".to_owned()));
        assert!(!store.write(name(2), b"abcde"), "too large");
        assert!(store.write(name(3), b"ab"));
        store.drop_file(name(3));
        let kept: Vec<_> = fs::read_dir(folder.path().join("files"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(kept, ["one"]);
        let expected = Dropped { incomplete: 1, too_large: 1, ..Dropped::default() };
        assert_eq!(store.dropped(), expected);
    }

    #[test]
    fn stores_share_what_may_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        let limits = StoreLimits { file_bytes_max: 8, total_bytes_max: 8 };
        let kept: Arc<KeptBytes> = Arc::default();
        let [mut one, mut other] =
            [1, 2].map(|_| Store::new(folder.path().to_owned(), limits, Arc::clone(&kept)).unwrap());
        assert!(one.begin(Uid::file(1)) && other.begin(Uid::file(2)));
        assert!(one.write(Uid::file(1), b"12345"));
        assert!(!other.write(Uid::file(2), b"1234"), "nine bytes in all");
        assert!(other.begin(Uid::file(3)) && other.write(Uid::file(3), b"123"));
        assert!(!one.begin(Uid::file(4)), "eight bytes are kept");
        other.drop_file(Uid::file(3));
        assert!(one.begin(Uid::file(4)) && one.write(Uid::file(4), b"678"));
    }
}
