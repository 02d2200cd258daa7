//! The records of all types that are in memory, as columns.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use records::{AnyRecord, RECORD_TYPES};

use crate::LakeError;
use crate::columns::{TableBuilder, sort};

/// A table per record type, by its place in [`RECORD_TYPES`].
#[derive(Default)]
pub(crate) struct Tables(BTreeMap<usize, TableBuilder>);

impl Tables {
    pub(crate) fn push(&mut self, record: &AnyRecord) {
        let type_index = record.type_index();
        self.0.entry(type_index).or_insert_with(|| TableBuilder::new(type_index)).push(record);
    }

    /// Rows of the longest table.
    pub(crate) fn rows_max(&self) -> usize {
        self.0.values().map(TableBuilder::rows).max().unwrap_or(0)
    }

    /// Roughly what all of them take in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.0.values().map(TableBuilder::bytes).sum()
    }

    /// The tables that have rows, each sorted by time; all are empty afterwards.
    pub(crate) fn take_sorted(&mut self) -> impl Iterator<Item = Result<(usize, RecordBatch), LakeError>> {
        std::mem::take(&mut self.0).into_iter().map(|(type_index, mut table)| {
            let record_type = RECORD_TYPES.get(type_index).map_or("", |record_type| record_type.name);
            let columns = |error: arrow::error::ArrowError| LakeError::Columns {
                record_type,
                reason: error.to_string(),
            };
            Ok((type_index, sort(&table.finish()?).map_err(columns)?))
        })
    }
}
