//! Writes tables as segments.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use parquet::arrow::ArrowWriter;
use records::{RECORD_TYPES, Timestamp};

use super::properties::{Stage, properties};
use crate::columns::{Sorted, stored_schema};
use crate::manifest::{Manifest, Segment};
use crate::{LakeError, folder};

/// Segments that are to be written.
pub(crate) struct Settled {
    segments: Vec<Unwritten>,
    stage: Stage,
}

/// A segment, and what goes into its file.
struct Unwritten {
    segment: Segment,
    path: PathBuf,
    type_index: usize,
    table: Sorted,
}

impl Settled {
    /// Of records that have just come, or of segments that were merged.
    pub(crate) const fn new(stage: Stage) -> Self {
        Self { segments: Vec::new(), stage }
    }

    /// Takes a table: one segment per day.
    pub(crate) fn take(&mut self, dir: &Path, manifest: &mut Manifest, type_index: usize, table: Sorted) {
        let Some(record_type) = RECORD_TYPES.get(type_index) else { return };
        let mut rest = table;
        while let Some((first, _)) = rest.order().first().copied() {
            let day = Timestamp(first).day();
            let rows = rest.order().partition_point(|(ts, _)| Timestamp(*ts).day() == day);
            let (of_day, later) = rest.split_at(rows);
            let segment = Segment {
                number: manifest.take_segment_number(),
                record_type: record_type.name.to_owned(),
                day: folder::day_name(Timestamp(first)),
                rows: rows as u64,
                bytes: 0,
                first,
                last: of_day.order().last().map_or(first, |(ts, _)| *ts),
                ingest: None,
                place: None,
                arrivals: of_day.arrivals(),
            };
            let path = segment.path(dir);
            self.segments.push(Unwritten { segment, path, type_index, table: of_day });
            rest = later;
        }
    }

    /// Writes the segments, on all cores, and makes them durable; gives them as those of an ingest that is not
    /// committed or for good.
    pub(crate) fn sync(self, ingest: Option<u64>) -> Result<impl Iterator<Item = Segment>, LakeError> {
        let Self { mut segments, stage } = self;
        let days: BTreeSet<PathBuf> =
            segments.iter().filter_map(|unwritten| unwritten.path.parent()).map(Path::to_owned).collect();
        let grown = folder::make_folders(&days)?;
        write_all(&mut segments, stage)?;
        days.union(&grown).try_for_each(|path| folder::sync_folder(path))?;
        Ok(segments.into_iter().map(move |unwritten| Segment { ingest, ..unwritten.segment }))
    }
}

/// Each thread takes the longest segment that is left, so that none waits long for another at the end.
fn write_all(segments: &mut [Unwritten], stage: Stage) -> Result<(), LakeError> {
    let mut longest_last: Vec<&mut Unwritten> = segments.iter_mut().collect();
    longest_last.sort_by_key(|unwritten| unwritten.segment.rows);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(longest_last.len());
    let left = Mutex::new(longest_last);
    let work = || {
        // Taking one out of the list cannot panic, so the lock is never poisoned.
        while let Some(unwritten) = left.lock().ok().and_then(|mut left| left.pop()) {
            unwritten.segment.bytes = write_file(unwritten, stage)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        // A panic in a writer is a defect and goes on as one.
        others.into_iter().fold(own, |result, other| {
            result.and(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    })
}

/// Writes a segment's file through to the disk; gives its length in bytes.
fn write_file(unwritten: &Unwritten, stage: Stage) -> Result<u64, LakeError> {
    let Unwritten { path, type_index, table, .. } = unwritten;
    let Some(record_type) = RECORD_TYPES.get(*type_index) else {
        return Err(LakeError::UnknownType(type_index.to_string()));
    };
    let file = File::create(path).map_err(LakeError::io("create", path))?;
    let properties = properties(record_type, table.order().len(), stage);
    let mut writer = ArrowWriter::try_new(file, stored_schema(record_type), Some(properties))
        .map_err(LakeError::segment(path))?;
    for batch in table.batches() {
        let batch = batch.map_err(LakeError::segment(path))?;
        writer.write(&batch).map_err(LakeError::segment(path))?;
    }
    let file = writer.into_inner().map_err(LakeError::segment(path))?;
    file.sync_all().map_err(LakeError::io("sync", path))?;
    Ok(file.metadata().map_err(LakeError::io("read", path))?.len())
}

/// Removes the files of segments that the manifest no longer names, and folders that are empty then.
pub(crate) fn remove_files(dir: &Path, segments: &[Segment]) -> Result<(), LakeError> {
    for segment in segments {
        let path = segment.path(dir);
        folder::remove_file(&path)?;
        if let Some(day) = path.parent() {
            // Fails where other segments of the day remain.
            let _ = fs::remove_dir(day);
        }
    }
    Ok(())
}
