//! The records of a workbook of Excel before 2007 (Microsoft, [MS-XLS]).

use crate::fields::Fields;

/// What is looked for stands near the beginning.
pub(super) const LOOKED_AT_BYTES: usize = 1 << 20;

/// What the records of a workbook tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Workbook {
    pub(super) has_excel4_macros: bool,
    pub(super) is_encrypted: bool,
}

pub(super) fn read(stream: &[u8]) -> Workbook {
    const SHEET: u16 = 0x85;
    const FILE_PASSWORD: u16 = 0x2f;
    const MACRO_SHEET: u8 = 1;
    let mut workbook = Workbook::default();
    let mut fields = Fields(stream);
    let mut next = || {
        let (kind, length) = (fields.u16()?, fields.u16()?);
        Some((kind, fields.take(usize::from(length))?))
    };
    while let Some((kind, record)) = next() {
        match kind {
            // Place, whether it is hidden, and what kind of sheet it is.
            SHEET => workbook.has_excel4_macros |= record.get(5) == Some(&MACRO_SHEET),
            FILE_PASSWORD => workbook.is_encrypted = true,
            _ => {}
        }
    }
    workbook
}
