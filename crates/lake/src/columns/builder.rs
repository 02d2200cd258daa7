//! Collects records of one type as columns.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, DurationNanosecondBuilder, Float64Builder, Int64Builder, ListBuilder,
    RecordBatch, StringBuilder, TimestampNanosecondBuilder, UInt64Builder,
};
use arrow::datatypes::SchemaRef;
use records::{AnyRecord, ColumnWriter, Interval, Kind, RECORD_TYPES, RecordType, Timestamp};

use super::schema::{TIME_ZONE, schema};
use crate::LakeError;

enum ColumnBuilder {
    Timestamp(TimestampNanosecondBuilder),
    Interval(DurationNanosecondBuilder),
    Bool(BooleanBuilder),
    Count(UInt64Builder),
    Integer(Int64Builder),
    Double(Float64Builder),
    Text(StringBuilder),
    TextList(ListBuilder<StringBuilder>),
    CountList(ListBuilder<UInt64Builder>),
    IntervalList(ListBuilder<DurationNanosecondBuilder>),
}

impl ColumnBuilder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Timestamp => Self::Timestamp(TimestampNanosecondBuilder::new().with_timezone(TIME_ZONE)),
            Kind::Interval => Self::Interval(DurationNanosecondBuilder::new()),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Count => Self::Count(UInt64Builder::new()),
            Kind::Integer => Self::Integer(Int64Builder::new()),
            Kind::Double => Self::Double(Float64Builder::new()),
            Kind::Text | Kind::Address => Self::Text(StringBuilder::new()),
            Kind::TextList | Kind::AddressList => Self::TextList(ListBuilder::new(StringBuilder::new())),
            Kind::CountList => Self::CountList(ListBuilder::new(UInt64Builder::new())),
            Kind::IntervalList => Self::IntervalList(ListBuilder::new(DurationNanosecondBuilder::new())),
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::Timestamp(builder) => builder.append_null(),
            Self::Interval(builder) => builder.append_null(),
            Self::Bool(builder) => builder.append_null(),
            Self::Count(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Double(builder) => builder.append_null(),
            Self::Text(builder) => builder.append_null(),
            Self::TextList(builder) => builder.append_null(),
            Self::CountList(builder) => builder.append_null(),
            Self::IntervalList(builder) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Timestamp(builder) => Arc::new(builder.finish()),
            Self::Interval(builder) => Arc::new(builder.finish()),
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Count(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::TextList(builder) => Arc::new(builder.finish()),
            Self::CountList(builder) => Arc::new(builder.finish()),
            Self::IntervalList(builder) => Arc::new(builder.finish()),
        }
    }
}

/// A table of one record type that grows by a row per record.
pub(crate) struct TableBuilder {
    record_type: &'static RecordType,
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    /// The column that the row being written has reached.
    column: usize,
    rows: usize,
    /// Roughly what the table takes in memory.
    bytes: usize,
}

impl TableBuilder {
    /// An empty table of the type at `type_index` in [`RECORD_TYPES`].
    pub(crate) fn new(type_index: usize) -> Self {
        let record_type = RECORD_TYPES.get(type_index).unwrap_or(&RECORD_TYPES[0]);
        let columns = record_type.columns.iter().map(|column| ColumnBuilder::new(column.kind)).collect();
        Self { record_type, schema: schema(record_type), columns, column: 0, rows: 0, bytes: 0 }
    }

    pub(crate) fn push(&mut self, record: &AnyRecord) {
        self.column = 0;
        record.write(self);
        self.rows += 1;
        self.bytes += 8 * self.columns.len();
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The rows so far; the table is empty afterwards.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch, LakeError> {
        self.rows = 0;
        self.bytes = 0;
        let columns = self.columns.iter_mut().map(ColumnBuilder::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|error| LakeError::Columns {
            record_type: self.record_type.name,
            reason: error.to_string(),
        })
    }

    fn next(&mut self) -> Option<&mut ColumnBuilder> {
        let column = self.columns.get_mut(self.column);
        self.column += 1;
        column
    }
}

/// A value of another kind than its column would leave the column short, which `finish` reports.
impl ColumnWriter for TableBuilder {
    fn absent(&mut self, _: Kind) {
        if let Some(column) = self.next() {
            column.append_null();
        }
    }
    fn timestamp(&mut self, value: Timestamp) {
        if let Some(ColumnBuilder::Timestamp(column)) = self.next() {
            column.append_value(value.0);
        }
    }
    fn interval(&mut self, value: Interval) {
        if let Some(ColumnBuilder::Interval(column)) = self.next() {
            column.append_value(value.0);
        }
    }
    fn bool(&mut self, value: bool) {
        if let Some(ColumnBuilder::Bool(column)) = self.next() {
            column.append_value(value);
        }
    }
    fn count(&mut self, value: u64) {
        if let Some(ColumnBuilder::Count(column)) = self.next() {
            column.append_value(value);
        }
    }
    fn integer(&mut self, value: i64) {
        if let Some(ColumnBuilder::Integer(column)) = self.next() {
            column.append_value(value);
        }
    }
    fn double(&mut self, value: f64) {
        if let Some(ColumnBuilder::Double(column)) = self.next() {
            column.append_value(value);
        }
    }
    fn text(&mut self, value: &str) {
        self.bytes += value.len();
        if let Some(ColumnBuilder::Text(column)) = self.next() {
            column.append_value(value);
        }
    }
    fn address(&mut self, value: IpAddr) {
        self.bytes += 16;
        if let Some(ColumnBuilder::Text(column)) = self.next() {
            // Writing to a string builder cannot fail.
            let _ = write!(column, "{value}");
            column.append_value("");
        }
    }
    fn text_list(&mut self, values: &[String]) {
        self.bytes += values.iter().map(|value| value.len() + 4).sum::<usize>();
        if let Some(ColumnBuilder::TextList(column)) = self.next() {
            column.append_value(values.iter().map(Some));
        }
    }
    fn count_list(&mut self, values: &[u64]) {
        self.bytes += 8 * values.len();
        if let Some(ColumnBuilder::CountList(column)) = self.next() {
            column.append_value(values.iter().copied().map(Some));
        }
    }
    fn interval_list(&mut self, values: &[Interval]) {
        self.bytes += 8 * values.len();
        if let Some(ColumnBuilder::IntervalList(column)) = self.next() {
            column.append_value(values.iter().map(|value| Some(value.0)));
        }
    }
    fn address_list(&mut self, values: &[IpAddr]) {
        self.bytes += 20 * values.len();
        if let Some(ColumnBuilder::TextList(column)) = self.next() {
            column.append_value(values.iter().map(|value| Some(value.to_string())));
        }
    }
}
