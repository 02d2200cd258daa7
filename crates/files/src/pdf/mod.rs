//! PDF (ISO 32000): what it does besides showing pages. Names are counted wherever they stand but in the content
//! of streams; streams of objects are unpacked and read as well. Writes `pdf`.

mod names;
#[cfg(test)]
pub(crate) mod tests;

use records::{Pdf, Timestamp, Uid};

use crate::content::Content;
use crate::inflate::{Form, Inflater};
use crate::listed::{Listed, some_text};
use names::Name;

/// So much of a stream of objects is read.
const OBJECTS_BYTES_MAX: usize = 1 << 20;

/// So many strings are read; further addresses are only counted.
const STRINGS_MAX: u32 = 1024;

/// What stands before a stream and describes it is looked for in so many bytes.
const DICTIONARY_BYTES_MAX: usize = 2048;

/// What there is to say of a PDF; none where it does not begin like one.
pub(crate) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<Pdf> {
    let version = content.head().strip_prefix(b"%PDF-")?;
    let version = version.iter().take(8).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let mut reader = Reader::default();
    reader.file(content.head());
    if content.end_at() > 0 {
        // The end may begin within a stream.
        let end = content.end();
        let behind = memchr::memmem::find(end, b"endstream").unwrap_or(0);
        reader.file(end.get(behind..).unwrap_or_default());
    }
    let is_encrypted = reader.is_encrypted;
    let plain = |text: Option<String>| text.filter(|_| !is_encrypted);
    Some(Pdf {
        ts,
        id: fuid,
        version: content.get(5, version).and_then(some_text),
        object_count: reader.objects,
        stream_count: reader.streams,
        page_count: reader.pages,
        update_count: reader.ends.saturating_sub(1),
        object_stream_count: reader.object_streams,
        script_count: reader.scripts.max(reader.script_kinds),
        has_open_action: reader.has_open_action,
        has_additional_actions: reader.has_additional_actions,
        launch_count: reader.launches,
        embedded_count: reader.embedded,
        form_count: reader.forms,
        submit_count: reader.submits,
        media_count: reader.media,
        uri_count: reader.uris.count,
        uris: reader.uris.names().filter(|_| !is_encrypted),
        hidden_name_count: reader.hidden,
        is_encrypted,
        producer: plain(reader.producer),
        title: plain(reader.title),
        is_cut: content.is_cut(),
    })
}

/// Counts what it comes by.
#[derive(Default)]
struct Reader {
    inflater: Inflater,
    objects: u64,
    streams: u64,
    pages: u64,
    ends: u64,
    object_streams: u64,
    scripts: u64,
    script_kinds: u64,
    has_open_action: bool,
    has_additional_actions: bool,
    launches: u64,
    embedded: u64,
    forms: u64,
    submits: u64,
    media: u64,
    uris: Listed,
    hidden: u64,
    is_encrypted: bool,
    strings: u32,
    producer: Option<String>,
    title: Option<String>,
}

impl Reader {
    /// Text and streams in turns.
    fn file(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        let stream = memchr::memmem::Finder::new(b"stream");
        let end = memchr::memmem::Finder::new(b"endstream");
        let mut from = 0;
        while let Some(place) = stream.find(rest.get(from..).unwrap_or_default()).map(|place| from + place) {
            let (text, behind) = rest.split_at(place);
            let behind = behind.get(b"stream".len()..).unwrap_or_default();
            if !matches!(behind.first(), Some(b'\r' | b'\n')) || text.ends_with(b"end") {
                from = place + b"stream".len();
                continue;
            }
            // Without an end there is no further stream either: all that follows is read as text.
            let Some(length) = end.find(behind) else { break };
            self.text(text);
            let (content, behind) = behind.split_at(length);
            self.stream(text, content);
            (rest, from) = (behind.get(b"endstream".len()..).unwrap_or_default(), 0);
        }
        self.text(rest);
    }

    fn stream(&mut self, before: &[u8], content: &[u8]) {
        self.streams += 1;
        let start = memchr::memmem::rfind(before, b"obj").unwrap_or(0);
        let start = start.max(before.len().saturating_sub(DICTIONARY_BYTES_MAX));
        let dictionary = before.get(start..).unwrap_or_default();
        let (mut has_objects, mut is_deflated) = (false, false);
        names::each(dictionary, |name, _| {
            has_objects |= name.is(b"ObjStm");
            is_deflated |= name.is(b"FlateDecode") || name.is(b"Fl");
        });
        if has_objects && is_deflated {
            let unpacked = self.inflater.inflate(Form::Zlib, content.trim_ascii_start(), OBJECTS_BYTES_MAX);
            self.names(&unpacked);
        }
    }

    fn text(&mut self, text: &[u8]) {
        let objects = memchr::memmem::find_iter(text, b" obj");
        self.objects += objects.filter(|place| is_number_before(text, *place)).count() as u64;
        self.ends += memchr::memmem::find_iter(text, b"%%EOF").count() as u64;
        self.names(text);
    }

    fn names(&mut self, text: &[u8]) {
        let mut is_type = false;
        names::each(text, |name, behind| {
            self.pages += u64::from(is_type && name.is(b"Page"));
            is_type = name.is(b"Type");
            self.name(&name, behind);
        });
    }

    fn name(&mut self, name: &Name, behind: &[u8]) {
        let count = match name.bytes() {
            b"JS" => &mut self.scripts,
            b"JavaScript" => &mut self.script_kinds,
            b"ObjStm" => &mut self.object_streams,
            b"Launch" => &mut self.launches,
            b"EmbeddedFile" => &mut self.embedded,
            b"AcroForm" | b"XFA" => &mut self.forms,
            b"SubmitForm" | b"ImportData" | b"GoToR" | b"GoToE" => &mut self.submits,
            b"RichMedia" => &mut self.media,
            b"OpenAction" => {
                self.has_open_action = true;
                &mut 0
            }
            b"AA" => {
                self.has_additional_actions = true;
                &mut 0
            }
            b"Encrypt" => {
                self.is_encrypted = true;
                return;
            }
            b"URI" => {
                match self.string(behind) {
                    Some(uri) => self.uris.push_text(&uri),
                    None if self.strings >= STRINGS_MAX => {
                        self.uris.count += u64::from(names::is_string(behind));
                    }
                    None => {}
                }
                return;
            }
            b"Producer" => {
                self.producer = self.producer.take().or_else(|| self.string(behind));
                return;
            }
            b"Title" => {
                self.title = self.title.take().or_else(|| self.string(behind));
                return;
            }
            _ => return,
        };
        *count += 1;
        self.hidden += u64::from(name.is_escaped);
    }

    /// The string that follows a name, unless too many were read: they may lie within each other.
    fn string(&mut self, behind: &[u8]) -> Option<String> {
        if self.strings >= STRINGS_MAX || !names::is_string(behind) {
            return None;
        }
        self.strings += 1;
        names::string(behind)
    }
}

fn is_number_before(text: &[u8], place: usize) -> bool {
    place.checked_sub(1).and_then(|before| text.get(before)).is_some_and(u8::is_ascii_digit)
}
