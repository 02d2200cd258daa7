//! What a column can hold, and how a record's fields are written to and read from columns.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::{Interval, ReadError, Timestamp, Uid};

/// The kind of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nanoseconds since the Unix epoch (UTC).
    Timestamp,
    /// A span of time in nanoseconds.
    Interval,
    /// True or false.
    Bool,
    /// A whole number, zero or more.
    Count,
    /// A whole number.
    Integer,
    /// A floating point number.
    Double,
    /// Text in UTF-8.
    Text,
    /// An IPv4 or IPv6 address.
    Address,
    /// A list of texts.
    TextList,
    /// A list of whole numbers.
    CountList,
    /// A list of spans of time.
    IntervalList,
    /// A list of addresses.
    AddressList,
}

/// Takes a record's values, one call per column in the order of the record type's columns.
pub trait ColumnWriter {
    /// The column holds nothing in this record.
    fn absent(&mut self, kind: Kind);
    /// Nanoseconds since the epoch.
    fn timestamp(&mut self, value: Timestamp);
    /// Nanoseconds.
    fn interval(&mut self, value: Interval);
    /// A truth value.
    fn bool(&mut self, value: bool);
    /// A count.
    fn count(&mut self, value: u64);
    /// A whole number.
    fn integer(&mut self, value: i64);
    /// A floating point number.
    fn double(&mut self, value: f64);
    /// A text.
    fn text(&mut self, value: &str);
    /// An address.
    fn address(&mut self, value: IpAddr);
    /// Texts.
    fn text_list(&mut self, values: &[String]);
    /// Counts.
    fn count_list(&mut self, values: &[u64]);
    /// Intervals.
    fn interval_list(&mut self, values: &[Interval]);
    /// Addresses.
    fn address_list(&mut self, values: &[IpAddr]);
}

/// Gives a record's values back in the order in which a [`ColumnWriter`] took them; `None` is an absent value.
pub trait ColumnReader {
    /// See [`ColumnWriter::timestamp`].
    fn timestamp(&mut self) -> Result<Option<Timestamp>, ReadError>;
    /// See [`ColumnWriter::interval`].
    fn interval(&mut self) -> Result<Option<Interval>, ReadError>;
    /// See [`ColumnWriter::bool`].
    fn bool(&mut self) -> Result<Option<bool>, ReadError>;
    /// See [`ColumnWriter::count`].
    fn count(&mut self) -> Result<Option<u64>, ReadError>;
    /// See [`ColumnWriter::integer`].
    fn integer(&mut self) -> Result<Option<i64>, ReadError>;
    /// See [`ColumnWriter::double`].
    fn double(&mut self) -> Result<Option<f64>, ReadError>;
    /// See [`ColumnWriter::text`].
    fn text(&mut self) -> Result<Option<String>, ReadError>;
    /// See [`ColumnWriter::address`].
    fn address(&mut self) -> Result<Option<IpAddr>, ReadError>;
    /// See [`ColumnWriter::text_list`].
    fn text_list(&mut self) -> Result<Option<Vec<String>>, ReadError>;
    /// See [`ColumnWriter::count_list`].
    fn count_list(&mut self) -> Result<Option<Vec<u64>>, ReadError>;
    /// See [`ColumnWriter::interval_list`].
    fn interval_list(&mut self) -> Result<Option<Vec<Interval>>, ReadError>;
    /// See [`ColumnWriter::address_list`].
    fn address_list(&mut self) -> Result<Option<Vec<IpAddr>>, ReadError>;
}

/// A type that a record's field can have.
pub trait Value: Sized {
    /// The kind of the column.
    const KIND: Kind;
    /// Whether the column may be empty.
    const OPTIONAL: bool = false;
    /// Writes the value to its column.
    fn write(&self, writer: &mut impl ColumnWriter);
    /// Reads the value from its column; `None` where the column is empty.
    fn read(reader: &mut impl ColumnReader) -> Result<Option<Self>, ReadError>;
    /// Reads a value that must be there.
    fn read_required(reader: &mut impl ColumnReader) -> Result<Self, ReadError> {
        Self::read(reader)?.ok_or(ReadError::Absent)
    }
}

impl<T: Value> Value for Option<T> {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = true;
    fn write(&self, writer: &mut impl ColumnWriter) {
        match self {
            Some(value) => value.write(writer),
            None => writer.absent(T::KIND),
        }
    }
    fn read(reader: &mut impl ColumnReader) -> Result<Option<Self>, ReadError> {
        Ok(Some(T::read(reader)?))
    }
}

macro_rules! value {
    ($type:ty, $kind:ident, $method:ident, |$value:ident| $write:expr, |$read:ident| $back:expr) => {
        impl Value for $type {
            const KIND: Kind = Kind::$kind;
            fn write(&self, writer: &mut impl ColumnWriter) {
                let $value = self;
                writer.$method($write);
            }
            fn read(reader: &mut impl ColumnReader) -> Result<Option<Self>, ReadError> {
                let Some($read) = reader.$method()? else { return Ok(None) };
                Ok(Some($back))
            }
        }
    };
}

value!(Timestamp, Timestamp, timestamp, |value| *value, |read| read);
value!(Interval, Interval, interval, |value| *value, |read| read);
value!(bool, Bool, bool, |value| *value, |read| read);
value!(u64, Count, count, |value| *value, |read| read);
value!(u32, Count, count, |value| u64::from(*value), |read| u32::try_from(read)
    .map_err(|_| ReadError::Range)?);
value!(u16, Count, count, |value| u64::from(*value), |read| u16::try_from(read)
    .map_err(|_| ReadError::Range)?);
value!(u8, Count, count, |value| u64::from(*value), |read| u8::try_from(read)
    .map_err(|_| ReadError::Range)?);
value!(i64, Integer, integer, |value| *value, |read| read);
value!(f64, Double, double, |value| *value, |read| read);
value!(String, Text, text, |value| value, |read| read);
value!(Cow<'static, str>, Text, text, |value| value, |read| Cow::Owned(read));
value!(Uid, Text, text, |value| value.as_str(), |read| Uid::parse(&read).ok_or(ReadError::Range)?);
value!(IpAddr, Address, address, |value| *value, |read| read);
value!(Vec<String>, TextList, text_list, |value| value, |read| read);
value!(Vec<u64>, CountList, count_list, |value| value, |read| read);
value!(Vec<Interval>, IntervalList, interval_list, |value| value, |read| read);
value!(Vec<IpAddr>, AddressList, address_list, |value| value, |read| read);
