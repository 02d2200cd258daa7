//! The rows of a query as text.

use std::io::{self, Write};

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::json::LineDelimitedWriter;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use arrow::util::pretty::pretty_format_batches;

use crate::LakeError;

/// Writes each row as a JSON object on its own line; empty values are left out.
pub fn write_json_lines(
    rows: impl Iterator<Item = Result<RecordBatch, LakeError>>,
    out: &mut impl Write,
) -> Result<(), LakeError> {
    let mut writer = LineDelimitedWriter::new(out);
    for batch in rows {
        writer.write(&batch?).map_err(LakeError::Output)?;
    }
    writer.finish().map_err(LakeError::Output)
}

/// Writes a header and a line per row (RFC 4180, but with `\n`); lists are joined with commas.
pub fn write_csv(
    schema: &SchemaRef,
    rows: impl Iterator<Item = Result<RecordBatch, LakeError>>,
    out: &mut impl Write,
) -> Result<(), LakeError> {
    let failed = |error: io::Error| LakeError::Output(ArrowError::from(error));
    let names = schema.fields().iter().map(|field| field.name().as_str());
    write_csv_line(names, out).map_err(failed)?;
    for batch in rows {
        let batch = batch?;
        let options = FormatOptions::default();
        let columns = batch.columns().iter().map(|column| Texts::new(column, &options));
        let columns = columns.collect::<Result<Vec<_>, _>>().map_err(LakeError::Output)?;
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns.iter().map(|column| column.text(row)).collect();
            write_csv_line(cells.iter().map(String::as_str), out).map_err(failed)?;
        }
    }
    Ok(())
}

/// A column whose values are read as text.
struct Texts<'a> {
    column: &'a dyn Array,
    /// For lists: each value is a column of its own.
    options: &'a FormatOptions<'a>,
    plain: ArrayFormatter<'a>,
}

impl<'a> Texts<'a> {
    fn new(column: &'a dyn Array, options: &'a FormatOptions<'a>) -> Result<Self, ArrowError> {
        Ok(Self { column, options, plain: ArrayFormatter::try_new(column, options)? })
    }

    fn text(&self, row: usize) -> String {
        use arrow::array::AsArray as _;
        let Some(lists) = self.column.as_list_opt::<i32>() else {
            return self.plain.value(row).to_string();
        };
        if lists.is_null(row) {
            return String::new();
        }
        let values = lists.value(row);
        let Ok(texts) = ArrayFormatter::try_new(&values, self.options) else { return String::new() };
        (0..values.len()).map(|index| texts.value(index).to_string()).collect::<Vec<_>>().join(",")
    }
}

/// Writes one line of CSV.
pub(crate) fn write_csv_line<'a>(
    cells: impl Iterator<Item = &'a str>,
    out: &mut impl Write,
) -> io::Result<()> {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

/// Writes a table for people, whole: it needs all rows to know how wide its columns are.
pub fn write_table(
    schema: &SchemaRef,
    rows: impl Iterator<Item = Result<RecordBatch, LakeError>>,
    out: &mut impl Write,
) -> Result<(), LakeError> {
    let mut batches = vec![RecordBatch::new_empty(SchemaRef::clone(schema))];
    for batch in rows {
        batches.push(batch?);
    }
    let table = pretty_format_batches(&batches).map_err(LakeError::Output)?;
    writeln!(out, "{table}").map_err(|error| LakeError::Output(ArrowError::from(error)))
}
