//! Requests and their responses become records.
//!
//! A connection can carry several requests before the first response (pipelining), responses that nobody asked
//! for, and only one direction can have been captured. Pairing is by order, as Zeek does it.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use records::{Http, Login, Sender, Timestamp, Uid, text_from_bytes};

use super::header::RequestHeader;
use super::websocket::Negotiation;
use super::wire::Version;
use crate::mime::{decode_base64, filename};
use crate::{FileHandle, FileStart, FileSummary, Output};

/// More requests than this without a response are written as they are.
const PENDING_REQUESTS_MAX: usize = 100;
/// So many bytes of text are kept for requests without a response; then they are written as they are.
const PENDING_BYTES_MAX: usize = 1024 * 1024;
/// Longer texts are cut.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// So many files of each direction stand in a record.
const FILES_MAX: usize = 15;
/// So many files that came in parts are remembered.
const RANGED_MAX: usize = 256;
/// So many headers that show a proxy stand in a record.
const PROXIED_MAX: usize = 32;

/// The files of one direction of a transaction.
#[derive(Default)]
struct Files {
    fuids: Vec<String>,
    filenames: Vec<String>,
    types: Vec<String>,
    /// Those whose type is not known.
    untyped: Vec<FileHandle>,
}

#[derive(Default)]
struct Transaction {
    record: Http,
    files: [Files; 2],
    /// Name that the headers of the entity at hand give.
    filename: Option<String>,
    /// The client asked for parts of the file.
    ranged: bool,
    websocket: Negotiation,
}

/// The transactions of one connection.
#[expect(clippy::box_collection, reason = "seldom there, and it makes every connection smaller")]
#[derive(Default)]
pub(super) struct Transactions {
    pending: BTreeMap<u64, Box<Transaction>>,
    request: u64,
    response: u64,
    depth: u32,
    /// The transaction that was spoken of last; files belong to it.
    current: u64,
    /// Files that come in parts and stand in a record already.
    ranged: Option<Box<Vec<Uid>>>,
    /// Bytes of text in requests since requests were last given up.
    bytes: usize,
}

impl Transactions {
    /// A request has begun.
    pub(super) fn request(&mut self, ts: Timestamp, method: &[u8], uri: &[u8], output: &mut Output<'_>) {
        if self.request < self.response {
            output.weird(ts, "HTTP_response_before_request", None);
            self.request = self.response;
        }
        self.bytes = self.bytes.saturating_add(uri.len());
        if self.pending.len() <= 1 {
            self.bytes = uri.len();
        }
        if self.pending.len() > PENDING_REQUESTS_MAX || self.bytes > PENDING_BYTES_MAX {
            self.bytes = 0;
            output.weird(ts, "HTTP_excessive_pipelining", None);
            self.response = self.response.max(1);
            while self.response < self.request {
                self.write(self.response, output);
                self.response += 1;
            }
        }
        self.request += 1;
        let record = &mut self.select(ts, Sender::Originator, output).record;
        record.method = Some(text_of(method));
        record.uri = Some(text_of(uri));
    }

    /// A response has begun.
    pub(super) fn reply(
        &mut self,
        ts: Timestamp,
        version: Version,
        code: u16,
        reason: Option<&[u8]>,
        output: &mut Output<'_>,
    ) {
        // After an informational response the real one is still to come.
        let waits = self.pending.get(&self.response).is_some_and(|transaction| {
            transaction.record.status_code.is_none_or(|code| (100..200).contains(&code))
        });
        if !waits {
            self.response += 1;
        }
        let record = &mut self.select(ts, Sender::Responder, output).record;
        let reason = reason.map_or_else(|| "<empty>".to_owned(), text_of);
        if (100..200).contains(&code) {
            record.info_code = Some(code);
            record.info_msg = Some(reason.clone());
        }
        record.status_code = Some(code);
        record.status_msg = Some(reason);
        record.version = Some(format!("{}.{}", version.major, version.minor));
    }

    /// An entity of a message of this end begins.
    pub(super) fn begin_entity(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        self.select(ts, from, output).filename = None;
    }

    /// An entity is over.
    pub(super) fn end_entity(&mut self) {
        if let Some(transaction) = self.pending.get_mut(&self.current) {
            transaction.filename = None;
        }
    }

