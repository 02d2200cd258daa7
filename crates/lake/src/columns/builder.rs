//! Turns records of one type into columns.

use std::net::IpAddr;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder as _, ArrayRef, BooleanBuilder, DurationNanosecondBuilder, Float64Builder, Int64Builder,
    ListBuilder, RecordBatch, StringBuilder, TimestampNanosecondBuilder, UInt64Builder,
};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use records::{AnyRecord, ColumnWriter, Interval, Kind, RECORD_TYPES, Timestamp, push_address};

use super::schema::{TIME_ZONE, stored_schema};

/// Longer texts and lists of texts are cut: no honest value is as long, and a column's offsets have 32 bits.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// The text, or as much of it as fits into so many bytes.
fn cut(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        text
    } else {
        text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
    }
}

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

    /// An empty one with room for as much as this one holds. Lists are rare and grow by themselves.
    fn emptied(&self) -> Self {
        match self {
            Self::Timestamp(builder) => Self::Timestamp(
                TimestampNanosecondBuilder::with_capacity(builder.len()).with_timezone(TIME_ZONE),
            ),
            Self::Interval(builder) => {
                Self::Interval(DurationNanosecondBuilder::with_capacity(builder.len()))
            }
            Self::Bool(builder) => Self::Bool(BooleanBuilder::with_capacity(builder.len())),
            Self::Count(builder) => Self::Count(UInt64Builder::with_capacity(builder.len())),
            Self::Integer(builder) => Self::Integer(Int64Builder::with_capacity(builder.len())),
            Self::Double(builder) => Self::Double(Float64Builder::with_capacity(builder.len())),
            Self::Text(builder) => {
                // The next texts are about as long, with luck a little shorter.
                let bytes = builder.values_slice().len();
                Self::Text(StringBuilder::with_capacity(builder.len(), bytes + bytes / 16))
            }
            Self::TextList(_) => Self::new(Kind::TextList),
            Self::CountList(_) => Self::new(Kind::CountList),
            Self::IntervalList(_) => Self::new(Kind::IntervalList),
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

    fn copied(&self) -> ArrayRef {
        match self {
            Self::Timestamp(builder) => Arc::new(builder.finish_cloned()),
            Self::Interval(builder) => Arc::new(builder.finish_cloned()),
            Self::Bool(builder) => Arc::new(builder.finish_cloned()),
            Self::Count(builder) => Arc::new(builder.finish_cloned()),
            Self::Integer(builder) => Arc::new(builder.finish_cloned()),
            Self::Double(builder) => Arc::new(builder.finish_cloned()),
            Self::Text(builder) => Arc::new(builder.finish_cloned()),
            Self::TextList(builder) => Arc::new(builder.finish_cloned()),
            Self::CountList(builder) => Arc::new(builder.finish_cloned()),
            Self::IntervalList(builder) => Arc::new(builder.finish_cloned()),
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

/// Rows of one record type, a row per record.
pub(crate) struct ChunkBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    /// Where each row stands in the order of arrival.
    arrivals: UInt64Builder,
    /// The column that the row being written has reached.
    column: usize,
    rows: usize,
    /// Roughly what the rows take in memory.
    bytes: usize,
    /// The text of an address, to be used again.
    address: String,
}

impl ChunkBuilder {
    /// No rows of the type at `type_index` in [`RECORD_TYPES`].
    pub(crate) fn new(type_index: usize) -> Self {
        let record_type = RECORD_TYPES.get(type_index).unwrap_or(&RECORD_TYPES[0]);
        let columns = record_type.columns.iter().map(|column| ColumnBuilder::new(column.kind)).collect();
        Self {
            schema: stored_schema(record_type),
            columns,
            arrivals: UInt64Builder::new(),
            column: 0,
            rows: 0,
            bytes: 0,
            address: String::new(),
        }
    }

    pub(crate) fn push(&mut self, record: &AnyRecord, arrival: Option<u64>) {
        self.column = 0;
        record.write(self);
        self.arrivals.append_option(arrival);
        self.rows += 1;
        self.bytes += 8 * (self.columns.len() + 1);
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// An empty one with room for as much as this one holds.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            schema: Arc::clone(&self.schema),
            columns: self.columns.iter().map(ColumnBuilder::emptied).collect(),
            arrivals: UInt64Builder::with_capacity(self.arrivals.len()),
            column: 0,
            rows: 0,
            bytes: 0,
            address: String::new(),
        }
    }

    /// The rows so far; more can be added behind them.
    pub(crate) fn copied(&self) -> Result<RecordBatch, ArrowError> {
        let arrivals: ArrayRef = Arc::new(self.arrivals.finish_cloned());
        let columns = self.columns.iter().map(ColumnBuilder::copied).chain([arrivals]).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }

    /// The rows.
    pub(crate) fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let arrivals: ArrayRef = Arc::new(self.arrivals.finish());
        let columns = self.columns.iter_mut().map(ColumnBuilder::finish).chain([arrivals]).collect();
        RecordBatch::try_new(self.schema, columns)
    }

    fn next(&mut self) -> Option<&mut ColumnBuilder> {
        let column = self.columns.get_mut(self.column);
        self.column += 1;
        column
    }
}

/// A value of another kind than its column would leave the column short, which `finish` reports.
impl ColumnWriter for ChunkBuilder {
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
        let value = cut(value, TEXT_BYTES_MAX);
        self.bytes += value.len();
        if let Some(ColumnBuilder::Text(column)) = self.next() {
            column.append_value(value);
        }
    }
    fn address(&mut self, value: IpAddr) {
        self.bytes += 16;
        let mut text = std::mem::take(&mut self.address);
        text.clear();
        push_address(&mut text, value);
        if let Some(ColumnBuilder::Text(column)) = self.next() {
            column.append_value(&text);
        }
        self.address = text;
    }
    fn text_list(&mut self, values: &[String]) {
        let mut room = TEXT_BYTES_MAX;
        let kept = values.iter().map_while(|value| {
            let value = cut(value, room);
            room = room.checked_sub(value.len() + 4)?;
            Some(value)
        });
        let kept: Vec<&str> = kept.collect();
        self.bytes += kept.iter().map(|value| value.len() + 4).sum::<usize>();
        if let Some(ColumnBuilder::TextList(column)) = self.next() {
            column.append_value(kept.into_iter().map(Some));
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
            let text = |value: &IpAddr| {
                let mut text = String::new();
                push_address(&mut text, *value);
                Some(text)
            };
            column.append_value(values.iter().map(text));
        }
    }
}
