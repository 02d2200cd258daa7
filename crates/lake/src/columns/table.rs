//! The records of one type in memory, and their order at rest: by time; records of the same time stay in the order in
//! which they came, which is that of the packets.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::{TimestampNanosecondType, UInt64Type};
use arrow::error::ArrowError;
use records::AnyRecord;

use super::builder::ChunkBuilder;
use super::schema::ARRIVAL;
use crate::LakeError;

/// Rows of a chunk: few enough that growing its columns copies little.
const CHUNK_ROWS: usize = 8192;

/// A table of one record type that grows by a row per record.
pub(crate) struct Table {
    type_index: usize,
    /// Full chunks, in the order in which they came.
    chunks: Vec<RecordBatch>,
    growing: ChunkBuilder,
    /// Roughly what the full chunks take in memory.
    bytes: usize,
    /// So many rows are in the log.
    logged: usize,
}

impl Table {
    /// An empty table of the type at `type_index` in [`records::RECORD_TYPES`].
    pub(crate) fn new(type_index: usize) -> Self {
        Self { type_index, chunks: Vec::new(), growing: ChunkBuilder::new(type_index), bytes: 0, logged: 0 }
    }

    /// Takes a record; `arrival` says where it stands in the order in which records arrived, if that is known.
    pub(crate) fn push(&mut self, record: &AnyRecord, arrival: Option<u64>) -> Result<(), LakeError> {
        self.growing.push(record, arrival);
        if self.growing.rows() >= CHUNK_ROWS {
            self.bytes += self.growing.bytes();
            let empty = self.growing.emptied();
            let chunk = std::mem::replace(&mut self.growing, empty).finish();
            self.chunks.push(chunk.map_err(|error| LakeError::columns(self.type_index, &error))?);
        }
        Ok(())
    }

    pub(crate) fn rows(&self) -> usize {
        self.chunks.len() * CHUNK_ROWS + self.growing.rows()
    }

    /// Roughly what the table takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes + self.growing.bytes()
    }

    /// The rows that were not given before, as they came.
    pub(crate) fn take_unlogged(&mut self) -> Vec<Result<RecordBatch, ArrowError>> {
        let rows = self.rows();
        let logged = std::mem::replace(&mut self.logged, rows);
        let behind = |first_row: usize, chunk: RecordBatch| {
            let start = logged.saturating_sub(first_row).min(chunk.num_rows());
            chunk.slice(start, chunk.num_rows() - start)
        };
        let full = self.chunks.iter().cloned().enumerate().skip(logged / CHUNK_ROWS);
        let mut parts: Vec<_> = full.map(|(number, chunk)| Ok(behind(number * CHUNK_ROWS, chunk))).collect();
        let first_growing = self.chunks.len() * CHUNK_ROWS;
        if self.growing.rows() > logged.saturating_sub(first_growing) {
            parts.push(self.growing.copied().map(|chunk| behind(first_growing, chunk)));
        }
        parts
    }

    /// The rows in order.
    pub(crate) fn sorted(self) -> Result<Sorted, LakeError> {
        let Self { type_index, mut chunks, growing, .. } = self;
        let sorted = growing.finish().and_then(|last| {
            chunks.push(last);
            Sorted::new(chunks)
        });
        sorted.map_err(|error| LakeError::columns(type_index, &error))
    }
}

/// Rows in order: all of a table, or those of a part of it.
#[derive(Clone)]
pub(crate) struct Sorted {
    /// All but the last have [`CHUNK_ROWS`] rows.
    chunks: Arc<[RecordBatch]>,
    /// Time and row, in order.
    order: Arc<[(i64, u32)]>,
    part: Range<usize>,
}

impl Sorted {
    fn new(chunks: Vec<RecordBatch>) -> Result<Self, ArrowError> {
        let mut order: Vec<(i64, u32)> = Vec::new();
        let mut rows = 0..u32::MAX;
        for chunk in &chunks {
            let times = chunk
                .column_by_name("ts")
                .and_then(|column| column.as_primitive_opt::<TimestampNanosecondType>())
                .ok_or_else(|| ArrowError::SchemaError("no column `ts`".to_owned()))?;
            order.extend(times.values().iter().copied().zip(&mut rows));
        }
        if !order.is_sorted() {
            order.sort_unstable();
        }
        let part = 0..order.len();
        Ok(Self { chunks: chunks.into(), order: order.into(), part })
    }

    /// Time and row of each, in order.
    pub(crate) fn order(&self) -> &[(i64, u32)] {
        self.order.get(self.part.clone()).unwrap_or_default()
    }

    /// So many rows from the beginning, and the rest.
    pub(crate) fn split_at(&self, rows: usize) -> (Self, Self) {
        let middle = (self.part.start + rows).min(self.part.end);
        let part = |part| Self { chunks: Arc::clone(&self.chunks), order: Arc::clone(&self.order), part };
        (part(self.part.start..middle), part(middle..self.part.end))
    }

    /// The rows, in order, in batches of a chunk's length.
    pub(crate) fn batches(&self) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> {
        self.order().chunks(CHUNK_ROWS).map(|order| self.gather(order))
    }

    /// All rows as one batch of the type's own columns.
    pub(crate) fn whole(&self) -> Result<RecordBatch, ArrowError> {
        let mut rows = self.gather(self.order())?;
        if let Ok(place) = rows.schema().index_of(ARRIVAL) {
            rows.remove_column(place);
        }
        Ok(rows)
    }

    /// Which of its rows arrived first and which last; `None` where that is not known of all.
    pub(crate) fn arrivals(&self) -> Option<(u64, u64)> {
        let columns: Option<Vec<_>> = self
            .chunks
            .iter()
            .map(|chunk| chunk.column_by_name(ARRIVAL)?.as_primitive_opt::<UInt64Type>())
            .collect();
        let columns = columns?;
        let mut span: Option<(u64, u64)> = None;
        for (_, row) in self.order() {
            let (column, row) = (columns.get(*row as usize / CHUNK_ROWS)?, *row as usize % CHUNK_ROWS);
            let arrival = (!column.is_null(row)).then(|| column.value(row))?;
            let (first, last) = span.unwrap_or((arrival, arrival));
            span = Some((first.min(arrival), last.max(arrival)));
        }
        span
    }

    fn gather(&self, order: &[(i64, u32)]) -> Result<RecordBatch, ArrowError> {
        let places: Vec<(usize, usize)> =
            order.iter().map(|(_, row)| (*row as usize / CHUNK_ROWS, *row as usize % CHUNK_ROWS)).collect();
        let chunks: Vec<&RecordBatch> = self.chunks.iter().collect();
        interleave_record_batch(&chunks, &places)
    }
}