    /// A header of a request.
    pub(super) fn request_header(
        &mut self,
        ts: Timestamp,
        name: &[u8],
        value: &[u8],
        output: &mut Output<'_>,
    ) {
        self.bytes = self.bytes.saturating_add(value.len());
        let transaction = self.select(ts, Sender::Originator, output);
        let record = &mut transaction.record;
        let text = || Some(text_of(value));
        match RequestHeader::named(name) {
            Some(RequestHeader::Referer) => record.referrer = text(),
            Some(RequestHeader::Host) => record.host = text(),
            Some(RequestHeader::Range) => transaction.ranged = true,
            Some(RequestHeader::Origin) => record.origin = text(),
            Some(RequestHeader::UserAgent) => record.user_agent = text(),
            Some(RequestHeader::Authorization) => note_credentials(record, value),
            Some(RequestHeader::Proxy) => {
                let proxied = record.proxied.get_or_insert_default();
                let name = text_of(name).to_ascii_uppercase();
                let entry = format!("{name} -> {}", text_of(value));
                if proxied.len() < PROXIED_MAX && !proxied.contains(&entry) {
                    proxied.push(entry);
                }
            }
            None => transaction.websocket.header(Sender::Originator, name, value),
        }
        self.file_header(name, value);
    }

    /// A header of a response; `top` unless of an entity inside it.
    pub(super) fn reply_header(
        &mut self,
        ts: Timestamp,
        top: bool,
        (name, value): (&[u8], &[u8]),
        output: &mut Output<'_>,
    ) {
        let transaction = self.select(ts, Sender::Responder, output);
        let record = &mut transaction.record;
        if top && name.eq_ignore_ascii_case(b"location") {
            record.location = Some(text_of(value));
        } else if top && name.eq_ignore_ascii_case(b"content-type") {
            record.content_type = Some(text_of(value));
        } else if top {
            transaction.websocket.header(Sender::Responder, name, value);
        }
        self.file_header(name, value);
    }

    fn file_header(&mut self, name: &[u8], value: &[u8]) {
        let filename = if name.eq_ignore_ascii_case(b"content-disposition") {
            filename::from_disposition(value)
        } else if name.eq_ignore_ascii_case(b"content-type") {
            filename::from_content_type(value)
        } else {
            return;
        };
        if let Some(transaction) = self.pending.get_mut(&self.current)
            && filename.is_some()
        {
            transaction.filename = filename;
        }
    }

    /// The first content of an entity. Once it was given to the file, [`Transactions::attach`] must be called.
    pub(super) fn begin_file(
        &mut self,
        ts: Timestamp,
        from: Sender,
        total_bytes: Option<u64>,
        output: &mut Output<'_>,
    ) -> FileHandle {
        let is_orig = from == Sender::Originator;
        let mut start = FileStart { source: "HTTP", total_bytes, is_orig, ..FileStart::default() };
        if let Some(transaction) = self.pending.get(&self.current) {
            start.key = (transaction.ranged && !is_orig).then(|| url_key(&transaction.record));
            start.filename.clone_from(&transaction.filename);
        }
        output.files.begin(ts, output.about, start)
    }

    /// Lets the transaction at hand have a file that has begun.
    pub(super) fn attach(&mut self, from: Sender, handle: FileHandle, output: &mut Output<'_>) {
        let Some(transaction) = self.pending.get_mut(&self.current) else { return };
        let Some(summary) = output.files.summary(handle) else { return };
        if transaction.ranged && from == Sender::Responder {
            let ranged = self.ranged.get_or_insert_default();
            if ranged.contains(&summary.fuid) {
                return;
            }
            if ranged.len() < RANGED_MAX {
                ranged.push(summary.fuid);
            }
        }
        let [of_request, of_reply] = &mut transaction.files;
        let files = if from == Sender::Originator { of_request } else { of_reply };
        if files.fuids.len() < FILES_MAX {
            files.fuids.push(summary.fuid.to_string());
            files.filenames.extend(transaction.filename.clone());
            files.untyped.push(handle);
        }
    }

    /// A file is over.
    pub(super) fn end_file(&mut self, ts: Timestamp, handle: FileHandle, output: &mut Output<'_>) {
        let Some(FileSummary { mime_type, .. }) = output.files.end(ts, handle) else { return };
        for transaction in self.pending.values_mut() {
            for files in &mut transaction.files {
                if let Some(place) = files.untyped.iter().position(|untyped| *untyped == handle) {
                    files.untyped.remove(place);
                    files.types.extend(mime_type.map(str::to_owned));
                }
            }
        }
    }

