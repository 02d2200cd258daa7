//! Rows of one record type in a frame: its length (4 bytes, little endian), the length of the type's name (1 byte), the
//! name, and the rows as a stream of Arrow IPC.

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;

/// Length of a part's length.
const LENGTH_BYTES: usize = 4;

/// Appends a part.
pub(super) fn write_part(out: &mut Vec<u8>, type_name: &str, rows: &RecordBatch) -> Result<(), ArrowError> {
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH_BYTES]);
    out.push(u8::try_from(type_name.len()).map_err(|_| ArrowError::SchemaError("long name".to_owned()))?);
    out.extend_from_slice(type_name.as_bytes());
    let rows = undocumented(rows)?;
    let mut stream = StreamWriter::try_new(&mut *out, &rows.schema())?;
    stream.write(&rows)?;
    stream.finish()?;
    let length = u32::try_from(out.len() - start - LENGTH_BYTES)
        .map_err(|_| ArrowError::MemoryError("a part of more than 4 GB".to_owned()))?;
    if let Some(place) = out.get_mut(start..start + LENGTH_BYTES) {
        place.copy_from_slice(&length.to_le_bytes());
    }
    Ok(())
}

/// The documentation of the columns has no place in a log.
fn undocumented(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = rows.schema();
    let fields = schema
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), field.data_type().clone(), field.is_nullable()));
    RecordBatch::try_new(Schema::new(fields.collect::<Vec<_>>()).into(), rows.columns().to_vec())
}

/// A part, not yet read.
pub(super) struct Part<'a> {
    pub(super) type_name: &'a str,
    stream: &'a [u8],
}

/// Takes the next part from the front of a frame's payload; `None` where none follows.
pub(super) fn next_part<'a>(payload: &mut &'a [u8]) -> Option<Part<'a>> {
    let (length, rest) = payload.split_first_chunk::<LENGTH_BYTES>()?;
    let (part, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *payload = rest;
    let (name_length, part) = part.split_first()?;
    let (name, stream) = part.split_at_checked(usize::from(*name_length))?;
    Some(Part { type_name: std::str::from_utf8(name).ok()?, stream })
}

impl Part<'_> {
    /// The rows, in batches.
    pub(super) fn rows(&self) -> Result<Vec<RecordBatch>, ArrowError> {
        StreamReader::try_new(self.stream, None)?.collect()
    }
}
