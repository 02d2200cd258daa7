//! A record as bytes.
//!
//! A bit per column says whether it holds a value; then the values follow. Counts and lengths are LEB128
//! varints, whole numbers and spans are zigzag varints, points in time and floats have eight bytes, little
//! endian.

use std::net::IpAddr;

use records::{AnyRecord, ColumnWriter, Interval, Kind, Timestamp};

/// Appends the record: its type's place, then its row.
pub(super) fn encode(record: &AnyRecord, out: &mut Vec<u8>) {
    varint(out, record.type_index() as u64);
    let presence = out.len();
    out.resize(presence + record.record_type().columns.len().div_ceil(8), 0);
    record.write(&mut RowWriter { out, presence, column: 0 });
}

struct RowWriter<'a> {
    out: &'a mut Vec<u8>,
    /// Where the row's presence bits begin in `out`.
    presence: usize,
    column: usize,
}

impl RowWriter<'_> {
    /// Marks the column as present.
    fn present(&mut self) -> &mut Vec<u8> {
        if let Some(bits) = self.out.get_mut(self.presence + self.column / 8) {
            *bits |= 1 << (self.column % 8);
        }
        self.column += 1;
        self.out
    }

    fn list<T>(&mut self, values: &[T], one: impl Fn(&mut Vec<u8>, &T)) {
        let out = self.present();
        varint(out, values.len() as u64);
        values.iter().for_each(|value| one(out, value));
    }
}

pub(super) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(out: &mut Vec<u8>, value: i64) {
    varint(out, ((value << 1) ^ (value >> 63)) as u64);
}

fn text(out: &mut Vec<u8>, value: &str) {
    varint(out, value.len() as u64);
    out.extend_from_slice(value.as_bytes());
}

fn address(out: &mut Vec<u8>, value: IpAddr) {
    match value {
        IpAddr::V4(value) => {
            out.push(4);
            out.extend_from_slice(&value.octets());
        }
        IpAddr::V6(value) => {
            out.push(6);
            out.extend_from_slice(&value.octets());
        }
    }
}

impl ColumnWriter for RowWriter<'_> {
    fn absent(&mut self, _: Kind) {
        self.column += 1;
    }
    fn timestamp(&mut self, value: Timestamp) {
        self.present().extend_from_slice(&value.0.to_le_bytes());
    }
    fn interval(&mut self, value: Interval) {
        zigzag(self.present(), value.0);
    }
    fn bool(&mut self, value: bool) {
        self.present().push(u8::from(value));
    }
    fn count(&mut self, value: u64) {
        varint(self.present(), value);
    }
    fn integer(&mut self, value: i64) {
        zigzag(self.present(), value);
    }
    fn double(&mut self, value: f64) {
        self.present().extend_from_slice(&value.to_le_bytes());
    }
    fn text(&mut self, value: &str) {
        text(self.present(), value);
    }
    fn address(&mut self, value: IpAddr) {
        address(self.present(), value);
    }
    fn text_list(&mut self, values: &[String]) {
        self.list(values, |out, value| text(out, value));
    }
    fn count_list(&mut self, values: &[u64]) {
        self.list(values, |out, value| varint(out, *value));
    }
    fn interval_list(&mut self, values: &[Interval]) {
        self.list(values, |out, value| zigzag(out, value.0));
    }
    fn address_list(&mut self, values: &[IpAddr]) {
        self.list(values, |out, value| address(out, *value));
    }
}
