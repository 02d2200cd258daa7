//! Version information among the resources.

use records::{Pe, text_from_utf16le};

use super::layout::{Kind, Layout};
use crate::fields::Fields;
use crate::listed::wide_text;

/// Version information is looked for in so many bytes.
const VERSION_BYTES_MAX: usize = 64 * 1024;

/// So many entries are looked at on each level.
const ENTRIES_MAX: usize = 256;

const VERSION_TYPE: u32 = 16;

pub(super) fn read(layout: &Layout<'_>, pe: &mut Pe) {
    let Some(version) = version_resource(layout) else { return };
    let Some((root, _)) = Block::read(version) else { return };
    for strings in root.children().filter(|block| block.is_named("StringFileInfo")) {
        for text in strings.children().flat_map(|table| table.children()) {
            let value = Some(wide_text(text.value)).filter(|value| !value.trim().is_empty());
            let field = match text_from_utf16le(text.key).as_str() {
                "CompanyName" => &mut pe.company_name,
                "ProductName" => &mut pe.product_name,
                "FileDescription" => &mut pe.file_description,
                "FileVersion" => &mut pe.file_version,
                "OriginalFilename" => &mut pe.original_filename,
                "InternalName" => &mut pe.internal_name,
                _ => continue,
            };
            if field.is_none() {
                *field = value.map(|value| value.trim().to_owned());
            }
        }
    }
}

/// The first version resource: type, name and language are the levels of a tree.
fn version_resource<'a>(layout: &Layout<'a>) -> Option<&'a [u8]> {
    const IS_DIRECTORY: u32 = 0x8000_0000;
    let root = layout.offset(layout.table(Kind::Resources)?.address)?;
    let mut at = root;
    for level in 0..3 {
        let header = layout.content.get(at, 16)?;
        let mut counts = Fields(header.get(12..)?);
        let count = usize::from(counts.u16()?) + usize::from(counts.u16()?);
        let entries = layout.content.upto(at + 16, count.min(ENTRIES_MAX) * 8)?;
        let entry = entries.chunks_exact(8).find_map(|entry| {
            let mut fields = Fields(entry);
            let (id, offset) = (fields.u32()?, fields.u32()?);
            (level > 0 || id == VERSION_TYPE).then_some(offset)
        })?;
        at = root + u64::from(entry & !IS_DIRECTORY);
        if entry & IS_DIRECTORY == 0 {
            break;
        }
    }
    let (address, size) = (layout.content.u32(at)?, layout.content.u32(at + 4)?);
    layout.upto(address, (size as usize).min(VERSION_BYTES_MAX))
}

/// A block of version information: a name, a value, and blocks inside.
struct Block<'a> {
    /// In UTF-16.
    key: &'a [u8],
    value: &'a [u8],
    inside: &'a [u8],
}

impl<'a> Block<'a> {
    /// The first block and what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        const HEADER_BYTES: usize = 6;
        let mut fields = Fields(bytes);
        let (length, value_length, is_text) = (usize::from(fields.u16()?), fields.u16()?, fields.u16()? == 1);
        if length < HEADER_BYTES {
            return None;
        }
        let block = bytes.get(..length.min(bytes.len()))?;
        let characters = block.get(HEADER_BYTES..)?.chunks_exact(2).take_while(|unit| **unit != [0, 0]);
        let key_end = HEADER_BYTES + 2 * characters.count();
        let value_at = aligned(key_end + 2).min(block.len());
        // The length of a text counts characters, but some programs count bytes: it ends at its zero anyway.
        let value_length = usize::from(value_length) * if is_text { 2 } else { 1 };
        let value_end = (value_at + value_length).min(block.len());
        let (value, inside) =
            (block.get(value_at..value_end)?, block.get(aligned(value_end)..).unwrap_or(&[]));
        let behind = bytes.get(aligned(length)..).unwrap_or(&[]);
        Some((Self { key: block.get(HEADER_BYTES..key_end)?, value, inside }, behind))
    }

    fn is_named(&self, name: &str) -> bool {
        text_from_utf16le(self.key) == name
    }

    fn children(&self) -> impl Iterator<Item = Self> + use<'a> {
        let mut rest = self.inside;
        std::iter::from_fn(move || {
            let (block, behind) = Self::read(rest)?;
            rest = behind;
            Some(block)
        })
    }
}

/// Parts begin at multiples of four bytes.
fn aligned(offset: usize) -> usize {
    offset.next_multiple_of(4)
}
