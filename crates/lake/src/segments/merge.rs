//! Reads the records of one type from all its segments in one order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{RecordBatch, RecordBatchReader as _};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use records::{AnyRecord, RECORD_TYPES, Timestamp};

use crate::columns::BatchReader;
use crate::manifest::Segment;
use crate::{LakeError, TimeRange};

/// Rows that are read from a segment at once.
const BATCH_ROWS: usize = 1024;

/// Records of one type, sorted by time, those of the same time in the order in which they came.
///
/// Segments are opened when their time has come, so that memory does not grow with the number of days.
pub struct Records {
    dir: PathBuf,
    type_index: usize,
    range: TimeRange,
    /// Segments that are not yet open, the latest first.
    pending: Vec<Segment>,
    heads: BinaryHeap<Reverse<Head>>,
    failed: bool,
}

/// The first record of a source that has not been given out.
struct Head {
    ts: Timestamp,
    record: AnyRecord,
    arrival: Option<u64>,
    source: Source,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.ts, self.source.place).cmp(&(other.ts, other.source.place))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// A sorted sequence of batches: a segment, or a table in memory.
struct Source {
    /// Orders records of the same time, see [`Segment::place`].
    place: u64,
    path: PathBuf,
    batches: Option<ParquetRecordBatchReader>,
    batch: BatchReader,
    row: usize,
}

impl Records {
    /// `table`, sorted, holds the records that are in no segment.
    pub(crate) fn new(
        dir: &Path,
        type_index: usize,
        segments: impl Iterator<Item = Segment>,
        table: Option<&RecordBatch>,
        range: TimeRange,
    ) -> Result<Self, LakeError> {
        let overlaps = |segment: &Segment| range.overlaps(Timestamp(segment.first), Timestamp(segment.last));
        let mut pending: Vec<Segment> = segments.filter(overlaps).collect();
        pending.sort_by_key(|segment| Reverse((segment.first, segment.number)));
        let dir = dir.to_owned();
        let mut records = Self { dir, type_index, range, pending, heads: BinaryHeap::new(), failed: false };
        if let Some(table) = table {
            let batch = BatchReader::new(type_index, table);
            records.advance(Source {
                place: u64::MAX,
                path: PathBuf::from("log"),
                batches: None,
                batch,
                row: 0,
            })?;
        }
        Ok(records)
    }

    /// Puts the source's next record of the time range among the heads.
    fn advance(&mut self, mut source: Source) -> Result<(), LakeError> {
        while let Some((record, arrival)) = source.next(self.type_index)? {
            let ts = record.ts();
            if self.range.until.is_some_and(|until| ts >= until) {
                return Ok(());
            }
            if self.range.contains(ts) {
                self.heads.push(Reverse(Head { ts, record, arrival, source }));
                return Ok(());
            }
        }
        Ok(())
    }

    /// Opens the segments that begin before the earliest head.
    fn open_due(&mut self) -> Result<(), LakeError> {
        while let Some(segment) = self
            .pending
            .pop_if(|segment| self.heads.peek().is_none_or(|Reverse(head)| segment.first <= head.ts.0))
        {
            let source = Source::open(&segment, &self.dir, self.type_index)?;
            self.advance(source)?;
        }
        Ok(())
    }

    /// The next record, with its place in the order of arrival if that was kept.
    pub(super) fn next_arrived(&mut self) -> Result<Option<(AnyRecord, Option<u64>)>, LakeError> {
        self.open_due()?;
        let Some(Reverse(head)) = self.heads.pop() else { return Ok(None) };
        self.advance(head.source)?;
        Ok(Some((head.record, head.arrival)))
    }

    /// The name of the records' type.
    pub fn type_name(&self) -> &'static str {
        RECORD_TYPES.get(self.type_index).map_or("", |record_type| record_type.name)
    }
}

impl Iterator for Records {
    type Item = Result<AnyRecord, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let taken = self.next_arrived();
        self.failed = taken.is_err();
        taken.map(|taken| taken.map(|(record, _)| record)).transpose()
    }
}

impl Source {
    fn open(segment: &Segment, dir: &Path, type_index: usize) -> Result<Self, LakeError> {
        let path = segment.path(dir);
        let file = File::open(&path).map_err(LakeError::io("open", &path))?;
        let batches = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|builder| builder.with_batch_size(BATCH_ROWS).build())
            .map_err(LakeError::segment(&path))?;
        let batch = BatchReader::new(type_index, &RecordBatch::new_empty(batches.schema()));
        Ok(Self { place: segment.place(), path, batches: Some(batches), batch, row: 0 })
    }

    fn next(&mut self, type_index: usize) -> Result<Option<(AnyRecord, Option<u64>)>, LakeError> {
        while self.row >= self.batch.rows() {
            let Some(batch) = self.batches.as_mut().and_then(Iterator::next) else { return Ok(None) };
            self.batch = BatchReader::new(type_index, &batch.map_err(LakeError::segment(&self.path))?);
            self.row = 0;
        }
        let record = self.batch.record(self.row).map_err(LakeError::segment(&self.path))?;
        let arrival = self.batch.arrival(self.row);
        self.row += 1;
        Ok(Some((record, arrival)))
    }
}
