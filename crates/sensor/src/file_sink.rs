//! The door between protocols, which see files, and the room that knows what to do with them.

use std::sync::Arc;

use files::{Carrier, Dropped, Files, Handle, KeptBytes, Start, Store, StoreLimits, Summary};
use protocols::{About, FileHandle, FileSink, FileStart, FileSummary};
use records::{AnyRecord, LocalNetworks, Stats, Timestamp, Uid};

/// The files of a shard.
pub(crate) struct SensorFiles {
    files: Files,
    local_networks: LocalNetworks,
}

impl SensorFiles {
    /// Fails where files are to be written out and the folder cannot be made.
    pub(crate) fn new(config: &crate::Config, kept: &Arc<KeptBytes>) -> std::io::Result<Self> {
        let store = |folder| Store::new(folder, StoreLimits::default(), Arc::clone(kept));
        let store = config.extract_files.clone().map(store).transpose()?;
        Ok(Self {
            files: Files::new(store).with_limits(config.files_of_shard()),
            local_networks: config.table.local_networks.clone(),
        })
    }

    /// Files that were to be written out and were not.
    pub(crate) fn dropped(&self) -> Dropped {
        self.files.dropped()
    }

    /// How many files there were, and what was not followed.
    pub(crate) fn stats(&self) -> Stats {
        self.files.stats()
    }

    /// Takes the records of files that have ended.
    pub(crate) fn take_records(&mut self, mut take: impl FnMut(AnyRecord)) {
        self.files.records().for_each(&mut take);
    }

    /// Gives up what is still open on a connection that is over.
    pub(crate) fn end_connection(&mut self, uid: Uid, take: impl FnMut(AnyRecord)) {
        self.files.end_connection(uid);
        self.take_records(take);
    }
}

impl FileSink for SensorFiles {
    fn begin(&mut self, ts: Timestamp, about: &About, start: FileStart) -> FileHandle {
        let FileStart { source, depth, filename, total_bytes, is_orig, key } = start;
        let carrier = Carrier { uid: about.uid, id: about.id };
        let sender = if is_orig { about.id.orig_h } else { about.id.resp_h };
        let local_orig = self.local_networks.contains(sender);
        let start = Start { source, depth, filename, total_bytes, is_orig, local_orig, key };
        FileHandle(self.files.begin(ts, carrier, start).0)
    }

    fn data(&mut self, ts: Timestamp, file: FileHandle, bytes: &[u8]) {
        self.files.data(ts, Handle(file.0), bytes);
    }

    fn data_at(&mut self, ts: Timestamp, file: FileHandle, offset: u64, bytes: &[u8]) {
        self.files.data_at(ts, Handle(file.0), offset, bytes);
    }

    fn gap(&mut self, ts: Timestamp, file: FileHandle, length: u64) {
        self.files.gap(ts, Handle(file.0), length);
    }

    fn summary(&mut self, file: FileHandle) -> Option<FileSummary> {
        self.files.summary(Handle(file.0)).map(summary)
    }

    fn describe(&mut self, file: FileHandle, filename: Option<String>, total_bytes: Option<u64>) {
        self.files.describe(Handle(file.0), filename, total_bytes);
    }

    fn end(&mut self, ts: Timestamp, file: FileHandle) -> Option<FileSummary> {
        self.files.end(ts, Handle(file.0)).map(summary)
    }
}

fn summary(summary: Summary) -> FileSummary {
    FileSummary { fuid: summary.fuid, mime_type: summary.mime_type, seen_bytes: summary.seen_bytes }
}
