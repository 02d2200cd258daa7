//! Records from values that have names: a line of a log.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::{
    AnyRecord, Column, ColumnReader, Interval, Json, Kind, RECORD_TYPES, ReadError, RecordType, Timestamp,
    text_from_bytes,
};

/// Values by the names of their columns.
pub type NamedValues<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// Names of connections and files are no longer than this (see [`crate::Uid`]).
const NAME_LENGTH: usize = 18;

/// Why values are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{column}`: {error}")]
pub struct NamedError {
    /// The column.
    pub column: &'static str,
    /// What is wrong with its value.
    pub error: ReadError,
}

/// Reads values as a record of the type at `type_index` in [`RECORD_TYPES`]. Zeek leaves out what was not seen: a
/// missing value that must be there reads as zero, false or empty. Values that were used are taken out of `values`
/// (`null` stays); what is left has no column.
pub fn read_named(type_index: usize, values: &mut NamedValues<'_>) -> Result<AnyRecord, NamedError> {
    let Some(record_type) = RECORD_TYPES.get(type_index) else {
        return Err(NamedError { column: "", error: ReadError::Range });
    };
    let mut reader = NamedReader { record_type, column: 0, next: 0, values };
    AnyRecord::read(type_index, &mut reader).map_err(|error| {
        let column = record_type.columns.get(reader.column.saturating_sub(1));
        NamedError { column: column.map_or("", |column| column.name), error }
    })
}

struct NamedReader<'a, 'b> {
    record_type: &'static RecordType,
    column: usize,
    /// Most logs have the values in the order of the columns: the next is looked for here first.
    next: usize,
    values: &'b mut NamedValues<'a>,
}

impl<'a> NamedReader<'a, '_> {
    fn take(&mut self) -> Result<(&'static Column, Option<Json<'a>>), ReadError> {
        let column = self.record_type.columns.get(self.column).ok_or(ReadError::Short)?;
        self.column += 1;
        let is_next = self.values.get(self.next).is_some_and(|(name, _)| name == column.name);
        let place = match is_next {
            true => Some(self.next),
            false => self.values.iter().position(|(name, _)| name == column.name),
        };
        let Some((place, value)) = place.and_then(|place| Some((place, self.values.get_mut(place)?))) else {
            return Ok((column, None));
        };
        self.next = place + 1;
        Ok((column, Some(std::mem::replace(&mut value.1, Json::Null)).filter(|value| *value != Json::Null)))
    }

    fn read<T>(
        &mut self,
        empty: T,
        read: impl FnOnce(Json<'a>) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        match self.take()? {
            (_, Some(value)) => read(value).map(Some),
            (column, None) => Ok((!column.optional).then_some(empty)),
        }
    }

    fn list<T>(
        &mut self,
        read: impl Fn(Json<'a>) -> Result<T, ReadError>,
    ) -> Result<Option<Vec<T>>, ReadError> {
        self.read(Vec::new(), |value| match value {
            // An element that was not seen is `null`.
            Json::List(values) => values.into_iter().filter(|value| *value != Json::Null).map(read).collect(),
            _ => Err(ReadError::Kind),
        })
    }

    /// Whether the next column holds names of connections or files.
    fn is_of_names(&self) -> bool {
        let column = self.record_type.columns.get(self.column);
        column.is_some_and(|column| match column.kind {
            Kind::Text => matches!(column.name, "uid" | "fuid" | "id" | "parent_fuid"),
            Kind::TextList => column.name.ends_with("uids") || column.name == "tunnel_parents",
            _ => false,
        })
    }
}

fn text(value: Json<'_>) -> Result<String, ReadError> {
    match value {
        Json::Text(text) => Ok(text_from_bytes(text.as_bytes())),
        Json::Number(digits) => Ok(digits.to_owned()),
        _ => Err(ReadError::Kind),
    }
}

/// Zeek can be told to make longer names than ours; an empty one is that of nothing.
fn name(value: Json<'_>) -> Result<String, ReadError> {
    let name = text(value)?;
    Ok(match name.get(..NAME_LENGTH) {
        Some(cut) => cut.to_owned(),
        None if name.is_empty() => "0".to_owned(),
        None => name,
    })
}

fn number<T: std::str::FromStr>(value: &Json<'_>) -> Result<T, ReadError> {
    match value {
        Json::Number(digits) => digits.parse().map_err(|_| ReadError::Range),
        _ => Err(ReadError::Kind),
    }
}

fn interval(value: Json<'_>) -> Result<Interval, ReadError> {
    match value {
        Json::Number(digits) => Interval::parse_seconds(digits).ok_or(ReadError::Range),
        _ => Err(ReadError::Kind),
    }
}

fn timestamp(value: Json<'_>) -> Result<Timestamp, ReadError> {
    match value {
        Json::Text(text) => Timestamp::parse(&text).ok_or(ReadError::Range),
        Json::Number(digits) => {
            let seconds = Interval::parse_seconds(digits).map(|seconds| Timestamp(seconds.0));
            seconds.or_else(|| milliseconds(digits)).ok_or(ReadError::Range)
        }
        _ => Err(ReadError::Kind),
    }
}

/// Zeek can be told to write times in whole milliseconds (`JSON::TS_MILLIS`); as seconds they are out of any range.
fn milliseconds(digits: &str) -> Option<Timestamp> {
    digits.parse::<i64>().ok()?.checked_mul(1_000_000).map(Timestamp)
}

fn address(value: Json<'_>) -> Result<IpAddr, ReadError> {
    value.text().ok_or(ReadError::Kind)?.parse().map_err(|_| ReadError::Range)
}

impl ColumnReader for NamedReader<'_, '_> {
    fn timestamp(&mut self) -> Result<Option<Timestamp>, ReadError> {
        self.read(Timestamp::default(), timestamp)
    }
    fn interval(&mut self) -> Result<Option<Interval>, ReadError> {
        self.read(Interval::default(), interval)
    }
    fn bool(&mut self) -> Result<Option<bool>, ReadError> {
        self.read(false, |value| match value {
            Json::Bool(value) => Ok(value),
            _ => Err(ReadError::Kind),
        })
    }
    fn count(&mut self) -> Result<Option<u64>, ReadError> {
        self.read(0, |value| number(&value))
    }
    fn integer(&mut self) -> Result<Option<i64>, ReadError> {
        self.read(0, |value| number(&value))
    }
    fn double(&mut self) -> Result<Option<f64>, ReadError> {
        let finite = |number: f64| if number.is_finite() { Ok(number) } else { Err(ReadError::Range) };
        self.read(0.0, |value| number(&value).and_then(finite))
    }
    fn text(&mut self) -> Result<Option<String>, ReadError> {
        if self.is_of_names() { self.read("0".to_owned(), name) } else { self.read(String::new(), text) }
    }
    fn address(&mut self) -> Result<Option<IpAddr>, ReadError> {
        self.read(IpAddr::from([0, 0, 0, 0]), address)
    }
    fn text_list(&mut self) -> Result<Option<Vec<String>>, ReadError> {
        if self.is_of_names() { self.list(name) } else { self.list(text) }
    }
    fn count_list(&mut self) -> Result<Option<Vec<u64>>, ReadError> {
        self.list(|value| number(&value))
    }
    fn interval_list(&mut self) -> Result<Option<Vec<Interval>>, ReadError> {
        self.list(interval)
    }
    fn address_list(&mut self) -> Result<Option<Vec<IpAddr>>, ReadError> {
        self.list(address)
    }
}
