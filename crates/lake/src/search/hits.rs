//! The records that a search finds, of all types, merged by time.

use std::cmp::Ordering;

use arrow::array::RecordBatch;
use datafusion::common::Result as QueryResult;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::ident;
use datafusion::prelude::DataFrame;
use futures::StreamExt as _;
use records::{AnyRecord, RECORD_TYPES};
use tokio::runtime::Runtime;

use crate::LakeError;
use crate::columns::BatchReader;

/// The column that orders hits of the same time: what belongs together stands together.
const ORDER_NAME: &str = "uid";

/// Runs the query of one type, sorted by time, then by the connection's name.
pub(super) async fn sorted(
    frame: DataFrame,
    type_index: usize,
    limit: Option<usize>,
) -> QueryResult<SendableRecordBatchStream> {
    let mut order = vec![ident("ts").sort(true, false)];
    if name_column(type_index).is_some() {
        order.push(ident(ORDER_NAME).sort(true, true));
    }
    frame.sort(order)?.limit(0, limit)?.execute_stream().await
}

/// The place of the column that orders hits of the same time, where the type has it.
fn name_column(type_index: usize) -> Option<usize> {
    RECORD_TYPES.get(type_index)?.column(ORDER_NAME)
}

/// Hits in the order of time.
pub struct Hits {
    // Dropped before the runtime, which runs their tasks.
    sources: Vec<Source>,
    runtime: Runtime,
    left: usize,
}

/// The hits of one type.
struct Source {
    type_index: usize,
    name_column: Option<usize>,
    stream: SendableRecordBatchStream,
    batch: BatchReader,
    row: usize,
    head: Option<(AnyRecord, String)>,
}

impl Hits {
    pub(super) fn new(
        streams: Vec<(usize, SendableRecordBatchStream)>,
        runtime: Runtime,
        limit: Option<usize>,
    ) -> Result<Self, LakeError> {
        let mut sources = Vec::new();
        for (type_index, stream) in streams {
            let batch = BatchReader::new(type_index, &RecordBatch::new_empty(stream.schema()));
            let mut source = Source {
                type_index,
                name_column: name_column(type_index),
                stream,
                batch,
                row: 0,
                head: None,
            };
            source.advance(&runtime)?;
            sources.push(source);
        }
        Ok(Self { sources, runtime, left: limit.unwrap_or(usize::MAX) })
    }

    fn take(&mut self) -> Result<Option<AnyRecord>, LakeError> {
        let first = self
            .sources
            .iter_mut()
            .filter(|source| source.head.is_some())
            .min_by(|left, right| left.order(right));
        let Some(source) = first else { return Ok(None) };
        let record = source.head.take().map(|(record, _)| record);
        source.advance(&self.runtime)?;
        Ok(record)
    }
}

impl Iterator for Hits {
    type Item = Result<AnyRecord, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let taken = self.take();
        if taken.is_err() {
            self.left = 0;
        }
        taken.transpose()
    }
}

impl Source {
    fn advance(&mut self, runtime: &Runtime) -> Result<(), LakeError> {
        while self.row >= self.batch.rows() {
            let Some(batch) = runtime.block_on(self.stream.next()) else { return Ok(()) };
            self.batch = BatchReader::new(self.type_index, &batch.map_err(LakeError::query)?);
            self.row = 0;
        }
        let record = self.batch.record(self.row).map_err(LakeError::engine)?;
        self.head = Some((record, self.batch.text(self.name_column, self.row).to_owned()));
        self.row += 1;
        Ok(())
    }

    /// By time, then by the connection's name, then by type.
    fn order(&self, other: &Self) -> Ordering {
        match (&self.head, &other.head) {
            (Some((left, left_name)), Some((right, right_name))) => {
                let by_time = left.ts().cmp(&right.ts());
                by_time.then_with(|| left_name.cmp(right_name)).then(self.type_index.cmp(&other.type_index))
            }
            (left, right) => right.is_some().cmp(&left.is_some()),
        }
    }
}
