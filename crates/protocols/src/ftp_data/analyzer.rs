//! Follows one data connection that another one announced, and tells that one which file it carried.

use records::{Sender, Timestamp};

use crate::{Analyzer, Chunk, FileHandle, FileStart, FileSummary, Output, Transfer};

/// Zeek's word for a type that is not known.
pub(crate) const UNKNOWN_TYPE: &str = "<unknown>";

/// Of files from this source whoever fetches them sends back how many bytes have come.
const ACKNOWLEDGED: &str = "IRC_DATA";

/// Follows one connection.
pub(crate) struct DataAnalyzer {
    service: &'static str,
    /// Zeek's source of the files.
    source: &'static str,
    files: [Option<FileHandle>; 2],
    typed: bool,
}

impl DataAnalyzer {
    /// Confirms this service and gives the files this source.
    pub(crate) fn new(service: &'static str, source: &'static str) -> Self {
        Self { service, source, files: [None; 2], typed: false }
    }

    fn file(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) -> Option<FileHandle> {
        let is_orig = from == Sender::Originator;
        let source = self.source;
        let file = self.files.get_mut(usize::from(!is_orig))?;
        Some(*file.get_or_insert_with(|| {
            let id = output.about.id;
            let expected = output.shared.expected(id, (id.resp_h, id.resp_p));
            let filename = expected.and_then(|expected| expected.filename.clone());
            let start = FileStart { source, filename, is_orig, ..FileStart::default() };
            output.files.begin(ts, output.about, start)
        }))
    }

    /// Tells the control connection about the file, when it begins and when its type is known.
    fn tell(&mut self, FileSummary { fuid, mime_type, seen_bytes }: FileSummary, output: &mut Output<'_>) {
        let id = output.about.id;
        self.typed |= mime_type.is_some();
        if let Some(expected) = output.shared.expected(id, (id.resp_h, id.resp_p)) {
            expected.transfer = Some(Transfer { fuid, mime_type, bytes: seen_bytes });
        }
    }

    fn end_file(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        let file = self.files.get_mut(usize::from(from == Sender::Responder)).and_then(Option::take);
        let Some(summary) = file.and_then(|file| output.files.end(ts, file)) else { return };
        if !self.typed {
            self.tell(FileSummary { mime_type: summary.mime_type.or(Some(UNKNOWN_TYPE)), ..summary }, output);
        }
    }
}

impl Analyzer for DataAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        output.confirm(self.service);
        if self.source == ACKNOWLEDGED && chunk.from == Sender::Originator {
            return;
        }
        let is_new = self.files.iter().all(Option::is_none);
        let Some(file) = self.file(chunk.ts, chunk.from, output) else { return };
        output.files.data(chunk.ts, file, chunk.bytes);
        if (is_new || !self.typed)
            && let Some(summary) = output.files.summary(file).filter(|it| is_new || it.mime_type.is_some())
        {
            self.tell(summary, output);
        }
    }

    fn gap(&mut self, ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        if let Some(file) = self.file(ts, from, output) {
            output.files.gap(ts, file, length);
        }
    }

    fn half_closed(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        self.end_file(ts, from, output);
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        output.confirm(self.service);
        self.end_file(ts, Sender::Originator, output);
        self.end_file(ts, Sender::Responder, output);
    }
}
