//! Reads a log file back after a crash, or while another process writes it.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use records::{AnyRecord, ReadError};

use super::decode::Bytes;
use super::frame::{HEADER_BYTES, MAGIC, read_frame, read_whole};
use super::shape::{Shape, StoredType};
use crate::LakeError;

/// What was found in logs that a crash, or a writer that is still at work, left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Records that were read back.
    pub records: u64,
    /// Bytes of torn tails, that were never acknowledged, or of damage.
    pub cut_bytes: u64,
    /// Records that this version has no place for.
    pub unreadable_records: u64,
}

impl std::ops::AddAssign for Recovered {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.cut_bytes += other.cut_bytes;
        self.unreadable_records += other.unreadable_records;
    }
}

/// Gives the records of a log file, frame by frame.
pub(crate) struct LogReader {
    path: PathBuf,
    file: BufReader<File>,
    types: Vec<StoredType>,
    file_bytes: u64,
    /// Bytes up to the end of the last whole frame.
    whole_bytes: u64,
    recovered: Recovered,
}

impl LogReader {
    /// Opens a log; `None` where the file is not there.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, LakeError> {
        let file = match File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(LakeError::io("open", path))?,
        };
        let file_bytes = file.metadata().map_err(LakeError::io("read", path))?.len();
        let mut reader = Self {
            path: path.to_owned(),
            file: BufReader::with_capacity(1 << 20, file),
            types: Vec::new(),
            file_bytes,
            whole_bytes: 0,
            recovered: Recovered::default(),
        };
        reader.read_head()?;
        Ok(Some(reader))
    }

    /// A log whose head is not whole holds no acknowledged record.
    fn read_head(&mut self) -> Result<(), LakeError> {
        let mut magic = [0; MAGIC.len()];
        let is_log = read_whole(&mut self.file, &mut magic).map_err(LakeError::io("read", &self.path))?
            && magic == *MAGIC;
        if !is_log {
            return Ok(());
        }
        let Some(payload) = self.frame()? else { return Ok(()) };
        self.whole_bytes += MAGIC.len() as u64;
        let shape: Option<Shape> = serde_json::from_slice(&payload).ok();
        self.types = shape.and_then(|shape| shape.stored_types()).unwrap_or_default();
        Ok(())
    }

    fn frame(&mut self) -> Result<Option<Vec<u8>>, LakeError> {
        let payload = read_frame(&mut self.file).map_err(LakeError::io("read", &self.path))?;
        if let Some(payload) = &payload {
            self.whole_bytes += (HEADER_BYTES + payload.len()) as u64;
        }
        Ok(payload)
    }

    /// Appends the records of the next frame; false at the end.
    pub(crate) fn next_batch(&mut self, out: &mut Vec<AnyRecord>) -> Result<bool, LakeError> {
        if self.types.is_empty() {
            return Ok(false);
        }
        let Some(payload) = self.frame()? else { return Ok(false) };
        let mut bytes = Bytes(&payload);
        while !bytes.0.is_empty() {
            match self.next_record(&mut bytes) {
                Ok(Ok(record)) => {
                    self.recovered.records += 1;
                    out.push(record);
                }
                Ok(Err(_)) => self.recovered.unreadable_records += 1,
                // The checksum holds, so this was written by a version with another form.
                Err(_) => {
                    self.recovered.unreadable_records += 1;
                    break;
                }
            }
        }
        Ok(true)
    }

    fn next_record(&self, bytes: &mut Bytes<'_>) -> Result<Result<AnyRecord, ReadError>, ReadError> {
        let place = usize::try_from(bytes.varint()?).map_err(|_| ReadError::Range)?;
        bytes.record(self.types.get(place).ok_or(ReadError::Range)?)
    }

    /// What was found, after the last batch.
    pub(crate) fn recovered(&self) -> Recovered {
        Recovered { cut_bytes: self.file_bytes.saturating_sub(self.whole_bytes), ..self.recovered }
    }
}
