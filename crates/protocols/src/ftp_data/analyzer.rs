//! Follows one data connection and tells the control connection which file it carried.

use records::{Sender, Timestamp};

use crate::{Analyzer, Chunk, FileHandle, FileStart, Output, Transfer};

/// Zeek's word for a type that is not known.
const UNKNOWN: &str = "<unknown>";

/// Follows one connection.
#[derive(Default)]
pub(super) struct FtpDataAnalyzer {
    files: [Option<FileHandle>; 2],
    is_confirmed: bool,
    typed: bool,
}

impl FtpDataAnalyzer {
    fn file(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) -> Option<FileHandle> {
        let is_orig = from == Sender::Originator;
        let file = self.files.get_mut(usize::from(!is_orig))?;
        Some(*file.get_or_insert_with(|| {
            let start = FileStart { source: "FTP_DATA", is_orig, ..FileStart::default() };
            output.files.begin(ts, output.about, start)
        }))
    }

    /// Tells the control connection about the file, when it begins and when its type is known.
    fn tell(&mut self, file: FileHandle, output: &mut Output<'_>) {
        let id = output.about.id;
        let Some(summary) = output.files.summary(file) else { return };
        let Some(expected) = output.shared.expected((id.resp_h, id.resp_p)) else { return };
        self.typed |= summary.mime_type.is_some();
        expected.transfer =
            Some(Transfer { fuid: summary.fuid, mime_type: summary.mime_type, bytes: summary.seen_bytes });
    }
}

impl Analyzer for FtpDataAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if !std::mem::replace(&mut self.is_confirmed, true) {
            output.confirm("ftp-data");
        }
        let is_new = self.files.iter().all(Option::is_none);
        let Some(file) = self.file(chunk.ts, chunk.from, output) else { return };
        output.files.data(chunk.ts, file, chunk.bytes);
        if is_new || !self.typed {
            self.tell(file, output);
        }
    }

    fn gap(&mut self, ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        if let Some(file) = self.file(ts, from, output) {
            output.files.gap(ts, file, length);
        }
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        if !self.is_confirmed {
            output.confirm("ftp-data");
        }
        let id = output.about.id;
        for file in std::mem::take(&mut self.files).into_iter().flatten() {
            let Some(summary) = output.files.end(ts, file) else { continue };
            let Some(expected) = output.shared.expected((id.resp_h, id.resp_p)) else { continue };
            let mime_type = Some(summary.mime_type.unwrap_or(UNKNOWN));
            expected.transfer = Some(Transfer { fuid: summary.fuid, mime_type, bytes: summary.seen_bytes });
        }
    }
}
