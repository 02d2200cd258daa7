//! Records from JSON objects: our own and Zeek's JSON logs.

use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::{
    AnyRecord, Column, ColumnReader, Interval, Kind, RECORD_TYPES, ReadError, RecordType, Timestamp,
};

/// Reads one JSON object as a record of the type with this name (`conn`, `dns` …). Zeek leaves out what was not
/// seen: a missing value that must be there reads as zero, false or empty.
pub fn read_json(type_name: &str, json: &str) -> Result<AnyRecord, ReadError> {
    let index = RECORD_TYPES.iter().position(|shape| shape.name == type_name).ok_or(ReadError::Range)?;
    let Ok(Value::Object(object)) = serde_json::from_str(json) else { return Err(ReadError::Kind) };
    let record_type = RECORD_TYPES.get(index).ok_or(ReadError::Range)?;
    AnyRecord::read(index, &mut JsonReader { record_type, column: 0, object })
}

struct JsonReader {
    record_type: &'static RecordType,
    column: usize,
    object: Map<String, Value>,
}

impl JsonReader {
    fn next(&mut self) -> Result<(&'static Column, Option<Value>), ReadError> {
        let column = self.record_type.columns.get(self.column).ok_or(ReadError::Short)?;
        self.column += 1;
        let value = self.object.remove(column.name).filter(|value| !value.is_null());
        Ok((column, value))
    }

    fn read<T>(&mut self, empty: T, read: impl FnOnce(Value) -> Option<T>) -> Result<Option<T>, ReadError> {
        match self.next()? {
            (_, Some(value)) => read(value).map(Some).ok_or(ReadError::Kind),
            (column, None) => Ok((!column.optional).then_some(empty)),
        }
    }

    fn list<T>(&mut self, read: impl Fn(Value) -> Option<T>) -> Result<Option<Vec<T>>, ReadError> {
        self.read(Vec::new(), |value| match value {
            Value::Array(values) => values.into_iter().map(read).collect(),
            _ => None,
        })
    }
}

fn nanoseconds(value: Value) -> Option<i64> {
    // Via microseconds, the resolution of the text: a float of seconds has no more.
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    value.as_f64().map(|seconds| ((seconds * 1e6).round() as i64).saturating_mul(1000))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn address(value: Value) -> Option<IpAddr> {
    value.as_str()?.parse().ok()
}

impl ColumnReader for JsonReader {
    fn timestamp(&mut self) -> Result<Option<Timestamp>, ReadError> {
        self.read(Timestamp::default(), |value| nanoseconds(value).map(Timestamp))
    }
    fn interval(&mut self) -> Result<Option<Interval>, ReadError> {
        self.read(Interval::default(), |value| nanoseconds(value).map(Interval))
    }
    fn bool(&mut self) -> Result<Option<bool>, ReadError> {
        self.read(false, |value| value.as_bool())
    }
    fn count(&mut self) -> Result<Option<u64>, ReadError> {
        self.read(0, |value| value.as_u64())
    }
    fn integer(&mut self) -> Result<Option<i64>, ReadError> {
        self.read(0, |value| value.as_i64())
    }
    fn double(&mut self) -> Result<Option<f64>, ReadError> {
        self.read(0.0, |value| value.as_f64())
    }
    fn text(&mut self) -> Result<Option<String>, ReadError> {
        let is_uid = matches!(self.record_type.columns.get(self.column), Some(column) if column.kind == Kind::Text && matches!(column.name, "uid" | "fuid" | "id"));
        let read = self.read(String::new(), text)?;
        // Zeek's names of connections vary in length; ours are 18 letters.
        Ok(read.map(|mut text| {
            if is_uid {
                text.truncate(18);
                if text.is_empty() {
                    text.push('0');
                }
            }
            text
        }))
    }
    fn address(&mut self) -> Result<Option<IpAddr>, ReadError> {
        self.read(IpAddr::from([0, 0, 0, 0]), address)
    }
    fn text_list(&mut self) -> Result<Option<Vec<String>>, ReadError> {
        self.list(text)
    }
    fn count_list(&mut self) -> Result<Option<Vec<u64>>, ReadError> {
        self.list(|value| value.as_u64())
    }
    fn interval_list(&mut self) -> Result<Option<Vec<Interval>>, ReadError> {
        self.list(|value| nanoseconds(value).map(Interval))
    }
    fn address_list(&mut self) -> Result<Option<Vec<IpAddr>>, ReadError> {
        self.list(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let line = r#"{"ts":1794786048.155924,"uid":"C8Ie8E3T56VfsltVbc","id.orig_h":"10.0.0.1","id.orig_p":1024,"id.resp_h":"2001:db8::1","id.resp_p":53,"proto":"udp","trans_id":7,"query":"a.example","AA":false,"TC":false,"RD":true,"RA":false,"Z":0,"answers":["a","b"],"TTLs":[1.000000,2.500000],"rejected":false}"#;
        let mut written = String::new();
        read_json("dns", line).unwrap().write_json(&mut written);
        assert_eq!(written, line);
    }

    #[test]
    fn what_zeek_leaves_out_is_empty() {
        let AnyRecord::Conn(conn) =
            read_json("conn", r#"{"ts":1.5,"uid":"CaAN33ESKqQr5L8J4","proto":"tcp"}"#).unwrap()
        else {
            panic!("not a conn");
        };
        assert_eq!((conn.ts, conn.orig_bytes, conn.orig_pkts), (Timestamp(1_500_000_000), None, 0));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for (name, json) in [("conn", "[]"), ("conn", r#"{"ts":"x"}"#), ("none", "{}"), ("conn", "{")] {
            assert!(read_json(name, json).is_err(), "{name} {json}");
        }
    }
}
