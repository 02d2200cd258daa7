//! A mail on its way: its entities become files.

use records::{Timestamp, Uid};

use super::filename;
use super::reader::{Parts, Reader};
use crate::{FileHandle, FileStart, Output};

/// A mail while it is read.
pub(crate) struct Mail {
    reader: Reader,
    files: MailFiles,
}

/// Where the files of mails come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MailSource {
    /// Zeek's source of the files.
    pub(crate) name: &'static str,
    /// Whether the originator sends the mails.
    pub(crate) is_orig: bool,
    /// Whether files are numbered by their entity.
    pub(crate) is_numbered: bool,
}

/// So much news is kept until it is taken.
const NEWS_MAX: usize = 256;

/// What became known of a mail since it was last asked.
#[derive(Debug, Default)]
pub(crate) struct MailNews {
    /// Headers of the mail itself, as name and value.
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// Files that have begun.
    pub(crate) fuids: Vec<Uid>,
    /// Entities that have begun.
    pub(crate) entities: u32,
}

impl MailNews {
    /// Whether nothing became known.
    pub(crate) fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.fuids.is_empty() && self.entities == 0
    }
}

struct MailFiles {
    source: MailSource,
    /// Entities on the connection so far.
    entities: u32,
    filename: Option<String>,
    file: Option<FileHandle>,
    news: MailNews,
}

struct Told<'a, 'o> {
    files: &'a mut MailFiles,
    ts: Timestamp,
    output: &'a mut Output<'o>,
}

impl Mail {
    /// Begins a mail; `entities` were on the connection before.
    pub(crate) fn new(source: MailSource, entities: u32, ts: Timestamp, output: &mut Output<'_>) -> Self {
        let news = MailNews::default();
        let mut files = MailFiles { source, entities, filename: None, file: None, news };
        let reader = Reader::new(&mut Told { files: &mut files, ts, output });
        Self { reader, files }
    }

    /// The next line, or a piece without a line end.
    pub(crate) fn deliver(&mut self, ts: Timestamp, bytes: &[u8], line_end: bool, output: &mut Output<'_>) {
        self.reader.deliver(bytes, line_end, &mut Told { files: &mut self.files, ts, output });
    }

    /// What became known since this was last called.
    pub(crate) fn take_news(&mut self) -> MailNews {
        std::mem::take(&mut self.files.news)
    }

    /// Bytes are missing.
    pub(crate) fn gap(&mut self, ts: Timestamp, length: u64, output: &mut Output<'_>) {
        if let Some(file) = self.files.file {
            output.files.gap(ts, file, length);
        }
    }

    /// The mail is over. Says how many entities were on the connection so far, and what became known at the end.
    pub(crate) fn end(mut self, ts: Timestamp, output: &mut Output<'_>) -> (u32, MailNews) {
        self.reader.end(0, &mut Told { files: &mut self.files, ts, output });
        (self.files.entities, self.files.news)
    }
}

impl Parts for Told<'_, '_> {
    fn begin(&mut self, _: usize) {
        self.files.entities = self.files.entities.saturating_add(1);
        self.files.news.entities = self.files.news.entities.saturating_add(1);
        self.files.filename = None;
        self.files.file = None;
    }

    fn header(&mut self, depth: usize, name: &[u8], value: &[u8]) {
        let news = &mut self.files.news;
        if depth == 0 && news.headers.len() < NEWS_MAX {
            news.headers.push((name.to_vec(), value.to_vec()));
        }
        let found = if name.eq_ignore_ascii_case(b"content-disposition") {
            filename::from_disposition(value)
        } else if name.eq_ignore_ascii_case(b"content-type") {
            filename::from_content_type(value)
        } else {
            None
        };
        self.files.filename = found.or(self.files.filename.take());
    }

    fn data(&mut self, _: usize, bytes: &[u8]) {
        let MailFiles { source, entities, filename, file, news } = &mut *self.files;
        let file = *file.get_or_insert_with(|| {
            let start = FileStart {
                source: source.name,
                depth: if source.is_numbered { *entities } else { 0 },
                filename: filename.clone(),
                is_orig: source.is_orig,
                ..FileStart::default()
            };
            let file = self.output.files.begin(self.ts, self.output.about, start);
            if let Some(summary) = self.output.files.summary(file).filter(|_| news.fuids.len() < NEWS_MAX) {
                news.fuids.push(summary.fuid);
            }
            file
        });
        self.output.files.data(self.ts, file, bytes);
    }

    fn end(&mut self, _: usize) {
        self.files.filename = None;
        if let Some(file) = self.files.file.take() {
            self.output.files.end(self.ts, file);
        }
    }

    fn weird(&mut self, name: &'static str) {
        self.output.weird(self.ts, name, None);
    }
}
