//! What a program takes from libraries.

use records::Elf;

use super::NAME_BYTES_MAX;
use super::header::{File, Section, Segment};
use crate::listed::Listed;

/// So many entries of the dynamic section, and so many symbols, are looked at.
const ENTRIES_MAX: u64 = 1024;
const SYMBOLS_MAX: u64 = 16_384;

pub(super) fn read(file: &File<'_>, segments: &[Segment], sections: &[Section], elf: &mut Elf) {
    elf.libraries = libraries(file, segments).names();
    let _without_symbols = read_imports(file, sections, elf);
}

fn libraries(file: &File<'_>, segments: &[Segment]) -> Listed {
    const DYNAMIC: u32 = 2;
    const END: u64 = 0;
    const NEEDED: u64 = 1;
    const TEXTS: u64 = 5;
    let mut libraries = Listed::default();
    let Some(dynamic) = segments.iter().find(|segment| segment.kind == DYNAMIC) else { return libraries };
    let (mut needed, mut texts) = (Vec::new(), None);
    let width = file.width();
    for place in 0..ENTRIES_MAX.min(dynamic.size / (2 * width)) {
        let Some(at) = dynamic.offset.checked_add(place * 2 * width + width) else { break };
        let (Some(tag), Some(value)) = (file.word(at - width), file.word(at)) else { break };
        match tag {
            END => break,
            NEEDED => needed.push(value),
            TEXTS => texts = offset(segments, value),
            _ => {}
        }
    }
    let Some(texts) = texts else { return libraries };
    for name in needed.iter().filter_map(|name| texts.checked_add(*name)) {
        libraries.push(file.content.text(name, NAME_BYTES_MAX).unwrap_or_default());
    }
    libraries
}

/// The place in the file of an address in memory.
fn offset(segments: &[Segment], address: u64) -> Option<u64> {
    const LOADED: u32 = 1;
    let mut loaded = segments.iter().filter(|segment| segment.kind == LOADED);
    loaded.find_map(|segment| {
        let within = address.checked_sub(segment.address).filter(|within| *within < segment.size)?;
        segment.offset.checked_add(within)
    })
}

/// Symbols that have a name, but are in no section of the file.
fn read_imports(file: &File<'_>, sections: &[Section], elf: &mut Elf) -> Option<()> {
    const DYNAMIC_SYMBOLS: u32 = 11;
    let (symbol_bytes, section_at) = if file.is_64bit { (24, 6) } else { (16, 14) };
    let symbols = sections.iter().find(|section| section.kind == DYNAMIC_SYMBOLS)?;
    let texts = sections.get(symbols.link as usize)?;
    let mut imports = Listed::default();
    for place in 0..SYMBOLS_MAX.min(symbols.size / symbol_bytes) {
        let at = symbols.offset.checked_add(place * symbol_bytes)?;
        let (Some(name), Some(section)) =
            (file.u32(at), at.checked_add(section_at).and_then(|at| file.u16(at)))
        else {
            break;
        };
        if name != 0 && section == 0 {
            let name = texts.offset.checked_add(u64::from(name))?;
            imports.push(file.content.text(name, NAME_BYTES_MAX).unwrap_or_default());
        }
    }
    elf.import_count = Some(imports.count);
    elf.imports = imports.names();
    Some(())
}
