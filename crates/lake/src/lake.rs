//! The lake as a whole: opening it, asking what it holds, beginning an ingest.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::TimestampNanosecondType;
use records::{RECORD_TYPES, Timestamp};

use crate::log::Recovered;
use crate::manifest::{CaptureIdentity, Manifest, OpenIngest, Segment};
use crate::segments::Records;
use crate::{Ingest, LakeError, TimeRange, folder, recovery, segments};

/// Whether a lake is opened to be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Many may read, also while one writes; they see what was there when they opened it.
    Read,
    /// One may write. Makes the lake where there is none.
    Write,
}

/// Records at rest in a folder.
pub struct Lake {
    pub(crate) dir: PathBuf,
    pub(crate) manifest: Manifest,
    /// Sorted tables of the records that are in logs and in no segment (only where the lake is read).
    pub(crate) unsettled: BTreeMap<usize, RecordBatch>,
    recovered: Recovered,
    pub(crate) untidied: Option<LakeError>,
    /// Held as long as the lake is open for writing.
    lock: Option<File>,
}

impl Lake {
    /// Opens the lake in the folder. Records that a crash left in logs are recovered.
    pub fn open(dir: &Path, access: Access) -> Result<Self, LakeError> {
        match access {
            Access::Read => {
                let read = recovery::read(dir)?;
                let (manifest, unsettled, recovered) = read;
                Ok(Self { dir: dir.to_owned(), manifest, unsettled, recovered, untidied: None, lock: None })
            }
            Access::Write => {
                folder::make_folder(dir)?;
                let lock = Some(lock(dir)?);
                let mut manifest = match Manifest::load(dir)? {
                    Some(manifest) => manifest,
                    None => {
                        let mut manifest = Manifest::empty();
                        manifest.store(dir)?;
                        manifest
                    }
                };
                let recovered = recovery::settle_logs(dir, &mut manifest)?;
                recovery::remove_strays(dir, &manifest)?;
                let unsettled = BTreeMap::new();
                Ok(Self { dir: dir.to_owned(), manifest, unsettled, recovered, untidied: None, lock })
            }
        }
    }

    /// What was found in logs when the lake was opened.
    pub const fn recovered(&self) -> Recovered {
        self.recovered
    }

    /// Why small segments could not be merged, or files that are no longer needed not be removed, after the last commit.
    /// The records are in the lake all the same; the next commit tries again.
    pub const fn untidied(&self) -> Option<&LakeError> {
        self.untidied.as_ref()
    }

    /// Whether all records of a capture with this content are in the lake.
    pub fn knows(&self, capture: &CaptureIdentity) -> bool {
        self.manifest.knows(capture)
    }

    /// The captures whose records are all in the lake, in the order in which they came.
    pub fn captures(&self) -> &[CaptureIdentity] {
        &self.manifest.captures
    }

    /// Names of ingests that have begun and were not committed, so that their records may be incomplete.
    pub fn open_ingests(&self) -> impl Iterator<Item = &str> {
        self.manifest.open.iter().map(|ingest| ingest.name.as_str())
    }

    /// The segments, sorted by type, day and number.
    pub fn segments(&self) -> &[Segment] {
        &self.manifest.segments
    }

    /// How many records of the type the lake holds.
    pub fn count(&self, type_name: &str) -> Result<u64, LakeError> {
        let type_index = type_index(type_name)?;
        let settled = self.manifest.segments.iter().filter(|segment| segment.record_type == type_name);
        let unsettled = self.unsettled.get(&type_index).map_or(0, RecordBatch::num_rows);
        Ok(settled.map(|segment| segment.rows).sum::<u64>() + unsettled as u64)
    }

    /// Time of the latest record: the "now" of the traffic.
    pub fn latest(&self) -> Option<Timestamp> {
        let last = |table: &RecordBatch| {
            let times = table.column_by_name("ts")?.as_primitive_opt::<TimestampNanosecondType>()?;
            times.len().checked_sub(1).map(|row| Timestamp(times.value(row)))
        };
        let unsettled = self.unsettled.values().filter_map(last).max();
        self.manifest.latest().max(unsettled)
    }

    /// The records of a type in a span of time, sorted by time, those of the same time in the order in which they came.
    pub fn records(&self, type_name: &str, range: TimeRange) -> Result<Records, LakeError> {
        let type_index = type_index(type_name)?;
        let of_type =
            self.manifest.segments.iter().filter(|segment| segment.record_type == type_name).cloned();
        Records::new(&self.dir, type_index, of_type, self.unsettled.get(&type_index), range)
    }

    /// Begins to take in records. What an earlier ingest of this name left without a commit is taken out of the
    /// lake, so that nothing is there twice. The lake comes back from [`Ingest::commit`].
    pub fn begin(self, name: &str) -> Result<Ingest, LakeError> {
        self.begin_told(name, Vec::new())
    }

    /// The same; `networks` is what who takes in the records was told, see [`crate::Run::networks`].
    pub fn begin_told(mut self, name: &str, networks: Vec<String>) -> Result<Ingest, LakeError> {
        if self.lock.is_none() {
            return Err(LakeError::ReadOnly { path: self.dir });
        }
        self.forget(name)?;
        let number = self.manifest.next_ingest;
        self.manifest.next_ingest += 1;
        self.manifest.open.push(OpenIngest { number, name: name.to_owned(), log_from: 0, networks });
        self.manifest.store(&self.dir)?;
        Ingest::new(self, number)
    }

    /// Takes out what the ingests of this name left without a commit.
    pub fn forget(&mut self, name: &str) -> Result<(), LakeError> {
        let unfinished: Vec<u64> =
            self.manifest.open.iter().filter(|open| open.name == name).map(|open| open.number).collect();
        if unfinished.is_empty() {
            return Ok(());
        }
        let mut dropped = Vec::new();
        for number in unfinished {
            dropped.append(&mut self.manifest.drop_ingest(number));
        }
        self.manifest.store(&self.dir)?;
        segments::remove_files(&self.dir, &dropped)
    }

    /// Merges small segments where it pays.
    pub fn compact(&mut self) -> Result<(), LakeError> {
        if self.lock.is_none() {
            return Err(LakeError::ReadOnly { path: self.dir.clone() });
        }
        let replaced = std::mem::take(&mut self.manifest.replaced);
        segments::compact(&self.dir, &mut self.manifest)?;
        if !replaced.is_empty() || !self.manifest.replaced.is_empty() {
            self.manifest.store(&self.dir)?;
        }
        segments::remove_files(&self.dir, &replaced)
    }
}

/// The place of a type in [`RECORD_TYPES`].
pub(crate) fn type_index(name: &str) -> Result<usize, LakeError> {
    let place = RECORD_TYPES.iter().position(|record_type| record_type.name == name);
    place.ok_or_else(|| LakeError::UnknownType(name.to_owned()))
}

fn lock(dir: &Path) -> Result<File, LakeError> {
    let path = folder::lock_path(dir);
    let options = File::options().create(true).truncate(false).write(true).open(&path);
    let file = options.map_err(LakeError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LakeError::Locked { path: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(LakeError::io("lock", &path)(error)),
    }
}
