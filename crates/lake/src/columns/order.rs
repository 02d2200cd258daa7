//! The order of records at rest: by time, then by the connection's name, then by all other values. It is total
//! (but for records that are the same in everything), so that it does not depend on the order of arrival.

use arrow::array::{Array as _, AsArray as _, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::TimestampNanosecondType;
use arrow::error::ArrowError;

use super::reader::BatchReader;
use crate::log::row_bytes;

/// The column that orders records of the same time.
pub(crate) const ORDER_NAME: &str = "uid";

/// The batch in order.
pub(crate) fn sort(type_index: usize, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let times = batch
        .column_by_name("ts")
        .and_then(|column| column.as_primitive_opt::<TimestampNanosecondType>())
        .ok_or_else(|| ArrowError::SchemaError("no column `ts`".to_owned()))?;
    let names = batch.column_by_name(ORDER_NAME).and_then(|column| column.as_string_opt::<i32>());
    let key = |row: u32| {
        let row = row as usize;
        let name = names.filter(|names| names.is_valid(row)).map_or("", |names| names.value(row));
        (times.value(row), name)
    };
    let rows =
        u32::try_from(batch.num_rows()).map_err(|_| ArrowError::ComputeError("too many rows".into()))?;
    let mut order: Vec<u32> = (0..rows).collect();
    order.sort_by(|left, right| key(*left).cmp(&key(*right)));

    let reader = BatchReader::new(type_index, batch);
    for ties in order.chunk_by_mut(|left, right| key(*left) == key(*right)).filter(|ties| ties.len() > 1) {
        ties.sort_by_cached_key(|row| reader.record(*row as usize).map(|record| row_bytes(&record)).ok());
    }
    if order.is_sorted() {
        return Ok(batch.clone());
    }
    take_record_batch(batch, &UInt32Array::from(order))
}
