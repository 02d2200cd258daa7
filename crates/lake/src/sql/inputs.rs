//! The table `inputs`: what was taken into the lake, so that it can be asked where records came from.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::Result;
use datafusion::datasource::MemTable;

use crate::Lake;

/// Its name; no record type has it.
pub(crate) const NAME: &str = "inputs";

/// What a capture holds.
const PACKETS: &str = "packets";

/// Name, format (`packets`, `zeek-tsv`, `zeek-json`, `suricata-eve`), sensor where the input names it, length of the
/// content and its XXH3-128.
pub(crate) fn table(lake: &Lake) -> Result<MemTable> {
    let inputs = || lake.captures().iter();
    let text = |name: &str, optional| Field::new(name, DataType::Utf8, optional);
    let schema = Arc::new(Schema::new(vec![
        text("name", false),
        text("format", false),
        text("sensor", true),
        Field::new("bytes", DataType::UInt64, false),
        text("hash", false),
    ]));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(inputs().map(|input| &input.name))),
        Arc::new(StringArray::from_iter_values(
            inputs().map(|input| input.format.as_deref().unwrap_or(PACKETS)),
        )),
        Arc::new(StringArray::from_iter(inputs().map(|input| input.sensor.as_deref()))),
        Arc::new(UInt64Array::from_iter_values(inputs().map(|input| input.bytes))),
        Arc::new(StringArray::from_iter_values(inputs().map(|input| format!("{:032x}", input.hash)))),
    ];
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    MemTable::try_new(schema, vec![vec![batch]])
}
