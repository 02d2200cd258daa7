//! Hits as text.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::IpAddr;

use arrow::error::ArrowError;
use records::{AnyRecord, ColumnWriter, Interval, Kind, RecordType, Timestamp};

use crate::LakeError;
use crate::sql::write_csv_line;

fn failed(error: std::io::Error) -> LakeError {
    LakeError::Output(ArrowError::from(error))
}

/// Writes each hit as a JSON object on its own line, as `otus export` does, with the record type as `_path`.
pub fn write_hits_json(
    hits: impl Iterator<Item = Result<AnyRecord, LakeError>>,
    out: &mut impl Write,
) -> Result<(), LakeError> {
    let mut json = String::new();
    for hit in hits {
        let hit = hit?;
        json.clear();
        hit.write_json(&mut json);
        let name = hit.record_type().name;
        let fields = json.strip_prefix('{').unwrap_or_default();
        writeln!(out, "{{\"_path\":\"{name}\",{fields}").map_err(failed)?;
    }
    Ok(())
}

/// Writes a header and a line per hit: the record type, then all columns that `types`, the types that can be
/// among the hits, have.
pub fn write_hits_csv(
    types: &[&'static RecordType],
    hits: impl Iterator<Item = Result<AnyRecord, LakeError>>,
    out: &mut impl Write,
) -> Result<(), LakeError> {
    let mut names: Vec<&str> = vec!["type"];
    let mut places = BTreeMap::new();
    for column in types.iter().flat_map(|record_type| record_type.columns) {
        places.entry(column.name).or_insert_with(|| {
            names.push(column.name);
            names.len() - 1
        });
    }
    write_csv_line(names.iter().copied(), out).map_err(failed)?;
    let mut line = vec![String::new(); names.len()];
    for hit in hits {
        let hit = hit?;
        line.iter_mut().for_each(String::clear);
        if let Some(first) = line.first_mut() {
            first.push_str(hit.record_type().name);
        }
        for (name, text) in named_texts(&hit) {
            if let Some(cell) = places.get(name).and_then(|place| line.get_mut(*place)) {
                *cell = text;
            }
        }
        write_csv_line(line.iter().map(String::as_str), out).map_err(failed)?;
    }
    Ok(())
}

/// Writes each hit as a line for people: time, type, ends, and what else there is as `name=value`.
pub fn write_hits_text(
    hits: impl Iterator<Item = Result<AnyRecord, LakeError>>,
    out: &mut impl Write,
) -> Result<(), LakeError> {
    for hit in hits {
        let hit = hit?;
        write!(out, "{} {}", hit.ts(), hit.record_type().name).map_err(failed)?;
        let texts = named_texts(&hit);
        let of = |name| texts.iter().find(|(own, _)| *own == name).map(|(_, text)| text.as_str());
        let end = |address, port| Some(format!("{}:{}", bracketed(of(address)?), of(port)?));
        if let Some((orig, resp)) = end("id.orig_h", "id.orig_p").zip(end("id.resp_h", "id.resp_p")) {
            write!(out, " {orig} → {resp}").map_err(failed)?;
        }
        for (name, text) in texts.iter().filter(|(name, _)| *name != "ts" && !name.starts_with("id.")) {
            let visible: String =
                text.chars().map(|char| if char.is_control() { '·' } else { char }).collect();
            if visible.contains(' ') || visible.is_empty() {
                write!(out, " {name}=\"{visible}\"").map_err(failed)?;
            } else {
                write!(out, " {name}={visible}").map_err(failed)?;
            }
        }
        writeln!(out).map_err(failed)?;
    }
    Ok(())
}

fn bracketed(address: &str) -> String {
    if address.contains(':') { format!("[{address}]") } else { address.to_owned() }
}

/// The values that the record has, as text, with the names of their columns.
fn named_texts(record: &AnyRecord) -> Vec<(&'static str, String)> {
    let columns = record.record_type().columns;
    let mut texts = Texts(Vec::with_capacity(columns.len()));
    record.write(&mut texts);
    let named = columns.iter().zip(texts.0);
    named.filter_map(|(column, text)| Some((column.name, text?))).collect()
}

/// Takes values as text; lists are joined with commas, spans are seconds.
struct Texts(Vec<Option<String>>);

impl Texts {
    fn push(&mut self, value: impl ToString) {
        self.0.push(Some(value.to_string()));
    }

    fn list<T: ToString>(&mut self, values: impl Iterator<Item = T>) {
        let texts: Vec<String> = values.map(|value| value.to_string()).collect();
        self.0.push((!texts.is_empty()).then(|| texts.join(",")));
    }
}

impl ColumnWriter for Texts {
    fn absent(&mut self, _: Kind) {
        self.0.push(None);
    }
    fn timestamp(&mut self, value: Timestamp) {
        self.push(value);
    }
    fn interval(&mut self, value: Interval) {
        self.push(value.as_secs_f64());
    }
    fn bool(&mut self, value: bool) {
        self.push(value);
    }
    fn count(&mut self, value: u64) {
        self.push(value);
    }
    fn integer(&mut self, value: i64) {
        self.push(value);
    }
    fn double(&mut self, value: f64) {
        self.push(value);
    }
    fn text(&mut self, value: &str) {
        self.push(value);
    }
    fn address(&mut self, value: IpAddr) {
        self.push(value);
    }
    fn text_list(&mut self, values: &[String]) {
        self.list(values.iter());
    }
    fn count_list(&mut self, values: &[u64]) {
        self.list(values.iter());
    }
    fn interval_list(&mut self, values: &[Interval]) {
        self.list(values.iter().map(|value| value.as_secs_f64()));
    }
    fn address_list(&mut self, values: &[IpAddr]) {
        self.list(values.iter());
    }
}
