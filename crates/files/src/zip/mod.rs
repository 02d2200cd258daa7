//! ZIP (PKWARE, "APPNOTE"): the entries, and the content of those that are asked for. Writes `archive`, or `ooxml`
//! for a document of Office.

mod listing;
#[cfg(test)]
pub(crate) mod tests;

use records::{AnyRecord, Timestamp, Uid};

use crate::content::Content;
use crate::fields::Fields;
use crate::inflate::{Form, Inflater};
use crate::ooxml;

/// So many entries are read; more are counted where the archive says how many.
const ENTRIES_MAX: usize = 4096;

/// The comment at the end is at most so long.
const COMMENT_BYTES_MAX: usize = 0xffff;

const END_BYTES: usize = 22;

/// What there is to say of an archive; none without any entry.
pub(crate) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<AnyRecord> {
    let zip = Zip::read(content)?;
    if ooxml::is_document(&zip) {
        return Some(ooxml::read(&zip, content, ts, fuid).into());
    }
    Some(listing::of(&zip).record("zip", content, ts, fuid).into())
}

/// A file in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a [u8],
    flags: u16,
    method: u16,
    packed: u64,
    pub(crate) size: u64,
    /// Place of its header.
    at: u64,
}

impl Entry<'_> {
    pub(crate) fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with(b"/")
    }
}

/// What an archive says of itself.
pub(crate) struct Zip<'a> {
    content: Content<'a>,
    pub(crate) entries: Vec<Entry<'a>>,
    /// Entries in all.
    pub(crate) count: u64,
    pub(crate) comment: &'a [u8],
}

impl<'a> Zip<'a> {
    /// Reads the directory at the end or, where that is missing, the headers before each file.
    pub(crate) fn read(content: Content<'a>) -> Option<Self> {
        let end = End::find(content);
        let entries =
            end.as_ref().and_then(|end| directory(content, end)).unwrap_or_else(|| headers(content));
        let count = end.as_ref().map_or(0, |end| u64::from(end.count)).max(entries.len() as u64);
        let comment = end.map_or(&b""[..], |end| end.comment);
        (count > 0).then_some(Self { content, entries, count, comment })
    }

    /// Whether there is a file with this name.
    pub(crate) fn has(&self, name: &[u8]) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The beginning of a file; nothing where it is encrypted, packed otherwise, or was not kept.
    pub(crate) fn content_of(&self, entry: &Entry<'_>, inflater: &mut Inflater, most: usize) -> Vec<u8> {
        const STORED: u16 = 0;
        const DEFLATED: u16 = 8;
        let packed = || {
            let mut lengths = Fields(self.content.get(entry.at + 26, 4)?);
            let behind = u64::from(lengths.u16()?) + u64::from(lengths.u16()?);
            let length = if entry.packed == 0 { usize::MAX } else { usize::try_from(entry.packed).ok()? };
            self.content.upto(entry.at + HEADER_BYTES as u64 + behind, length)
        };
        match packed().filter(|_| !entry.is_encrypted()) {
            Some(packed) if entry.method == STORED => {
                packed.get(..most.min(packed.len())).unwrap_or_default().to_vec()
            }
            Some(packed) if entry.method == DEFLATED => inflater.inflate(Form::Raw, packed, most),
            _ => Vec::new(),
        }
    }
}

/// The end of the directory.
struct End<'a> {
    count: u16,
    directory_at: u64,
    comment: &'a [u8],
}

impl<'a> End<'a> {
    fn find(content: Content<'a>) -> Option<Self> {
        let end = content.end();
        let start = end.len().saturating_sub(END_BYTES + COMMENT_BYTES_MAX);
        let place = start + memchr::memmem::rfind(end.get(start..)?, b"PK\x05\x06")?;
        let mut fields = Fields(end.get(place + 10..)?);
        let (count, size, offset) = (fields.u16()?, fields.u32()?, fields.u32()?);
        let comment_length = usize::from(fields.u16()?).min(fields.0.len());
        // What stands before the archive, as in one that unpacks itself, is not in the offset.
        let before_end = (content.end_at() + place as u64).checked_sub(u64::from(size))?;
        let is_directory = |at: u64| content.get(at, 4) == Some(b"PK\x01\x02");
        let directory_at = Some(u64::from(offset)).filter(|at| is_directory(*at)).unwrap_or(before_end);
        Some(Self { count, directory_at, comment: fields.take(comment_length)? })
    }
}

const HEADER_BYTES: usize = 30;

fn directory<'a>(content: Content<'a>, end: &End<'_>) -> Option<Vec<Entry<'a>>> {
    let mut fields = Fields(content.upto(end.directory_at, usize::MAX)?);
    let mut entries = Vec::new();
    while entries.len() < ENTRIES_MAX
        && let Some(entry) = directory_entry(&mut fields)
    {
        entries.push(entry);
    }
    (!entries.is_empty()).then_some(entries)
}

fn directory_entry<'a>(fields: &mut Fields<'a>) -> Option<Entry<'a>> {
    if fields.take(4)? != b"PK\x01\x02" {
        return None;
    }
    fields.skip(4)?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.skip(8)?;
    let (packed, size) = (u64::from(fields.u32()?), u64::from(fields.u32()?));
    let lengths = [fields.u16()?, fields.u16()?, fields.u16()?].map(usize::from);
    fields.skip(8)?;
    let at = u64::from(fields.u32()?);
    let [name_length, extra_length, comment_length] = lengths;
    let name = fields.take(name_length)?;
    fields.skip(extra_length + comment_length)?;
    Some(Entry { name, flags, method, packed, size, at })
}

/// Goes from header to header from the beginning on.
fn headers(content: Content<'_>) -> Vec<Entry<'_>> {
    const SIZES_FOLLOW: u16 = 8;
    let (head, mut entries) = (content.head(), Vec::new());
    let mut at = memchr::memmem::find(head, b"PK\x03\x04").unwrap_or(head.len());
    while entries.len() < ENTRIES_MAX
        && let Some(entry) = header_at(head, at)
    {
        let data_at = at + HEADER_BYTES + entry.1;
        entries.push(entry.0);
        let length = usize::try_from(entry.0.packed).unwrap_or(usize::MAX);
        at = if entry.0.flags & SIZES_FOLLOW != 0 && length == 0 {
            let rest = head.get(data_at..).unwrap_or_default();
            let next = memchr::memmem::find(rest, b"PK\x03\x04");
            next.map_or(head.len(), |next| data_at + next)
        } else {
            data_at.saturating_add(length)
        };
    }
    entries
}

/// The entry whose header stands there, and the length of its name and what belongs to that.
fn header_at(head: &[u8], at: usize) -> Option<(Entry<'_>, usize)> {
    let mut fields = Fields(head.get(at..)?);
    if fields.take(4)? != b"PK\x03\x04" {
        return None;
    }
    fields.skip(2)?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.skip(8)?;
    let (packed, size) = (u64::from(fields.u32()?), u64::from(fields.u32()?));
    let (name_length, extra_length) = (usize::from(fields.u16()?), usize::from(fields.u16()?));
    let name = fields.take(name_length)?;
    Some((Entry { name, flags, method, packed, size, at: at as u64 }, name_length + extra_length))
}
