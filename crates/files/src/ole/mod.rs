//! Compound files (OLE): documents of Office before 2007, messages of Outlook, installer packages. Writes `ole`.

mod compound;
mod installer_names;
mod properties;
#[cfg(test)]
pub(crate) mod tests;
mod vba;
mod workbook;

use records::{Ole, Timestamp, Uid, text_from_bytes};

use crate::content::Content;
use crate::fields::Fields;
use crate::listed::Listed;
use compound::{Compound, Entry, Kind};

pub(crate) use properties::Summary;
pub(crate) use vba::Macros;

/// So much of a module of macros, and of the head of an embedded object, is read.
const MODULE_BYTES_MAX: usize = 1 << 20;
const EMBEDDED_BYTES_MAX: usize = 1024;
const PROPERTIES_BYTES_MAX: usize = 64 << 10;

/// So many modules and embedded objects are read.
const READ_MAX: usize = 256;

/// The characters of control in names are written so by the records.
const SUMMARY: &str = "\\x05SummaryInformation";
const EMBEDDED: &str = "\\x01Ole10Native";

/// What there is to say of a compound file; none without its header.
pub(crate) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<Ole> {
    let mut compound = Compound::read(content)?;
    let mut macros = Macros::default();
    take_macros_of(&mut compound, &mut macros);
    let summary = summary_of(&mut compound);
    let embedded = embedded_in(&mut compound);
    let workbook = workbook_of(&mut compound);
    let kind = kind_of(&compound);
    let is_encrypted = kind == Some("encrypted") || workbook.is_encrypted || is_locked_text(&mut compound);
    let mut streams = Listed::default();
    for entry in compound.entries.iter().filter(|entry| entry.kind == Kind::Stream) {
        if streams.is_full() {
            streams.count += 1;
        } else {
            streams.push_text(&compound.path(entry));
        }
    }
    Some(Ole {
        ts,
        id: fuid,
        kind: kind.map(Into::into),
        stream_count: streams.count,
        streams: streams.names(),
        has_macros: !macros.modules.is_empty(),
        macro_modules: macros.modules.names(),
        automatic_macros: macros.automatic.names(),
        macro_calls: macros.calls.names(),
        has_excel4_macros: workbook.has_excel4_macros,
        embedded_count: embedded.count,
        embedded_names: embedded.names(),
        is_encrypted,
        title: summary.title,
        author: summary.author,
        last_saved_by: summary.last_saved_by,
        application: summary.application,
        template: summary.template,
        created: summary.created,
        saved: summary.saved,
        is_cut: content.is_cut(),
    })
}

/// Takes in the macros of a compound file, which may be a part of another document.
pub(crate) fn take_macros(content: Content<'_>, macros: &mut Macros) {
    if let Some(mut compound) = Compound::read(content) {
        take_macros_of(&mut compound, macros);
    }
}

fn places_of(compound: &Compound<'_>, wanted: impl Fn(&Entry) -> bool) -> Vec<usize> {
    let streams = compound.entries.iter().enumerate().filter(|(_, entry)| entry.kind == Kind::Stream);
    streams.filter(|(_, entry)| wanted(entry)).map(|(place, _)| place).take(READ_MAX).collect()
}

fn take_macros_of(compound: &mut Compound<'_>, macros: &mut Macros) {
    let is_module = |entry: &Entry| {
        let is_other = entry.name.starts_with("__SRP_")
            || ["dir", "_VBA_PROJECT", "PROJECT", "PROJECTwm"].contains(&entry.name.as_str());
        !is_other && compound.parent(entry).is_some_and(|storage| storage.name.eq_ignore_ascii_case("VBA"))
    };
    for place in places_of(compound, is_module) {
        let stream = compound.stream(place, MODULE_BYTES_MAX);
        let name = compound.entries.get(place).map(|entry| entry.name.clone()).unwrap_or_default();
        macros.take_module(&name, &stream);
    }
}

fn summary_of(compound: &mut Compound<'_>) -> Summary {
    let place = compound.find(SUMMARY);
    place.map(|place| properties::read(&compound.stream(place, PROPERTIES_BYTES_MAX))).unwrap_or_default()
}

/// Embedded files have a name; other objects that of their storage.
fn embedded_in(compound: &mut Compound<'_>) -> Listed {
    let mut embedded = Listed::default();
    for place in places_of(compound, |entry| entry.name == EMBEDDED || entry.name == "Package") {
        let stream = compound.stream(place, EMBEDDED_BYTES_MAX);
        let file_name = || {
            let mut fields = Fields(stream.get(6..)?);
            fields.text().filter(|name| !name.is_empty()).map(text_from_bytes)
        };
        let entry = compound.entries.get(place);
        let name = file_name().filter(|_| entry.is_some_and(|entry| entry.name == EMBEDDED));
        let storage = || entry.and_then(|entry| compound.parent(entry)).map(|storage| storage.name.clone());
        embedded.push_text(&name.or_else(storage).unwrap_or_default());
    }
    embedded
}

fn workbook_of(compound: &mut Compound<'_>) -> workbook::Workbook {
    let place = ["Workbook", "Book"].into_iter().find_map(|name| compound.find(name));
    place.map(|place| workbook::read(&compound.stream(place, workbook::LOOKED_AT_BYTES))).unwrap_or_default()
}

/// The flag in the head of a document of Word.
fn is_locked_text(compound: &mut Compound<'_>) -> bool {
    const IS_ENCRYPTED: u16 = 0x100;
    let Some(place) = compound.find("WordDocument") else { return false };
    let head = compound.stream(place, 12);
    head.get(10..).and_then(|flags| Fields(flags).u16()).is_some_and(|flags| flags & IS_ENCRYPTED != 0)
}

fn kind_of(compound: &Compound<'_>) -> Option<&'static str> {
    let kinds = [
        ("EncryptedPackage", "encrypted"),
        ("WordDocument", "word"),
        ("Workbook", "excel"),
        ("Book", "excel"),
        ("PowerPoint Document", "powerpoint"),
        ("__properties_version1.0", "message"),
        ("VisioDocument", "visio"),
    ];
    let known = kinds.iter().find(|(name, _)| compound.find(name).is_some()).map(|(_, kind)| *kind);
    let is_table = |entry: &Entry| entry.name.starts_with(installer_names::TABLE);
    let is_project = |entry: &Entry| entry.kind == Kind::Storage && entry.name.trim() == "TBkndTask";
    known
        .or_else(|| compound.entries.iter().any(is_table).then_some("installer"))
        .or_else(|| compound.entries.iter().any(is_project).then_some("project"))
}
