//! Appends records to a log file.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use records::AnyRecord;

use super::encode::encode;
use super::frame::{FRAME_BYTES_MAX, MAGIC, write_frame};
use super::shape::Shape;
use crate::{LakeError, folder};

/// Encoded records are written out when they are that many bytes: large enough that a frame's checksum and the
/// system call cost nothing, small enough that little is lost when the process dies without a `sync`.
const PENDING_BYTES: usize = 256 << 10;

/// A log file that is being written.
pub(crate) struct LogWriter {
    path: PathBuf,
    file: File,
    /// Encoded records that are not yet in the file.
    pending: Vec<u8>,
    /// A frame was written in part: what followed it could not be read back, so nothing follows.
    is_torn: bool,
}

impl LogWriter {
    /// Makes the file and writes its head.
    pub(crate) fn create(path: &Path) -> Result<Self, LakeError> {
        path.parent().map_or(Ok(()), folder::make_folder)?;
        let mut file = File::create(path).map_err(LakeError::io("create", path))?;
        let shape = serde_json::to_vec(&Shape::current())
            .map_err(|error| LakeError::io("write", path)(std::io::Error::other(error)))?;
        let mut head = MAGIC.to_vec();
        write_frame(&mut head, &shape).map_err(LakeError::io("write", path))?;
        file.write_all(&head).map_err(LakeError::io("write", path))?;
        path.parent().map_or(Ok(()), folder::sync_folder)?;
        Ok(Self { path: path.to_owned(), file, pending: Vec::with_capacity(PENDING_BYTES), is_torn: false })
    }

    /// Takes a record; it is safe only after [`LogWriter::sync`].
    pub(crate) fn append(&mut self, record: &AnyRecord) -> Result<(), LakeError> {
        let before = self.pending.len();
        encode(record, &mut self.pending);
        let bytes = self.pending.len() - before;
        if bytes > FRAME_BYTES_MAX - PENDING_BYTES {
            self.pending.truncate(before);
            let record_type = record.record_type().name;
            return Err(LakeError::RecordTooLarge { record_type, bytes });
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
        self.pending.clear();
        Ok(())
    }
}
