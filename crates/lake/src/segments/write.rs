//! Writes tables as segments.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::TimestampNanosecondType;
use parquet::arrow::ArrowWriter;
use records::{RECORD_TYPES, Timestamp};

use super::properties::properties;
use crate::manifest::{Manifest, Segment};
use crate::{LakeError, folder};

/// Segments that were written and are not yet durable.
#[derive(Default)]
pub(crate) struct Settled {
    segments: Vec<Segment>,
    files: Vec<(PathBuf, File)>,
}

impl Settled {
    /// Writes a table, sorted by [`crate::columns::sort`], as one segment per day.
    pub(crate) fn write(
        &mut self,
        dir: &Path,
        manifest: &mut Manifest,
        type_index: usize,
        table: &RecordBatch,
    ) -> Result<(), LakeError> {
        let Some(record_type) = RECORD_TYPES.get(type_index) else { return Ok(()) };
        let times =
            table.column_by_name("ts").and_then(|ts| ts.as_primitive_opt::<TimestampNanosecondType>());
        let Some(times) = times else { return Ok(()) };
        let mut rest: &[i64] = times.values();
        while let Some(first) = rest.first().copied() {
            let day = Timestamp(first).day();
            let rows = rest.partition_point(|ts| Timestamp(*ts).day() == day);
            let (of_day, later) = rest.split_at(rows);
            let mut segment = Segment {
                number: manifest.take_segment_number(),
                record_type: record_type.name.to_owned(),
                day: folder::day_name(Timestamp(first)),
                rows: rows as u64,
                bytes: 0,
                first,
                last: of_day.last().copied().unwrap_or(first),
                ingest: None,
            };
            let slice = table.slice(times.len() - rest.len(), rows);
            let path = segment.path(dir);
            let file = write_file(&path, type_index, &slice)?;
            segment.bytes = file.metadata().map_err(LakeError::io("read", &path))?.len();
            self.segments.push(segment);
            self.files.push((path, file));
            rest = later;
        }
        Ok(())
    }

    /// Makes the segments durable and gives them, as those of an ingest that is not committed or for good.
    pub(crate) fn sync(self, ingest: Option<u64>) -> Result<impl Iterator<Item = Segment>, LakeError> {
        let mut folders = BTreeSet::new();
        for (path, file) in self.files {
            file.sync_all().map_err(LakeError::io("sync", &path))?;
            folders.extend(path.parent().map(Path::to_owned));
        }
        folders.iter().try_for_each(|path| folder::sync_folder(path))?;
        Ok(self.segments.into_iter().map(move |segment| Segment { ingest, ..segment }))
    }
}

fn write_file(path: &Path, type_index: usize, table: &RecordBatch) -> Result<File, LakeError> {
    let Some(record_type) = RECORD_TYPES.get(type_index) else {
        return Err(LakeError::UnknownType(type_index.to_string()));
    };
    if let Some(parent) = path.parent() {
        folder::make_folder(parent)?;
    }
    let file = File::create(path).map_err(LakeError::io("create", path))?;
    let properties = properties(record_type, table.num_rows());
    let mut writer =
        ArrowWriter::try_new(file, table.schema(), Some(properties)).map_err(LakeError::segment(path))?;
    writer.write(table).map_err(LakeError::segment(path))?;
    writer.into_inner().map_err(LakeError::segment(path))
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
