//! Reads a log file back after a crash, or while another process writes it.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use records::AnyRecord;

use super::frame::{HEADER_BYTES, MAGIC, read_frame, read_whole};
use super::part::{Part, next_part};
use crate::LakeError;
use crate::columns::BatchReader;
use crate::lake::type_index;

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
    /// Its beginning is whole.
    is_log: bool,
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
            is_log: false,
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
        self.is_log = read_whole(&mut self.file, &mut magic).map_err(LakeError::io("read", &self.path))?
            && magic == *MAGIC;
        if self.is_log {
            self.whole_bytes += MAGIC.len() as u64;
        }
        Ok(())
    }

    fn frame(&mut self) -> Result<Option<Vec<u8>>, LakeError> {
        let payload = read_frame(&mut self.file).map_err(LakeError::io("read", &self.path))?;
        if let Some(payload) = &payload {
            self.whole_bytes += (HEADER_BYTES + payload.len()) as u64;
        }
        Ok(payload)
    }

    /// Gives the records of the next frame to `take`, each with its place in the order of arrival; false at the end.
    pub(crate) fn next_frame(
        &mut self,
        take: &mut impl FnMut(AnyRecord, Option<u64>) -> Result<(), LakeError>,
    ) -> Result<bool, LakeError> {
        if !self.is_log {
            return Ok(false);
        }
        let Some(payload) = self.frame()? else { return Ok(false) };
        let mut payload = payload.as_slice();
        while let Some(part) = next_part(&mut payload) {
            // The checksum holds, so what cannot be read was written by a version with another form.
            match readers(&part) {
                Ok(batches) => batches.iter().try_for_each(|batch| self.batch(batch, take))?,
                Err(_) => self.recovered.unreadable_records += 1,
            }
        }
        Ok(true)
    }

    fn batch(
        &mut self,
        batch: &BatchReader,
        take: &mut impl FnMut(AnyRecord, Option<u64>) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        for row in 0..batch.rows() {
            match batch.record(row) {
                Ok(record) => {
                    self.recovered.records += 1;
                    take(record, batch.arrival(row))?;
                }
                Err(_) => self.recovered.unreadable_records += 1,
            }
        }
        Ok(())
    }

    /// What was found, after the last batch.
    pub(crate) fn recovered(&self) -> Recovered {
        Recovered { cut_bytes: self.file_bytes.saturating_sub(self.whole_bytes), ..self.recovered }
    }
}

/// The part's rows. Those of a type that this version does not know have no readable record.
fn readers(part: &Part<'_>) -> Result<Vec<BatchReader>, ArrowError> {
    let type_index = type_index(part.type_name).unwrap_or(usize::MAX);
    Ok(part.rows()?.iter().map(|rows| BatchReader::new(type_index, rows)).collect())
}
