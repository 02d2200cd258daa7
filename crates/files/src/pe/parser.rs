//! The headers at the beginning of a PE file. What is cut off or broken ends the reading; what was read before
//! is kept.

use records::{Pe, Timestamp, Uid, text_from_bytes};

use super::layout::Layout;
use super::names;
use crate::content::Content;
use crate::fields::Fields;

/// The headers must lie in so many bytes from the beginning.
const HEADERS_BYTES_MAX: usize = 64 * 1024;

const DOS_HEADER_BYTES: usize = 64;
const NEW_HEADER_OFFSET: usize = 60;
const SIGNATURE_BYTES: usize = 4;
const SECTION_HEADER_BYTES: usize = 40;

struct FileHeader<'a> {
    fields: Fields<'a>,
    machine: u16,
    sections: u16,
    compiled: u32,
    optional_length: u16,
    characteristics: u16,
}

/// The file header, and `fields` behind it.
fn file_header(headers: &[u8]) -> Option<FileHeader<'_>> {
    let new_header = Fields(headers.get(NEW_HEADER_OFFSET..)?).u32()?;
    let offset = usize::try_from(new_header).ok()?.max(DOS_HEADER_BYTES);
    let mut fields = Fields(headers.get(offset..)?);
    // The signature is not examined: a file of type `MZ` is read as far as it goes.
    fields.skip(SIGNATURE_BYTES)?;
    let machine = fields.u16()?;
    let sections = fields.u16()?;
    let compiled = fields.u32()?;
    fields.skip(8)?;
    let optional_length = fields.u16()?;
    let characteristics = fields.u16()?;
    Some(FileHeader { fields, machine, sections, compiled, optional_length, characteristics })
}

/// The record with what the headers say, where there is as much as a file header, and where the rest lies.
pub(super) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<(Pe, Layout<'_>)> {
    const IS_32_BIT_MACHINE: u16 = 0x100;
    const IS_LIBRARY: u16 = 0x2000;
    let mut header = file_header(content.upto(0, HEADERS_BYTES_MAX)?)?;
    let mut pe = Pe {
        ts,
        id: fuid,
        machine: Some(names::machine(header.machine)),
        compile_ts: Some(Timestamp(i64::from(header.compiled).saturating_mul(1_000_000_000))),
        is_exe: header.optional_length > 0,
        is_64bit: header.characteristics & IS_32_BIT_MACHINE == 0,
        uses_seh: true,
        is_dll: Some(header.characteristics & IS_LIBRARY != 0),
        ..Pe::default()
    };
    let mut layout = Layout::new(content);
    if pe.is_exe
        && let Some(optional) = header.fields.take(usize::from(header.optional_length))
        && read_optional_header(optional, &mut pe, &mut layout).is_some()
    {
        let sections = header.fields.0.chunks_exact(SECTION_HEADER_BYTES).take(usize::from(header.sections));
        pe.section_names = section_names(sections.clone());
        layout.take_sections(sections);
    }
    Some((pe, layout))
}

/// None when the header is shorter than its own fields say.
fn read_optional_header(bytes: &[u8], pe: &mut Pe, layout: &mut Layout<'_>) -> Option<()> {
    const PE32: u16 = 0x10b;
    const PE32_PLUS: u16 = 0x20b;
    const ROM_IMAGE: u16 = 0x107;
    let mut fields = Fields(bytes);
    let magic = fields.u16()?;
    let (base_of_data_and_image_base, memory) = match magic {
        PE32 => (8, 16),
        PE32_PLUS => (8, 32),
        _ => (4, 0),
    };
    fields.skip(22 + base_of_data_and_image_base + 8)?;
    let (major, minor) = (fields.u16()?, fields.u16()?);
    fields.skip(24)?;
    let (subsystem, characteristics) = (fields.u16()?, fields.u16()?);
    fields.skip(memory + 4)?;
    let count = usize::try_from(fields.u32()?).ok()?;
    let tables = fields.take(count.checked_mul(8)?)?;
    if !matches!(magic, PE32 | PE32_PLUS | ROM_IMAGE) {
        return Some(());
    }
    pe.os = Some(names::operating_system(major, minor));
    pe.subsystem = Some(names::subsystem(subsystem));
    pe.uses_aslr = characteristics & 0x40 != 0;
    pe.uses_code_integrity = characteristics & 0x80 != 0;
    pe.uses_dep = characteristics & 0x100 != 0;
    pe.uses_seh = characteristics & 0x400 == 0;
    let has_table = |index| {
        let entry = tables.chunks_exact(8).nth(index);
        Some(matches!(entry, Some([_, _, _, _, size @ ..]) if *size != [0; 4]))
    };
    pe.has_export_table = has_table(0);
    pe.has_import_table = has_table(1);
    pe.has_cert_table = has_table(4);
    pe.has_debug_data = has_table(6);
    layout.is_64bit = magic == PE32_PLUS;
    layout.take_tables(tables);
    Some(())
}

fn section_names<'a>(sections: impl Iterator<Item = &'a [u8]>) -> Option<Vec<String>> {
    let name = |section: &[u8]| {
        let name = section.iter().take(8).take_while(|byte| **byte != 0).copied();
        text_from_bytes(&name.collect::<Vec<u8>>())
    };
    let names: Vec<String> = sections.map(name).collect();
    (!names.is_empty()).then_some(names)
}
