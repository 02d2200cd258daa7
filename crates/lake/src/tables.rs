//! The records of all types that are in memory, as columns.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use records::AnyRecord;

use crate::LakeError;
use crate::columns::{Sorted, Table};

/// A table per record type, by its place in [`records::RECORD_TYPES`].
#[derive(Default)]
pub(crate) struct Tables(BTreeMap<usize, Table>);

impl Tables {
    /// Takes a record; see [`Table::push`].
    pub(crate) fn push(&mut self, record: &AnyRecord, arrival: Option<u64>) -> Result<(), LakeError> {
        let type_index = record.type_index();
        self.0.entry(type_index).or_insert_with(|| Table::new(type_index)).push(record, arrival)
    }

    /// Rows of the longest table.
    pub(crate) fn rows_max(&self) -> usize {
        self.0.values().map(Table::rows).max().unwrap_or(0)
    }

    /// Roughly what all of them take in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.0.values().map(Table::bytes).sum()
    }

    /// Rows that were not given before, by type.
    pub(crate) fn take_unlogged(&mut self) -> impl Iterator<Item = Result<(usize, RecordBatch), LakeError>> {
        self.0.iter_mut().flat_map(|(type_index, table)| {
            let rows = table.take_unlogged();
            rows.into_iter().map(|rows| match rows {
                Ok(rows) => Ok((*type_index, rows)),
                Err(error) => Err(LakeError::columns(*type_index, &error)),
            })
        })
    }

    /// The tables that have rows, each sorted by time; all are empty afterwards.
    pub(crate) fn take_sorted(&mut self) -> impl Iterator<Item = Result<(usize, Sorted), LakeError>> {
        std::mem::take(&mut self.0).into_iter().map(|(type_index, table)| Ok((type_index, table.sorted()?)))
    }
}
