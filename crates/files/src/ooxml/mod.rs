//! Documents of Office since 2007 (ECMA-376, "Office Open XML"): a ZIP of parts that refer to each other and to
//! places outside. Writes `ooxml`.

mod markup;
#[cfg(test)]
pub(crate) mod tests;

use records::{Ooxml, Timestamp, Uid};

use crate::content::Content;
use crate::inflate::Inflater;
use crate::listed::{Listed, some_text};
use crate::ole::{self, Macros, Summary};
use crate::zip::{Entry, Zip};

/// The part that says what the others are: a ZIP with it is a document.
const CONTENT_TYPES: &[u8] = b"[Content_Types].xml";

/// So many parts are read, and so much of each.
const PARTS_READ_MAX: usize = 128;
const PART_BYTES_MAX: usize = 1 << 20;
const MACRO_BYTES_MAX: usize = 4 << 20;

/// Whether an archive is a document.
pub(crate) fn is_document(zip: &Zip<'_>) -> bool {
    zip.has(CONTENT_TYPES)
}

/// What there is to say of a document.
pub(crate) fn read(zip: &Zip<'_>, content: Content<'_>, ts: Timestamp, fuid: Uid) -> Ooxml {
    let mut document = Document::default();
    let mut inflater = Inflater::default();
    // Macros first: who wants to hide them puts many other parts before them.
    let (macros, others): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) =
        zip.entries.iter().filter(|entry| is_read(entry.name)).partition(|entry| is_macros(entry.name));
    let has_macros = !macros.is_empty();
    for entry in macros.into_iter().chain(others).take(PARTS_READ_MAX) {
        document.take_part(entry, |most| zip.content_of(entry, &mut inflater, most));
    }
    let inside =
        |folder: &'static str| zip.entries.iter().filter(move |entry| has_folder(entry.name, folder));
    let kinds = [("word/", "word"), ("xl/", "excel"), ("ppt/", "powerpoint")];
    let kind = kinds
        .iter()
        .find(|(folder, _)| zip.entries.iter().any(|entry| entry.name.starts_with(folder.as_bytes())));
    let instructions = dde_in(&document.instructions);
    instructions.into_iter().for_each(|command| document.dde.push_text(&command));
    Ooxml {
        ts,
        id: fuid,
        kind: kind.map(|(_, kind)| (*kind).into()),
        part_count: zip.count,
        has_macros,
        macro_modules: document.macros.modules.names(),
        automatic_macros: document.macros.automatic.names(),
        macro_calls: document.macros.calls.names(),
        has_excel4_macros: inside("macrosheets").next().is_some(),
        has_activex: inside("activeX").next().is_some(),
        embedded_count: inside("embeddings").filter(|entry| !entry.is_folder()).count() as u64,
        external_targets: document.external.names(),
        external_template: document.template,
        hyperlink_count: document.hyperlinks,
        dde_commands: document.dde.names(),
        title: document.summary.title,
        author: document.summary.author,
        last_saved_by: document.summary.last_saved_by,
        application: document.summary.application,
        template: document.summary.template,
        created: document.summary.created,
        saved: document.summary.saved,
        is_cut: content.is_cut(),
    }
}

fn has_folder(name: &[u8], folder: &str) -> bool {
    let mut parts = name.split(|byte| *byte == b'/').rev().skip(1);
    parts.any(|part| part.eq_ignore_ascii_case(folder.as_bytes()))
}

fn is_read(name: &[u8]) -> bool {
    name.ends_with(b".rels")
        || is_macros(name)
        || [&b"word/document.xml"[..], b"docProps/core.xml", b"docProps/app.xml"].contains(&name)
        || name.starts_with(b"xl/externalLinks/externalLink")
}

fn is_macros(name: &[u8]) -> bool {
    name.to_ascii_lowercase().ends_with(b"vbaproject.bin")
}

/// What the parts say.
#[derive(Default)]
struct Document {
    macros: Macros,
    external: Listed,
    template: Option<String>,
    hyperlinks: u64,
    /// The instructions of the fields of a text, which may be cut into pieces.
    instructions: String,
    dde: Listed,
    summary: Summary,
}

