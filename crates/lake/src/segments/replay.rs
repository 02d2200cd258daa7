//! Reads the records of all types of one run in the order in which they arrived.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray as _, BooleanArray};
use arrow::datatypes::UInt64Type;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};
use records::AnyRecord;

use crate::columns::{ARRIVAL, BatchReader};
use crate::manifest::Segment;
use crate::runs::arrival;
use crate::{Lake, LakeError, Run};

/// So many records at most are in memory at once.
const WINDOW_RECORDS: u64 = 1 << 16;

/// The records of a run in the order in which they arrived.
///
/// Segments are sorted by time, and a merged one holds parts of many runs. So a window of arrivals moves along, and of
/// each segment only the rows within it are read.
pub struct Replay {
    dir: PathBuf,
    /// Those that hold records of the run.
    segments: Vec<Segment>,
    /// What was not read yet.
    ahead: Range<u64>,
    window: std::vec::IntoIter<(u64, AnyRecord)>,
}

impl Lake {
    /// The records of a run, in the order in which they arrived.
    pub fn replay(&self, run: &Run) -> Replay {
        // Of an interrupted run some may be missing in between; its segments are its own, and say where it ends.
        let end = if run.is_open { arrival(run.number + 1, 0) } else { arrival(run.number, run.records) };
        let ahead = arrival(run.number, 0)..end;
        let segments = self.manifest.segments.iter().filter(|segment| overlaps(segment, &ahead));
        Replay {
            dir: self.dir.clone(),
            segments: segments.cloned().collect(),
            ahead,
            window: Vec::new().into_iter(),
        }
    }
}

fn overlaps(segment: &Segment, arrivals: &Range<u64>) -> bool {
    segment.arrivals.is_some_and(|(first, last)| first < arrivals.end && last >= arrivals.start)
}

impl Replay {
    /// Reads the next window that holds records; false at the end.
    fn read_window(&mut self) -> Result<bool, LakeError> {
        while !self.ahead.is_empty() {
            let firsts = self
                .segments
                .iter()
                .filter(|segment| overlaps(segment, &self.ahead))
                .filter_map(|segment| segment.arrivals)
                .map(|(first, _)| first);
            let Some(first) = firsts.min() else { break };
            let start = first.max(self.ahead.start);
            let window = start..start.saturating_add(WINDOW_RECORDS).min(self.ahead.end);
            self.ahead.start = window.end;
            let mut records = Vec::new();
            for segment in self.segments.iter().filter(|segment| overlaps(segment, &window)) {
                read_segment(segment, &self.dir, &window, &mut records)?;
            }
            records.sort_by_key(|(arrival, _)| *arrival);
            if !records.is_empty() {
                self.window = records.into_iter();
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Iterator for Replay {
    type Item = Result<AnyRecord, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((_, record)) = self.window.next() {
                return Some(Ok(record));
            }
            match self.read_window() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.ahead.start = self.ahead.end;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// Takes the records of a segment that arrived within `window`.
fn read_segment(
    segment: &Segment,
    dir: &Path,
    window: &Range<u64>,
    records: &mut Vec<(u64, AnyRecord)>,
) -> Result<(), LakeError> {
    // A type that a later version knows.
    let Some(type_index) = segment.type_index() else { return Ok(()) };
    let path = segment.path(dir);
    let file = File::open(&path).map_err(LakeError::io("open", &path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(LakeError::segment(&path))?;
    let arrivals = ProjectionMask::columns(builder.parquet_schema(), [ARRIVAL]);
    let wanted = window.clone();
    let is_wanted = ArrowPredicateFn::new(arrivals, move |batch| {
        let arrivals = batch.columns().first().and_then(|column| column.as_primitive_opt::<UInt64Type>());
        let arrivals = arrivals.ok_or_else(|| ArrowError::SchemaError(format!("no column `{ARRIVAL}`")))?;
        Ok(BooleanArray::from_iter(
            arrivals.iter().map(|arrival| Some(arrival.is_some_and(|arrival| wanted.contains(&arrival)))),
        ))
    });
    let batches = builder
        .with_row_filter(RowFilter::new(vec![Box::new(is_wanted)]))
        .build()
        .map_err(LakeError::segment(&path))?;
    for batch in batches {
        let batch = BatchReader::new(type_index, &batch.map_err(LakeError::segment(&path))?);
        for row in 0..batch.rows() {
            let record = batch.record(row).map_err(LakeError::segment(&path))?;
            records.extend(batch.arrival(row).map(|arrival| (arrival, record)));
        }
    }
    Ok(())
}
