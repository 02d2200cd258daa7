//! Debug data: where the symbols of a program were when it was built.

use records::Pe;

use super::layout::{Kind, Layout};
use crate::fields::Fields;
use crate::listed::some_text;

const ENTRY_BYTES: usize = 28;
const ENTRIES_MAX: usize = 16;
const PATH_BYTES_MAX: usize = 256;

pub(super) fn read(layout: &Layout<'_>, pe: &mut Pe) {
    let Some(table) = layout.table(Kind::Debug) else { return };
    let length = (table.size as usize).min(ENTRIES_MAX * ENTRY_BYTES);
    let entries = layout.upto(table.address, length).unwrap_or_default();
    pe.pdb_path = entries.chunks_exact(ENTRY_BYTES).find_map(|entry| path(layout, entry));
}

/// The path in an entry of CodeView, of Visual C++ 7 and later or before.
fn path(layout: &Layout<'_>, entry: &[u8]) -> Option<String> {
    const CODE_VIEW: u32 = 2;
    let mut fields = Fields(entry.get(12..)?);
    if fields.u32()? != CODE_VIEW {
        return None;
    }
    fields.skip(8)?;
    let offset = u64::from(fields.u32()?);
    let header = match layout.content.get(offset, 4)? {
        b"RSDS" => 24,
        b"NB10" => 16,
        _ => return None,
    };
    some_text(layout.content.text(offset + header, PATH_BYTES_MAX)?)
}
