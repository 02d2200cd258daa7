//! The list of items that leads to the target, from the desktop on.

use crate::fields::Fields;
use crate::listed::some_text;

/// Drives, folders and files have names; the longest path has fewer parts.
const ITEMS_MAX: usize = 64;

/// The names one after another, where there are any.
pub(super) fn path(list: &[u8]) -> Option<String> {
    let mut fields = Fields(list);
    let mut path = Vec::new();
    for _ in 0..ITEMS_MAX {
        let Some(item) = next(&mut fields) else { break };
        let Some(name) = name(item) else { continue };
        if !path.is_empty() && !path.ends_with(b"\\") {
            path.push(b'\\');
        }
        path.extend_from_slice(name);
    }
    some_text(&path)
}

fn next<'a>(fields: &mut Fields<'a>) -> Option<&'a [u8]> {
    let length = usize::from(fields.u16()?).checked_sub(2).filter(|length| *length > 0)?;
    fields.take(length)
}

fn name(item: &[u8]) -> Option<&[u8]> {
    const DRIVE: u8 = 0x2f;
    const FILE_OR_FOLDER: u8 = 0x30;
    let kind = *item.first()?;
    let at = match kind {
        DRIVE => 1,
        _ if kind & 0x70 == FILE_OR_FOLDER => 12,
        _ => return None,
    };
    Fields(item.get(at..)?).text().filter(|name| !name.is_empty())
}
