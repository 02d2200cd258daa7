//! One stream: a request and its response.

use records::{Http, Sender, Timestamp};

use super::header_table::Header;
use crate::http::{Inflater, RequestHeader, login, note_credentials, text_of};
use crate::mime::filename;
use crate::percent::unescape;
use crate::{FileHandle, FileStart, Output};

/// So many headers that show a proxy stand in a record.
const PROXIED_MAX: usize = 32;

/// A stream while it is open.
pub(super) struct Stream {
    record: Http,
    sides: [Side; 2],
}

/// What one end has sent on it.
#[derive(Default)]
struct Side {
    file: Option<FileHandle>,
    filename: Option<String>,
    total_bytes: Option<u64>,
    inflater: Option<Box<Inflater>>,
    bytes: u64,
}

impl Stream {
    /// Begins a stream, the `depth`th of its connection.
    pub(super) fn new(ts: Timestamp, depth: u32, output: &Output<'_>) -> Self {
        let (uid, id) = (output.about.uid, output.about.id);
        let record = Http { ts, uid, id, trans_depth: depth, version: Some("2".into()), ..Http::default() };
        Self { record, sides: Default::default() }
    }

    fn side(&mut self, from: Sender) -> &mut Side {
        let [request, response] = &mut self.sides;
        if from == Sender::Originator { request } else { response }
    }

    /// The headers of one end, or what follows its body.
    pub(super) fn headers(&mut self, from: Sender, headers: &[Header]) {
        for (name, value) in headers {
            self.side(from).header(name, value);
            match from {
                Sender::Originator => self.request_header(name, value),
                Sender::Responder => self.response_header(name, value),
            }
        }
    }

    fn request_header(&mut self, name: &[u8], value: &[u8]) {
        let record = &mut self.record;
        let text = || Some(text_of(value));
        match name {
            b":method" => record.method = text(),
            b":path" => record.uri = Some(text_of(&unescape(value).0)),
            b":authority" => record.host = text(),
            _ => match RequestHeader::named(name) {
                Some(RequestHeader::Referer) => record.referrer = text(),
                Some(RequestHeader::Host) => record.host = record.host.take().or_else(text),
                Some(RequestHeader::Origin) => record.origin = text(),
                Some(RequestHeader::UserAgent) => record.user_agent = text(),
                Some(RequestHeader::Authorization) => note_credentials(record, value),
                Some(RequestHeader::Proxy) => {
                    let proxied = record.proxied.get_or_insert_default();
                    if proxied.len() < PROXIED_MAX {
                        let name = text_of(name).to_ascii_uppercase();
                        proxied.push(format!("{name} -> {}", text_of(value)));
                    }
                }
                Some(RequestHeader::Range) | None => {}
            },
        }
    }

    fn response_header(&mut self, name: &[u8], value: &[u8]) {
        let record = &mut self.record;
        match name {
            b":status" => {
                let code = std::str::from_utf8(value).ok().and_then(|code| code.parse().ok());
                if code.is_some_and(|code| (100..200).contains(&code)) {
                    record.info_code = code;
                } else {
                    record.status_code = code;
                }
            }
            b"location" => record.location = Some(text_of(value)),
            b"content-type" => record.content_type = Some(text_of(value)),
            _ => {}
        }
    }

    /// A piece of a body; `missing` bytes of it are not here.
    pub(super) fn data(
        &mut self,
        ts: Timestamp,
        from: Sender,
        (bytes, missing): (&[u8], u64),
        output: &mut Output<'_>,
    ) {
        let depth = self.record.trans_depth;
        let side = self.side(from);
        if bytes.is_empty() {
            return;
        }
        let (filename, total_bytes, is_orig) =
            (side.filename.clone(), side.total_bytes, from == Sender::Originator);
        let start = FileStart { source: "HTTP", depth, filename, total_bytes, is_orig, key: None };
        let file = *side.file.get_or_insert_with(|| output.files.begin(ts, output.about, start));
        match &mut side.inflater {
            None => {
                side.bytes += bytes.len() as u64;
                output.files.data(ts, file, bytes);
            }
            Some(inflater) => {
                let (count, files) = (&mut side.bytes, &mut *output.files);
                let failed = inflater.inflate(bytes, &mut |inflated| {
                    *count += inflated.len() as u64;
                    files.data(ts, file, inflated);
                });
                if let Err(name) = failed {
                    output.weird(ts, name, None);
                }
            }
        }
        if missing > 0 {
            output.files.gap(ts, file, missing);
        }
    }

    /// One end sends no more on it.
    pub(super) fn end_of(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        let side = self.side(from);
        let Some(file) = side.file.take() else { return };
        if let Some(inflater) = &mut side.inflater {
            let (count, files) = (&mut side.bytes, &mut *output.files);
            inflater.finish(&mut |inflated| {
                *count += inflated.len() as u64;
                files.data(ts, file, inflated);
            });
        }
        let Some(summary) = output.files.end(ts, file) else { return };
        let (filename, fuid) = (side.filename.take(), summary.fuid.to_string());
        let (filenames, mime_type) = (filename.map(|name| vec![name]), summary.mime_type);
        let types = mime_type.map(|mime_type| vec![mime_type.to_owned()]);
        let record = &mut self.record;
        if from == Sender::Originator {
            (record.orig_fuids, record.orig_filenames, record.orig_mime_types) =
                (Some(vec![fuid]), filenames, types);
        } else {
            (record.resp_fuids, record.resp_filenames, record.resp_mime_types) =
                (Some(vec![fuid]), filenames, types);
        }
    }

    /// The stream is over: writes its record.
    pub(super) fn finish(mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.end_of(ts, Sender::Originator, output);
        self.end_of(ts, Sender::Responder, output);
        let [request, response] = &self.sides;
        self.record.request_body_len = request.bytes;
        self.record.response_body_len = response.bytes;
        if self.record.password.is_some() {
            output.write(login(&self.record));
        }
        output.write(self.record);
    }
}

impl Side {
    fn header(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"content-length" => {
                self.total_bytes = std::str::from_utf8(value).ok().and_then(|length| length.parse().ok());
            }
            b"content-encoding" if matches!(value, b"gzip" | b"x-gzip" | b"deflate") => {
                self.inflater = Some(Box::new(Inflater::new()));
                self.total_bytes = None;
            }
            b"content-disposition" => {
                self.filename = filename::from_disposition(value).or(self.filename.take());
            }
            _ => {}
        }
    }
}
