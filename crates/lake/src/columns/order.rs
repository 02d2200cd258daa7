//! The order of records at rest: by time; records of the same time stay in the order in which they came, which is
//! that of the packets.

use arrow::array::{AsArray as _, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::TimestampNanosecondType;
use arrow::error::ArrowError;

/// The batch in order.
pub(crate) fn sort(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let times = batch
        .column_by_name("ts")
        .and_then(|column| column.as_primitive_opt::<TimestampNanosecondType>())
        .ok_or_else(|| ArrowError::SchemaError("no column `ts`".to_owned()))?;
    let times: &[i64] = times.values();
    if times.is_sorted() {
        return Ok(batch.clone());
    }
    let rows = u32::try_from(times.len()).map_err(|_| ArrowError::ComputeError("too many rows".into()))?;
    let mut order: Vec<(i64, u32)> = times.iter().copied().zip(0..rows).collect();
    order.sort_unstable();
    take_record_batch(batch, &UInt32Array::from_iter_values(order.into_iter().map(|(_, row)| row)))
}
