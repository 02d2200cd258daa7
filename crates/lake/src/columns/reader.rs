//! Reads records back from columns.

use std::net::IpAddr;

use arrow::array::{
    Array, AsArray as _, BooleanArray, DurationNanosecondArray, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, TimestampNanosecondArray, UInt64Array,
};
use arrow::datatypes::{DurationNanosecondType, Float64Type, Int64Type, TimestampNanosecondType, UInt64Type};
use records::{AnyRecord, ColumnReader, Interval, RECORD_TYPES, ReadError, Timestamp};

use super::schema::ARRIVAL;

enum Values {
    Timestamp(TimestampNanosecondArray),
    Interval(DurationNanosecondArray),
    Bool(BooleanArray),
    Count(UInt64Array),
    Integer(Int64Array),
    Double(Float64Array),
    Text(StringArray),
    List(ListArray),
}

impl Values {
    fn of(array: &dyn Array) -> Option<Self> {
        let values = array.as_primitive_opt::<TimestampNanosecondType>().cloned().map(Self::Timestamp);
        values
            .or_else(|| array.as_primitive_opt::<DurationNanosecondType>().cloned().map(Self::Interval))
            .or_else(|| array.as_boolean_opt().cloned().map(Self::Bool))
            .or_else(|| array.as_primitive_opt::<UInt64Type>().cloned().map(Self::Count))
            .or_else(|| array.as_primitive_opt::<Int64Type>().cloned().map(Self::Integer))
            .or_else(|| array.as_primitive_opt::<Float64Type>().cloned().map(Self::Double))
            .or_else(|| array.as_string_opt::<i32>().cloned().map(Self::Text))
            .or_else(|| array.as_list_opt::<i32>().cloned().map(Self::List))
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Timestamp(values) => values.is_null(row),
            Self::Interval(values) => values.is_null(row),
            Self::Bool(values) => values.is_null(row),
            Self::Count(values) => values.is_null(row),
            Self::Integer(values) => values.is_null(row),
            Self::Double(values) => values.is_null(row),
            Self::Text(values) => values.is_null(row),
            Self::List(values) => values.is_null(row),
        }
    }
}

/// A batch of records of one type. Columns that the batch does not have are read as empty.
pub(crate) struct BatchReader {
    type_index: usize,
    columns: Vec<Option<Values>>,
    arrivals: Option<Values>,
    rows: usize,
}

impl BatchReader {
    pub(crate) fn new(type_index: usize, batch: &RecordBatch) -> Self {
        let columns = RECORD_TYPES.get(type_index).map_or(&[][..], |record_type| record_type.columns);
        let values_of = |name| batch.column_by_name(name).and_then(|array| Values::of(array));
        Self {
            type_index,
            columns: columns.iter().map(|column| values_of(column.name)).collect(),
            arrivals: values_of(ARRIVAL),
            rows: batch.num_rows(),
        }
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn record(&self, row: usize) -> Result<AnyRecord, ReadError> {
        if row >= self.rows {
            return Err(ReadError::Short);
        }
        AnyRecord::read(self.type_index, &mut RowReader { batch: self, row, column: 0 })
    }

    /// Where the record stands in the order of arrival, if that was kept.
    pub(crate) fn arrival(&self, row: usize) -> Option<u64> {
        match &self.arrivals {
            Some(Values::Count(arrivals)) if row < self.rows && !arrivals.is_null(row) => {
                Some(arrivals.value(row))
            }
            _ => None,
        }
    }

    /// The text in a column; empty where the type has no such column of texts.
    pub(crate) fn text(&self, column: Option<usize>, row: usize) -> &str {
        match column.and_then(|column| self.columns.get(column)) {
            Some(Some(Values::Text(texts))) if row < self.rows => texts.value(row),
            _ => "",
        }
    }
}

struct RowReader<'a> {
    batch: &'a BatchReader,
    row: usize,
    column: usize,
}

impl<'a> RowReader<'a> {
    fn next(&mut self) -> Option<&'a Values> {
        let values = self.batch.columns.get(self.column)?.as_ref();
        self.column += 1;
        values.filter(|values| !values.is_null(self.row))
    }

    fn list(&mut self) -> Result<Option<Values>, ReadError> {
        match self.next() {
            None => Ok(None),
            Some(Values::List(lists)) => Values::of(&lists.value(self.row)).map(Some).ok_or(ReadError::Kind),
            Some(_) => Err(ReadError::Kind),
        }
    }

    fn texts<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<Vec<T>>, ReadError> {
        match self.list()? {
            None => Ok(None),
            Some(Values::Text(texts)) => {
                let texts = texts.iter().map(|text| parse(text.unwrap_or_default()));
                texts.collect::<Option<_>>().map(Some).ok_or(ReadError::Kind)
            }
            Some(_) => Err(ReadError::Kind),
        }
    }
}

macro_rules! values {
    ($($method:ident: $kind:ident -> $type:ty = $wrap:expr),* $(,)?) => {
        $(fn $method(&mut self) -> Result<Option<$type>, ReadError> {
            match self.next() {
                None => Ok(None),
                Some(Values::$kind(values)) => Ok(Some($wrap(values.value(self.row)))),
                Some(_) => Err(ReadError::Kind),
            }
        })*
    };
}

impl ColumnReader for RowReader<'_> {
    values! {
        timestamp: Timestamp -> Timestamp = Timestamp,
        interval: Interval -> Interval = Interval,
        bool: Bool -> bool = std::convert::identity,
        count: Count -> u64 = std::convert::identity,
        integer: Integer -> i64 = std::convert::identity,
        double: Double -> f64 = std::convert::identity,
        text: Text -> String = str::to_owned,
    }

    fn address(&mut self) -> Result<Option<IpAddr>, ReadError> {
        match self.next() {
            None => Ok(None),
            Some(Values::Text(texts)) => texts.value(self.row).parse().map(Some).map_err(|_| ReadError::Kind),
            Some(_) => Err(ReadError::Kind),
        }
    }

    fn text_list(&mut self) -> Result<Option<Vec<String>>, ReadError> {
        self.texts(|text| Some(text.to_owned()))
    }

    fn count_list(&mut self) -> Result<Option<Vec<u64>>, ReadError> {
        match self.list()? {
            None => Ok(None),
            Some(Values::Count(counts)) => Ok(Some(counts.values().to_vec())),
            Some(_) => Err(ReadError::Kind),
        }
    }

    fn interval_list(&mut self) -> Result<Option<Vec<Interval>>, ReadError> {
        match self.list()? {
            None => Ok(None),
            Some(Values::Interval(spans)) => Ok(Some(spans.values().iter().copied().map(Interval).collect())),
            Some(_) => Err(ReadError::Kind),
        }
    }

    fn address_list(&mut self) -> Result<Option<Vec<IpAddr>>, ReadError> {
        self.texts(|text| text.parse().ok())
    }
}
