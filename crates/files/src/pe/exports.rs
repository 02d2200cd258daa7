//! Exports.

use records::Pe;

use super::layout::{Kind, Layout};
use crate::fields::Fields;
use crate::listed::{Listed, NAMES_MAX, some_text};

const NAME_BYTES_MAX: usize = 256;

/// More than a program can have: numbers of exports have 16 bits.
const EXPORTS_MAX: u32 = 65_536;

pub(super) fn read(layout: &Layout<'_>, pe: &mut Pe) {
    if let Some(table) = layout.table(Kind::Exports) {
        let _cut_off = read_table(layout, table.address, pe);
    }
}

/// None where the table is cut off.
fn read_table(layout: &Layout<'_>, address: u32, pe: &mut Pe) -> Option<()> {
    const DIRECTORY_BYTES: usize = 40;
    let mut fields = Fields(layout.upto(address, DIRECTORY_BYTES)?);
    fields.skip(12)?;
    let name = fields.u32()?;
    fields.skip(8)?;
    let count = fields.u32()?;
    fields.skip(4)?;
    let names = fields.u32()?;
    pe.export_name = layout.text(name, NAME_BYTES_MAX).and_then(some_text);
    pe.export_count = Some(u64::from(count)).filter(|_| count <= EXPORTS_MAX);
    let mut exports = Listed::default();
    let pointers = layout.upto(names, NAMES_MAX * 4)?;
    for pointer in pointers.chunks_exact(4).take(count as usize) {
        exports.push(layout.text(Fields(pointer).u32()?, NAME_BYTES_MAX).unwrap_or_default());
    }
    pe.exports = exports.names();
    Some(())
}
