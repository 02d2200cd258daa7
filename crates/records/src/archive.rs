use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// The listing of an archive, a compressed file or a disk image.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("archive")]
pub struct Archive {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// Format: `zip`, `7z`, `rar`, `cab`, `gzip`, `tar` or `iso`.
    pub format: Cow<'static, str>,
    /// Files in it.
    pub entry_count: u64,
    /// Their names with paths, in order; at most 64.
    pub names: Option<Vec<String>>,
    /// Their sizes when unpacked, in the order of `names`.
    pub sizes: Option<Vec<u64>>,
    /// Size of all of them when unpacked, as the archive says.
    pub unpacked_bytes: Option<u64>,
    /// Files that need a password.
    pub encrypted_count: u64,
    /// Even the names need a password.
    pub has_encrypted_names: bool,
    /// Files that Windows runs when opened, by their names: programs, scripts, shortcuts.
    pub program_count: u64,
    /// Comment of the archive, up to 256 bytes.
    pub comment: Option<String>,
    /// Not all of the file was there to read: what follows from the rest is missing.
    pub is_cut: bool,
}