impl Document {
    fn take_part(&mut self, entry: &Entry<'_>, mut unpack: impl FnMut(usize) -> Vec<u8>) {
        let name = entry.name;
        if is_macros(name) {
            ole::take_macros(Content::of(&unpack(MACRO_BYTES_MAX)), &mut self.macros);
            return;
        }
        let xml = unpack(PART_BYTES_MAX);
        for tag in markup::tags(&xml) {
            match name {
                b"docProps/core.xml" => self.take_core_property(&tag),
                b"docProps/app.xml" => self.take_application_property(&tag),
                b"word/document.xml" => self.take_field(&tag),
                _ if tag.name == b"Relationship" => self.take_relationship(&tag),
                _ if tag.name == b"ddeLink" => self.take_link(&tag),
                _ => {}
            }
        }
    }

    fn take_relationship(&mut self, tag: &markup::Tag<'_>) {
        let is_external =
            tag.attribute("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
        let Some(target) = tag.attribute("Target").filter(|_| is_external) else { return };
        let kind = tag.attribute("Type").unwrap_or_default();
        if kind.ends_with("/hyperlink") {
            self.hyperlinks += 1;
            return;
        }
        if kind.ends_with("/attachedTemplate") {
            self.template = some_text(target.as_bytes());
        }
        self.external.push_new(&target);
    }

    /// A field of a text; its instruction may stand in an attribute, or in text between several tags.
    fn take_field(&mut self, tag: &markup::Tag<'_>) {
        if self.instructions.len() >= PART_BYTES_MAX {
            return;
        }
        match tag.name {
            b"instrText" => self.instructions.push_str(&tag.text()),
            b"fldSimple" => {
                self.instructions.push('\n');
                self.instructions.push_str(&tag.attribute("instr").unwrap_or_default());
            }
            b"fldChar" if tag.attribute("fldCharType").as_deref() == Some("begin") => {
                self.instructions.push('\n')
            }
            _ => {}
        }
    }

    fn take_link(&mut self, tag: &markup::Tag<'_>) {
        let part = |name| tag.attribute(name).unwrap_or_default();
        self.dde.push_text(format!("{} {}", part("ddeService"), part("ddeTopic")).trim());
    }

    fn take_core_property(&mut self, tag: &markup::Tag<'_>) {
        let text = || some_text(tag.text().as_bytes());
        let at = || time(&tag.text());
        match tag.name {
            b"title" => self.summary.title = text(),
            b"creator" => self.summary.author = text(),
            b"lastModifiedBy" => self.summary.last_saved_by = text(),
            b"created" => self.summary.created = at(),
            b"modified" => self.summary.saved = at(),
            _ => {}
        }
    }

    fn take_application_property(&mut self, tag: &markup::Tag<'_>) {
        match tag.name {
            b"Application" => self.summary.application = some_text(tag.text().as_bytes()),
            b"Template" => self.summary.template = some_text(tag.text().as_bytes()),
            _ => {}
        }
    }
}

/// A point in time such as `2020-01-02T03:04:05Z`.
fn time(text: &str) -> Option<Timestamp> {
    let mut numbers =
        text.trim().split(|sign: char| !sign.is_ascii_digit()).map(|number| number.parse().ok());
    let mut next = || numbers.next().flatten().filter(|number: &i64| *number < 10_000);
    let (year, month, day) = (next()?, next()?, next()?);
    let (hour, minute, second) = (next()?, next()?, next()?);
    Timestamp::from_date(year, month, day, hour * 3600 + minute * 60 + second)
}

/// The instructions that exchange data with another program.
fn dde_in(instructions: &str) -> Vec<String> {
    let is_dde = |line: &&str| {
        let keyword = line.split_ascii_whitespace().next().unwrap_or_default();
        keyword.eq_ignore_ascii_case("dde") || keyword.eq_ignore_ascii_case("ddeauto")
    };
    instructions.lines().map(str::trim).filter(is_dde).map(str::to_owned).collect()
}
