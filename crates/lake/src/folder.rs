//! The lake's folder: where its files lie, and how one is replaced so that a crash leaves the old or the new.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use records::Timestamp;

use crate::LakeError;

/// `DIR/manifest.json`.
pub(crate) fn manifest_path(dir: &Path) -> PathBuf {
    dir.join("manifest.json")
}

/// `DIR/lock`, which who writes to the lake holds.
pub(crate) fn lock_path(dir: &Path) -> PathBuf {
    dir.join("lock")
}

/// `DIR/log`.
pub(crate) fn log_folder(dir: &Path) -> PathBuf {
    dir.join("log")
}

/// A log file of an ingest; `number` counts its log files.
pub(crate) fn log_path(dir: &Path, ingest: u64, number: u64) -> PathBuf {
    log_folder(dir).join(format!("{ingest:08}-{number:08}.log"))
}

/// The ingest and the number that a log file's name says.
pub(crate) fn log_name(path: &Path) -> Option<(u64, u64)> {
    let (ingest, number) = path.file_name()?.to_str()?.strip_suffix(".log")?.split_once('-')?;
    Some((ingest.parse().ok()?, number.parse().ok()?))
}

/// The partition of a day, e.g. `day=2026-11-16`.
pub(crate) fn day_name(ts: Timestamp) -> String {
    let (year, month, day) = ts.date();
    format!("{year:04}-{month:02}-{day:02}")
}

/// Makes the folder and those above it, durably.
pub(crate) fn make_folder(path: &Path) -> Result<(), LakeError> {
    let grown = make_folders(&BTreeSet::from([path.to_owned()]))?;
    grown.iter().try_for_each(|path| sync_folder(path))
}

/// Makes the folders and those above them; gives those that thereby got new names in them, which are to be synced.
pub(crate) fn make_folders(paths: &BTreeSet<PathBuf>) -> Result<BTreeSet<PathBuf>, LakeError> {
    let mut grown = BTreeSet::new();
    for path in paths {
        let missing =
            path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
        grown.extend(missing.filter_map(Path::parent).map(Path::to_owned));
        fs::create_dir_all(path).map_err(LakeError::io("create", path))?;
    }
    Ok(grown)
}

/// Makes new and removed names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> Result<(), LakeError> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path).and_then(|folder| folder.sync_all()).map_err(LakeError::io("sync", path))
}

/// Replaces the file as a whole: after a crash it holds its old or its new content.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> Result<(), LakeError> {
    let draft = path.with_extension("draft");
    let written = File::create(&draft).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.map_err(LakeError::io("write", &draft))?;
    fs::rename(&draft, path).map_err(LakeError::io("replace", path))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Removes a file that may already be gone.
pub(crate) fn remove_file(path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(LakeError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// The files of a folder, sorted; none where there is no such folder.
pub(crate) fn entries(path: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let listed = match fs::read_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(LakeError::io("list", path))?,
    };
    let mut found = listed
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(LakeError::io("list", path))?;
    found.sort();
    Ok(found)
}