    /// A message of this end is over.
    pub(super) fn message_done(
        &mut self,
        ts: Timestamp,
        from: Sender,
        body_length: u64,
        output: &mut Output<'_>,
    ) {
        let record = &mut self.select(ts, from, output).record;
        if from == Sender::Originator {
            record.request_body_len = body_length;
            return;
        }
        record.response_body_len = body_length;
        if !record.status_code.is_some_and(|code| (100..200).contains(&code)) {
            self.write(self.response, output);
        }
    }

    /// The connection has switched to WebSocket with the response at hand.
    pub(super) fn switched(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        let about = output.about;
        let Transaction { record, websocket, .. } = self.select(ts, Sender::Responder, output);
        let opened = records::Websocket {
            ts,
            uid: about.uid,
            id: about.id,
            host: record.host.clone(),
            uri: record.uri.clone(),
            user_agent: record.user_agent.clone(),
            ..websocket.record()
        };
        output.write(opened);
    }

    /// Writes what has no response yet, the last first, as Zeek does.
    pub(super) fn finish(&mut self, output: &mut Output<'_>) {
        while let Some((key, _)) = self.pending.last_key_value() {
            self.write(*key, output);
        }
    }

    /// The transaction to which what this end sends belongs; it begins if there is none.
    fn select(&mut self, ts: Timestamp, from: Sender, output: &Output<'_>) -> &mut Transaction {
        self.current = if from == Sender::Originator { self.request } else { self.response };
        self.pending.entry(self.current).or_insert_with(|| {
            self.depth += 1;
            let about = output.about;
            let record =
                Http { ts, uid: about.uid, id: about.id, trans_depth: self.depth, ..Http::default() };
            Box::new(Transaction { record, ..Transaction::default() })
        })
    }

    fn write(&mut self, key: u64, output: &mut Output<'_>) {
        // Nothing asked for or answered stands at place 0.
        let Some(transaction) = self.pending.remove(&key).filter(|_| key > 0) else { return };
        if self.pending.is_empty() {
            // An empty map keeps its memory, and most connections wait for a long time.
            self.pending = BTreeMap::new();
        }
        let Transaction { mut record, files: [of_request, of_reply], .. } = *transaction;
        (record.orig_fuids, record.orig_filenames, record.orig_mime_types) = of_request.columns(output);
        (record.resp_fuids, record.resp_filenames, record.resp_mime_types) = of_reply.columns(output);
        if record.password.is_some() {
            output.write(login(&record));
        }
        output.write(record);
    }
}

type Texts = Option<Vec<String>>;

impl Files {
    fn columns(mut self, output: &mut Output<'_>) -> (Texts, Texts, Texts) {
        let known = self.untyped.iter().filter_map(|handle| output.files.summary(*handle)?.mime_type);
        self.types.extend(known.map(str::to_owned));
        let some = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
        (some(self.fuids), some(self.filenames), some(self.types))
    }
}

/// A text of the wire, not too long.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes))
}

/// Keeps the user of basic authentication (RFC 7617), and that there was a password.
pub(crate) fn note_credentials(record: &mut Http, value: &[u8]) {
    let Some((scheme, credentials)) = value.split_at_checked(5) else { return };
    if !scheme.eq_ignore_ascii_case(b"basic") || !credentials.starts_with(b" ") {
        return;
    }
    let credentials = decode_base64(credentials.trim_ascii());
    let user = credentials.iter().position(|byte| *byte == b':').and_then(|place| credentials.get(..place));
    record.username = Some(
        user.map_or_else(|| format!("<problem-decoding> ({})", text_from_bytes(value)), text_from_bytes),
    );
    record.password = Some("<seen>".to_owned());
}

/// What the record tells of a login.
pub(crate) fn login(record: &Http) -> Login {
    let success = match record.status_code {
        Some(401 | 403 | 407) => Some(false),
        Some(200..=399) => Some(true),
        _ => None,
    };
    let status = record.status_code.map(|code| {
        format!("{code} {}", record.status_msg.as_deref().unwrap_or_default()).trim_end().to_owned()
    });
    Login {
        ts: record.ts,
        uid: record.uid,
        id: record.id,
        service: "http".into(),
        method: Some("basic".into()),
        user: record.username.clone(),
        success,
        status,
    }
}

/// Parts of a file that one client asks for at one URL are parts of the same file.
fn url_key(record: &Http) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    record.id.orig_h.hash(&mut hasher);
    record.host.hash(&mut hasher);
    record.id.resp_p.hash(&mut hasher);
    record.uri.hash(&mut hasher);
    if record.host.is_none() {
        record.id.resp_h.hash(&mut hasher);
    }
    hasher.finish()
}
