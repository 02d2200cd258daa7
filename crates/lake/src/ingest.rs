//! Taking in records: first into the log, then into segments.

use records::AnyRecord;

use crate::log::LogWriter;
use crate::manifest::CaptureIdentity;
use crate::runs::{Run, arrival};
use crate::segments::{Settled, Stage, remove_files};
use crate::tables::Tables;
use crate::{Lake, LakeError, folder};

/// Rows of one type after which the tables become segments: a row group.
const ROWS_MAX: usize = 128 << 10;

/// Bytes of all tables after which they become segments.
const BYTES_MAX: usize = 64 << 20;

/// Records on their way into the lake. An ingest that is dropped without a commit leaves what a crash would: its
/// acknowledged records stay, until an ingest of the same name begins.
pub struct Ingest {
    lake: Lake,
    number: u64,
    log_number: u64,
    log: LogWriter,
    tables: Tables,
    /// How many records were taken.
    records: u64,
}

impl Ingest {
    pub(crate) fn new(lake: Lake, number: u64) -> Result<Self, LakeError> {
        let log = LogWriter::create(&folder::log_path(&lake.dir, number, 0))?;
        Ok(Self { lake, number, log_number: 0, log, tables: Tables::default(), records: 0 })
    }

    /// Takes records, in the order of the stream. They are in the lake after the next [`Ingest::sync`]; what becomes a
    /// segment before that never goes through the log.
    pub fn append(&mut self, records: &[AnyRecord]) -> Result<(), LakeError> {
        for record in records {
            self.tables.push(record, Some(arrival(self.number, self.records)))?;
            self.records += 1;
        }
        if self.tables.rows_max() >= ROWS_MAX || self.tables.bytes() >= BYTES_MAX {
            self.settle()?;
        }
        Ok(())
    }

    /// Acknowledges: what was appended survives a kill of the process and a crash of the machine.
    pub fn sync(&mut self) -> Result<(), LakeError> {
        for rows in self.tables.take_unlogged() {
            let (type_index, rows) = rows?;
            self.log.append(type_index, &rows)?;
        }
        self.log.sync()
    }

    /// Turns what is in the log into segments. Happens by itself whenever the tables in memory are large.
    pub fn settle(&mut self) -> Result<(), LakeError> {
        let next = self.log_number + 1;
        let log = LogWriter::create(&folder::log_path(&self.lake.dir, self.number, next))?;
        self.write_segments(Some(self.number))?;
        if let Some(open) = self.lake.manifest.open_ingest(self.number) {
            open.log_from = next;
        }
        self.lake.manifest.store(&self.lake.dir)?;
        folder::remove_file(&folder::log_path(&self.lake.dir, self.number, self.log_number))?;
        self.log_number = next;
        self.log = log;
        Ok(())
    }

    /// Ends the ingest: all records are in segments and count for good, and the captures are known. When this fails they
    /// do not count; that the lake could not be tidied up afterwards is no failure, see [`Lake::untidied`].
    pub fn commit(mut self, captures: Vec<CaptureIdentity>) -> Result<Lake, LakeError> {
        self.write_segments(None)?;
        let Self { mut lake, number, log_number, log, records, .. } = self;
        let manifest = &mut lake.manifest;
        if let Some(open) = manifest.open_ingest(number) {
            let run = Run::new(number, &open.name, records, &open.networks);
            manifest.runs.push(run);
        }
        for segment in manifest.segments.iter_mut().filter(|segment| segment.ingest == Some(number)) {
            segment.ingest = None;
        }
        manifest.open.retain(|open| open.number != number);
        for capture in captures {
            if !manifest.knows(&capture) {
                manifest.captures.push(capture);
            }
        }
        let replaced = std::mem::take(&mut manifest.replaced);
        manifest.store(&lake.dir)?;
        drop(log);
        let tidied = folder::remove_file(&folder::log_path(&lake.dir, number, log_number))
            .and_then(|()| remove_files(&lake.dir, &replaced))
            .and_then(|()| lake.compact());
        lake.untidied = tidied.err();
        Ok(lake)
    }

    /// Takes out again what came with this ingest.
    pub fn abandon(self) -> Result<Lake, LakeError> {
        let Self { mut lake, number, log_number, log, .. } = self;
        drop(log);
        let dropped = lake.manifest.drop_ingest(number);
        lake.manifest.store(&lake.dir)?;
        remove_files(&lake.dir, &dropped)?;
        folder::remove_file(&folder::log_path(&lake.dir, number, log_number))?;
        Ok(lake)
    }

    /// The lake that the records go to.
    pub const fn lake(&self) -> &Lake {
        &self.lake
    }

    fn write_segments(&mut self, ingest: Option<u64>) -> Result<(), LakeError> {
        let mut settled = Settled::new(Stage::Fresh);
        for table in self.tables.take_sorted() {
            let (type_index, table) = table?;
            settled.take(&self.lake.dir, &mut self.lake.manifest, type_index, table);
        }
        self.lake.manifest.segments.extend(settled.sync(ingest)?);
        Ok(())
    }
}
