//! ELF ("Tool Interface Standard Executable and Linking Format"): programs for Linux and other Unixes. Writes `elf`.

mod dynamic;
mod header;
mod names;
#[cfg(test)]
pub(crate) mod tests;

use records::{Elf, Timestamp, Uid, hexadecimal};

use crate::content::Content;
use crate::entropy;
use crate::listed::{Listed, some_text};
use header::{File, Section, Segment};

const NAME_BYTES_MAX: usize = 256;

/// Segments may overlap: so many bytes of them are counted at most.
const COUNTED_BYTES_MAX: usize = 16 << 20;

/// What there is to say of a program; none without its header.
pub(crate) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<Elf> {
    let file = File::read(content)?;
    let sections = file.sections();
    let segments = file.segments();
    let mut elf = Elf {
        ts,
        id: fuid,
        machine: Some(names::machine(file.machine)),
        is_64bit: file.is_64bit,
        is_big_endian: file.is_big_endian,
        file_type: names::file_type(file.kind).map(Into::into),
        os: names::operating_system(file.system).map(Into::into),
        interpreter: interpreter(&file, &segments),
        packer: packer(content),
        segment_entropy_max: entropy_max(&file, &segments),
        is_cut: content.is_cut(),
        ..Elf::default()
    };
    dynamic::read(&file, &segments, &sections, &mut elf);
    let is_program = matches!(elf.file_type.as_deref(), Some("executable" | "shared"));
    elf.is_static = is_program && elf.interpreter.is_none() && elf.libraries.is_none();
    read_sections(&file, &sections, &mut elf);
    Some(elf)
}

fn interpreter(file: &File<'_>, segments: &[Segment]) -> Option<String> {
    const INTERPRETER: u32 = 3;
    let segment = segments.iter().find(|segment| segment.kind == INTERPRETER)?;
    file.content.text(segment.offset, NAME_BYTES_MAX).and_then(some_text)
}

fn entropy_max(file: &File<'_>, segments: &[Segment]) -> Option<f64> {
    const LOADED: u32 = 1;
    const TELLING_BYTES: usize = 512;
    let mut room = COUNTED_BYTES_MAX;
    let loaded = segments.iter().filter(|segment| segment.kind == LOADED);
    let entropies = loaded.filter_map(|segment| {
        let size = usize::try_from(segment.size).unwrap_or(usize::MAX).min(room);
        let bytes = file.content.upto(segment.offset, size).filter(|bytes| bytes.len() >= TELLING_BYTES)?;
        room -= bytes.len();
        entropy::bits_per_byte(bytes)
    });
    entropies.reduce(f64::max)
}

fn packer(content: Content<'_>) -> Option<std::borrow::Cow<'static, str>> {
    /// The packer's mark stands behind the headers, and again near the end.
    const SEARCHED_BYTES: usize = 1024;
    let head = content.upto(0, SEARCHED_BYTES)?;
    let end = content.end();
    let end = end.get(end.len().saturating_sub(SEARCHED_BYTES)..)?;
    let has = |bytes| memchr::memmem::find(bytes, b"UPX!").is_some();
    (has(head) || has(end)).then_some("UPX".into())
}

fn read_sections(file: &File<'_>, sections: &[Section], elf: &mut Elf) {
    const SYMBOLS: u32 = 2;
    elf.is_stripped = !sections.iter().any(|section| section.kind == SYMBOLS && section.size > 0);
    let Some(names) = sections.get(usize::from(file.names_at)) else { return };
    let mut listed = Listed::default();
    for section in sections {
        let at = names.offset.saturating_add(u64::from(section.name));
        let name = file.content.text(at, NAME_BYTES_MAX).unwrap_or_default();
        match name {
            b".comment" => {
                elf.compiler = file.content.text(section.offset, NAME_BYTES_MAX).and_then(some_text)
            }
            b".note.gnu.build-id" => elf.build_id = build_id(file, section),
            _ => {}
        }
        if !name.is_empty() {
            listed.push(name);
        }
    }
    elf.section_names = listed.names();
}

/// The note that the linker of GNU writes.
fn build_id(file: &File<'_>, section: &Section) -> Option<String> {
    const HEADER_BYTES: u64 = 16;
    const LENGTH_MAX: usize = 64;
    let length = file.u32(section.offset.checked_add(4)?)? as usize;
    let id = file.content.get(section.offset.checked_add(HEADER_BYTES)?, length.min(LENGTH_MAX))?;
    Some(hexadecimal(id.iter().copied(), ""))
}
