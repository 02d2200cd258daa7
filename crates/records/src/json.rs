//! Records as JSON, one object per record, as Zeek's JSON logs have them: times in seconds with six decimals,
//! absent values and empty lists left out.

use std::fmt::Write as _;
use std::net::IpAddr;

use crate::{ColumnWriter, Interval, Kind, Record, RecordType, Timestamp};

/// Appends `record` to `out` as one JSON object without a newline.
pub fn write_json<R: Record>(record: &R, out: &mut String) {
    let mut writer = JsonWriter::new(&R::TYPE, out);
    record.write(&mut writer);
    writer.finish();
}

/// Writes the values of one record as a JSON object.
pub struct JsonWriter<'a> {
    record_type: &'static RecordType,
    column: usize,
    first: bool,
    out: &'a mut String,
}

impl<'a> JsonWriter<'a> {
    /// Begins an object.
    pub fn new(record_type: &'static RecordType, out: &'a mut String) -> Self {
        out.push('{');
        Self { record_type, column: 0, first: true, out }
    }

    /// Ends the object.
    pub fn finish(self) {
        self.out.push('}');
    }

    fn name(&mut self) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        let name = self.record_type.columns.get(self.column).map_or("", |column| column.name);
        self.column += 1;
        let _ = write!(self.out, "\"{name}\":");
    }

    fn list<T>(&mut self, values: &[T], mut one: impl FnMut(&mut String, &T)) {
        if values.is_empty() {
            self.column += 1;
            return;
        }
        self.name();
        self.out.push('[');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            one(self.out, value);
        }
        self.out.push(']');
    }
}

/// Appends `text` as a JSON string. Control characters that JSON has no short form for are written as `\\xNN`
/// (the backslash itself escaped), as Zeek does.
pub fn write_json_text(out: &mut String, text: &str) {
    let is_control = |byte: u8| (byte < 0x20 && !matches!(byte, 8..=10 | 12 | 13)) || byte == 0x7f;
    if text.bytes().any(is_control) {
        let shown = text.chars().fold(String::with_capacity(text.len() + 8), |mut shown, character| {
            match u8::try_from(character) {
                Ok(byte) if is_control(byte) => {
                    let _ = write!(shown, "\\x{byte:02x}");
                }
                _ => shown.push(character),
            }
            shown
        });
        write_json_text(out, &shown);
        return;
    }
    // A string always serializes.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn seconds(out: &mut String, nanoseconds: i64) {
    let micros = nanoseconds.saturating_add(if nanoseconds >= 0 { 500 } else { -500 }) / 1000;
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    let _ = write!(out, "{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000);
}

impl ColumnWriter for JsonWriter<'_> {
    fn absent(&mut self, _: Kind) {
        self.column += 1;
    }
    fn timestamp(&mut self, value: Timestamp) {
        self.name();
        seconds(self.out, value.0);
    }
    fn interval(&mut self, value: Interval) {
        self.name();
        seconds(self.out, value.0);
    }
    fn bool(&mut self, value: bool) {
        self.name();
        self.out.push_str(if value { "true" } else { "false" });
    }
    fn count(&mut self, value: u64) {
        self.name();
        let _ = write!(self.out, "{value}");
    }
    fn integer(&mut self, value: i64) {
        self.name();
        let _ = write!(self.out, "{value}");
    }
    fn double(&mut self, value: f64) {
        self.name();
        if value.is_finite() {
            let _ = write!(self.out, "{value}");
        } else {
            self.out.push_str("null");
        }
    }
    fn text(&mut self, value: &str) {
        self.name();
        write_json_text(self.out, value);
    }
    fn address(&mut self, value: IpAddr) {
        self.name();
        let _ = write!(self.out, "\"{value}\"");
    }
    fn text_list(&mut self, values: &[String]) {
        self.list(values, |out, value| write_json_text(out, value));
    }
    fn count_list(&mut self, values: &[u64]) {
        self.list(values, |out, value| {
            let _ = write!(out, "{value}");
        });
    }
    fn interval_list(&mut self, values: &[Interval]) {
        self.list(values, |out, value| seconds(out, value.0));
    }
    fn address_list(&mut self, values: &[IpAddr]) {
        self.list(values, |out, value| {
            let _ = write!(out, "\"{value}\"");
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_as_zeek_shows_them() {
        let mut out = String::new();
        write_json_text(&mut out, "a\u{5}\n\u{7f}\u{e9}\\");
        assert_eq!(out, "\"a\\\\x05\\n\\\\x7f\u{e9}\\\\\"");
    }
}
