//! Records back from bytes; see `encode.rs` for the form.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use records::{AnyRecord, ColumnReader, Interval, Kind, ReadError, Timestamp};

use super::shape::StoredType;

/// A value as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Timestamp(Timestamp),
    Interval(Interval),
    Bool(bool),
    Count(u64),
    Integer(i64),
    Double(f64),
    Text(String),
    Address(IpAddr),
    TextList(Vec<String>),
    CountList(Vec<u64>),
    IntervalList(Vec<Interval>),
    AddressList(Vec<IpAddr>),
}

/// The bytes of a frame that are not yet read.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ReadError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(ReadError::Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn varint(&mut self) -> Result<u64, ReadError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ReadError::Range)
    }

    fn zigzag(&mut self) -> Result<i64, ReadError> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn text(&mut self) -> Result<String, ReadError> {
        let length = usize::try_from(self.varint()?).map_err(|_| ReadError::Range)?;
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| ReadError::Kind)
    }

    fn address(&mut self) -> Result<IpAddr, ReadError> {
        match self.array()? {
            [4] => Ok(IpAddr::V4(Ipv4Addr::from(self.array::<4>()?))),
            [6] => Ok(IpAddr::V6(Ipv6Addr::from(self.array::<16>()?))),
            _ => Err(ReadError::Kind),
        }
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, ReadError>) -> Result<Vec<T>, ReadError> {
        // Every value has at least a byte, so a wrong length ends at the end of the frame.
        (0..self.varint()?).map(|_| one(self)).collect()
    }

    fn cell(&mut self, kind: Kind) -> Result<Cell, ReadError> {
        Ok(match kind {
            Kind::Timestamp => Cell::Timestamp(Timestamp(i64::from_le_bytes(self.array()?))),
            Kind::Interval => Cell::Interval(Interval(self.zigzag()?)),
            Kind::Bool => Cell::Bool(self.array()? != [0]),
            Kind::Count => Cell::Count(self.varint()?),
            Kind::Integer => Cell::Integer(self.zigzag()?),
            Kind::Double => Cell::Double(f64::from_le_bytes(self.array()?)),
            Kind::Text => Cell::Text(self.text()?),
            Kind::Address => Cell::Address(self.address()?),
            Kind::TextList => Cell::TextList(self.list(Self::text)?),
            Kind::CountList => Cell::CountList(self.list(Self::varint)?),
            Kind::IntervalList => Cell::IntervalList(self.list(|bytes| bytes.zigzag().map(Interval))?),
            Kind::AddressList => Cell::AddressList(self.list(Self::address)?),
        })
    }

    /// Reads a row of the stored type. The outer error means that the rest of the frame is lost, the inner one
    /// that this version of Otus has no place for the record.
    pub(super) fn record(&mut self, stored: &StoredType) -> Result<Result<AnyRecord, ReadError>, ReadError> {
        let presence = self.take(stored.columns.len().div_ceil(8))?;
        let mut row = CellReader { cells: vec![None; stored.width], column: 0 };
        for (index, column) in stored.columns.iter().enumerate() {
            if presence.get(index / 8).is_none_or(|bits| bits >> (index % 8) & 1 == 0) {
                continue;
            }
            let cell = self.cell(column.kind)?;
            if let Some(place) = column.place.and_then(|place| row.cells.get_mut(place)) {
                *place = Some(cell);
            }
        }
        Ok(AnyRecord::read(stored.type_index, &mut row))
    }
}

/// A row whose cells stand in the order of today's columns.
struct CellReader {
    cells: Vec<Option<Cell>>,
    column: usize,
}

impl CellReader {
    fn next(&mut self) -> Option<Cell> {
        let cell = self.cells.get_mut(self.column).and_then(Option::take);
        self.column += 1;
        cell
    }
}

macro_rules! cells {
    ($($method:ident: $kind:ident($type:ty)),* $(,)?) => {
        $(fn $method(&mut self) -> Result<Option<$type>, ReadError> {
            match self.next() {
                None => Ok(None),
                Some(Cell::$kind(value)) => Ok(Some(value)),
                Some(_) => Err(ReadError::Kind),
            }
        })*
    };
}

impl ColumnReader for CellReader {
    cells! {
        timestamp: Timestamp(Timestamp),
        interval: Interval(Interval),
        bool: Bool(bool),
        count: Count(u64),
        integer: Integer(i64),
        double: Double(f64),
        text: Text(String),
        address: Address(IpAddr),
        text_list: TextList(Vec<String>),
        count_list: CountList(Vec<u64>),
        interval_list: IntervalList(Vec<Interval>),
        address_list: AddressList(Vec<IpAddr>),
    }
}
