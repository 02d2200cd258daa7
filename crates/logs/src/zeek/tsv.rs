//! Zeek's logs as tab-separated values, with a header that names the fields. A log may have several headers: Zeek
//! appends to what it finds.

use std::borrow::Cow;
use std::path::Path;

use records::{Json, Kind as ValueKind, NamedValues, RECORD_TYPES};

use super::{Kind, Order, take_line};
use crate::LineError;
use crate::read::Taker;

/// Fields of a log; no type has as many.
const FIELDS_MAX: usize = 1000;

/// Elements of a set or vector.
const ELEMENTS_MAX: usize = 20_000;

/// Reads the lines of one file.
#[derive(Debug)]
pub(crate) struct ZeekTsv {
    kind: Option<Kind>,
    of_file: Option<Kind>,
    separator: String,
    set_separator: String,
    empty: String,
    unset: String,
    /// Names, and the kind of the column of that name.
    fields: Vec<(String, ValueKind)>,
    order: Order,
}

impl ZeekTsv {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            kind: None,
            of_file: Kind::of_file(path),
            separator: "\t".to_owned(),
            set_separator: ",".to_owned(),
            empty: "(empty)".to_owned(),
            unset: "-".to_owned(),
            fields: Vec::new(),
            order: Order::default(),
        }
    }

    pub(crate) fn line(&mut self, line: &str, taker: &mut Taker<'_>) -> Result<(), LineError> {
        if let Some(header) = line.strip_prefix('#') {
            return self.header(header);
        }
        if self.fields.is_empty() {
            return Err(LineError::NoHeader);
        }
        let found = line.split(&self.separator).count();
        if found != self.fields.len() {
            return Err(LineError::Cells { found, expected: self.fields.len() });
        }
        let cells = line.split(&self.separator);
        let mut values: NamedValues<'_> = Vec::with_capacity(found);
        for ((name, kind), cell) in self.fields.iter().zip(cells) {
            if cell != self.unset {
                values.push((Cow::Borrowed(name), self.value(*kind, cell)));
            }
        }
        let kind = self.kind.as_ref().or(self.of_file.as_ref()).ok_or(LineError::UnknownLog)?;
        take_line(kind, &mut values, &mut self.order, taker)
    }

    fn header(&mut self, header: &str) -> Result<(), LineError> {
        // Between the name of this one and its value stands a space, since it names what stands in the others.
        if let Some(separator) = header.strip_prefix("separator ") {
            self.separator = unescaped(separator).into_owned();
            if self.separator.is_empty() {
                self.separator = "\t".to_owned();
                return Err(LineError::Header("#separator"));
            }
            return Ok(());
        }
        let Some((name, value)) = header.split_once(&self.separator) else { return Ok(()) };
        match name {
            "set_separator" if value.is_empty() => return Err(LineError::Header("#set_separator")),
            "set_separator" => self.set_separator = unescaped(value).into_owned(),
            "empty_field" => self.empty = value.to_owned(),
            "unset_field" => self.unset = value.to_owned(),
            "path" => self.kind = Some(Kind::of(value)),
            "fields" => self.name_fields(value)?,
            // `#open` and `#close` tell times, `#types` what the columns know.
            _ => {}
        }
        Ok(())
    }

    fn name_fields(&mut self, names: &str) -> Result<(), LineError> {
        self.fields.clear();
        if names.split(&self.separator).count() > FIELDS_MAX {
            return Err(LineError::Header("#fields"));
        }
        let shape = match self.kind.as_ref().or(self.of_file.as_ref()) {
            Some(Kind::Known(index)) => RECORD_TYPES.get(*index),
            _ => None,
        };
        self.fields = names
            .split(&self.separator)
            .map(|name| {
                let column = shape.and_then(|shape| shape.columns.iter().find(|column| column.name == name));
                (name.to_owned(), column.map_or(ValueKind::Text, |column| column.kind))
            })
            .collect();
        Ok(())
    }

    /// A cell as JSON would have it.
    fn value<'a>(&self, kind: ValueKind, cell: &'a str) -> Json<'a> {
        match kind {
            ValueKind::TextList | ValueKind::AddressList => self.list(cell, text),
            ValueKind::CountList | ValueKind::IntervalList => self.list(cell, Json::Number),
            ValueKind::Bool => match cell {
                "T" => Json::Bool(true),
                "F" => Json::Bool(false),
                _ => text(cell),
            },
            ValueKind::Text | ValueKind::Address if cell == self.empty => Json::Text(Cow::Borrowed("")),
            ValueKind::Text | ValueKind::Address => text(cell),
            ValueKind::Timestamp
            | ValueKind::Interval
            | ValueKind::Count
            | ValueKind::Integer
            | ValueKind::Double => Json::Number(cell),
        }
    }

    fn list<'a>(&self, cell: &'a str, one: impl Fn(&'a str) -> Json<'a>) -> Json<'a> {
        if cell == self.empty {
            return Json::List(Vec::new());
        }
        let elements = cell.split(&self.set_separator).take(ELEMENTS_MAX);
        Json::List(
            elements.map(|element| if element == self.unset { Json::Null } else { one(element) }).collect(),
        )
    }
}

fn text(cell: &str) -> Json<'_> {
    Json::Text(unescaped(cell))
}

/// Undoes `\x09` and `\\`. Bytes that are no text stay escaped.
fn unescaped(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\\') {
        return Cow::Borrowed(cell);
    }
    let mut bytes = Vec::with_capacity(cell.len());
    let mut rest = cell.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, left) = match rest {
            [b'\\', b'\\', left @ ..] => (b'\\', left),
            [b'\\', b'x', high, low, left @ ..] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, left),
                _ => (b'\\', after),
            },
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = left;
    }
    Cow::Owned(records::text_from_bytes(&bytes))
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_separators_would_break_is_escaped() {
        for (cell, text) in [
            ("plain", "plain"),
            (r"a\x09b\x2cc\\d", "a\tb,c\\d"),
            (r"\x2d", "-"),
            (r"\xc3\xbc", "ü"),
            (r"\xff\x00", r"\xff\x00"),
            (r"\x1b[0m", r"\x1b[0m"),
            (r"\xg0\", r"\xg0\"),
        ] {
            assert_eq!(unescaped(cell), text);
        }
    }
}
