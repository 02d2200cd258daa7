//! SQL over the lake: one table per record type, and `inputs`.
//!
//! Spans of time are seconds in SQL, as in Zeek's logs; points in time are timestamps in UTC. Besides the query
//! engine's functions there are `in_network(address, network)` and `seconds(span)`.

mod engine;
mod functions;
mod inputs;
mod print;
mod table;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use futures::StreamExt as _;
use tokio::runtime::Runtime;

pub(crate) use engine::Engine;
pub(crate) use functions::{InNetwork, any_like};
pub(crate) use print::write_csv_line;
pub use print::{write_csv, write_json_lines, write_table};
pub(crate) use table::LakeTable;

use crate::{Lake, LakeError};

/// The rows that a query gives, batch by batch.
pub struct Rows {
    // Dropped before the runtime, which runs its tasks.
    stream: SendableRecordBatchStream,
    runtime: Runtime,
}

impl Rows {
    pub(crate) fn new(stream: SendableRecordBatchStream, runtime: Runtime) -> Self {
        Self { stream, runtime }
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }
}

impl Iterator for Rows {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.runtime.block_on(self.stream.next());
        batch.map(|batch| batch.map_err(LakeError::query))
    }
}

impl Lake {
    /// Runs a query. Nothing in the lake can be changed by it.
    pub fn sql(&self, query: &str) -> Result<Rows, LakeError> {
        let Engine { context, runtime } = Engine::new(self)?;
        let reading =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let stream = runtime
            .block_on(async { context.sql_with_options(query, reading).await?.execute_stream().await })
            .map_err(LakeError::query)?;
        Ok(Rows::new(stream, runtime))
    }
}
