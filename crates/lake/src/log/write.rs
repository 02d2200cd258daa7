//! Appends rows to a log file.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use records::RECORD_TYPES;

use super::frame::{FRAME_BYTES_MAX, MAGIC, write_frame};
use super::part::write_part;
use crate::{LakeError, folder};

/// Parts are written out when they are that many bytes.
const PENDING_BYTES: usize = 4 << 20;

/// A log file that is being written.
pub(crate) struct LogWriter {
    path: PathBuf,
    file: File,
    /// Parts that are not yet in the file.
    pending: Vec<u8>,
    /// A frame was written in part: what followed it could not be read back, so nothing follows.
    is_torn: bool,
}

impl LogWriter {
    /// Makes the file and writes its head.
    pub(crate) fn create(path: &Path) -> Result<Self, LakeError> {
        path.parent().map_or(Ok(()), folder::make_folder)?;
        let mut file = File::create(path).map_err(LakeError::io("create", path))?;
        file.write_all(MAGIC).map_err(LakeError::io("write", path))?;
        path.parent().map_or(Ok(()), folder::sync_folder)?;
        Ok(Self { path: path.to_owned(), file, pending: Vec::new(), is_torn: false })
    }

    /// Takes rows of one type; they are safe only after [`LogWriter::sync`].
    pub(crate) fn append(&mut self, type_index: usize, rows: &RecordBatch) -> Result<(), LakeError> {
        let record_type = RECORD_TYPES.get(type_index).map_or("", |record_type| record_type.name);
        let before = self.pending.len();
        write_part(&mut self.pending, record_type, rows)
            .map_err(|error| LakeError::columns(type_index, &error))?;
        let bytes = self.pending.len() - before;
        if bytes > FRAME_BYTES_MAX - PENDING_BYTES {
            self.pending.truncate(before);
            let (half, count) = (rows.num_rows() / 2, rows.num_rows());
            if half == 0 {
                return Err(LakeError::RecordTooLarge { record_type, bytes });
            }
            self.append(type_index, &rows.slice(0, half))?;
            return self.append(type_index, &rows.slice(half, count - half));
        }
        if self.pending.len() >= PENDING_BYTES { self.write() } else { Ok(()) }
    }

    /// After this, what was appended survives a crash of the process and of the machine.
    pub(crate) fn sync(&mut self) -> Result<(), LakeError> {
        self.write()?;
        self.file.sync_data().map_err(LakeError::io("sync", &self.path))
    }

    fn write(&mut self) -> Result<(), LakeError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = if self.is_torn {
            Err(std::io::Error::other("an earlier write failed"))
        } else {
            write_frame(&mut self.file, &self.pending)
        };
        self.is_torn = written.is_err();
        written.map_err(LakeError::io("write", &self.path))?;
        self.pending = Vec::new();
        Ok(())
    }
}
