//! The Arrow schema of a record type.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use records::{Column, Kind, RecordType};

/// UTC, as the part of Arrow that knows no names of time zones writes it.
pub(crate) const TIME_ZONE: &str = "+00:00";

/// The column behind those of the record type: where the record stands among all that arrived. It is no part of the
/// record, and is not shown.
pub(crate) const ARRIVAL: &str = "_arrival";

/// The schema at rest: that of the type, and behind it [`ARRIVAL`].
pub(crate) fn stored_schema(record_type: &RecordType) -> SchemaRef {
    let arrival = Field::new(ARRIVAL, DataType::UInt64, true);
    let fields = record_type.columns.iter().map(field).chain([arrival]);
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The schema: one field per column, the column's documentation as metadata `doc`.
///
/// All columns but the record's time may be empty: a column that a later version adds is empty in older
/// segments.
pub(crate) fn schema(record_type: &RecordType) -> SchemaRef {
    let fields: Vec<Field> = record_type.columns.iter().map(field).collect();
    Arc::new(Schema::new(fields))
}

fn field(column: &Column) -> Field {
    let doc = HashMap::from([("doc".to_owned(), column.doc.to_owned())]);
    Field::new(column.name, data_type(column.kind), column.name != "ts").with_metadata(doc)
}

fn data_type(kind: Kind) -> DataType {
    let list = |item| DataType::List(Arc::new(Field::new_list_field(item, true)));
    let span = DataType::Duration(TimeUnit::Nanosecond);
    match kind {
        Kind::Timestamp => DataType::Timestamp(TimeUnit::Nanosecond, Some(TIME_ZONE.into())),
        Kind::Interval => span,
        Kind::Bool => DataType::Boolean,
        Kind::Count => DataType::UInt64,
        Kind::Integer => DataType::Int64,
        Kind::Double => DataType::Float64,
        Kind::Text | Kind::Address => DataType::Utf8,
        Kind::TextList | Kind::AddressList => list(DataType::Utf8),
        Kind::CountList => list(DataType::UInt64),
        Kind::IntervalList => list(span),
    }
}
