//! The listing of a 7z: names of files, and which of them are packed.

use super::streams::{FILES_MAX, Folder, Streams, bits, number};
use crate::archive::Listing;
use crate::fields::Fields;

/// Takes the files in; none where the header is cut off or broken.
pub(super) fn read(mut fields: Fields<'_>, listing: &mut Listing) -> Option<()> {
    const PROPERTIES: u8 = 2;
    const STREAMS: u8 = 4;
    const FILES: u8 = 5;
    let mut streams = None;
    loop {
        match fields.u8()? {
            // There is one; more of them would only take time.
            STREAMS if streams.is_none() => streams = Some(Streams::read(&mut fields)?),
            FILES => return read_files(&mut fields, &streams.unwrap_or_default(), listing),
            PROPERTIES => while skip_property(&mut fields)?.is_some() {},
            _ => return None,
        }
    }
}

/// Number and content of a property; the inner none is their end.
fn skip_property<'a>(fields: &mut Fields<'a>) -> Option<Option<(u8, &'a [u8])>> {
    let kind = fields.u8()?;
    if kind == 0 {
        return Some(None);
    }
    let length = usize::try_from(number(fields)?).ok()?;
    Some(Some((kind, fields.take(length)?)))
}

fn read_files(fields: &mut Fields<'_>, streams: &Streams, listing: &mut Listing) -> Option<()> {
    const EMPTY: u8 = 14;
    const EMPTY_FILES: u8 = 15;
    const NAMES: u8 = 17;
    let count = number(fields)?;
    let files = usize::try_from(count.min(FILES_MAX)).ok()?;
    let (mut names, mut empty, mut empty_files) = (&[][..], &[][..], &[][..]);
    while let Some((kind, content)) = skip_property(fields)? {
        match kind {
            NAMES => names = content.get(1..).unwrap_or_default(),
            EMPTY => empty = content,
            EMPTY_FILES => empty_files = content,
            _ => {}
        }
    }
    let empty = bits(&mut Fields(empty), files).unwrap_or_default();
    let among = empty.iter().filter(|is_empty| **is_empty).count();
    let empty_files = bits(&mut Fields(empty_files), among).unwrap_or_default();
    let packed = streams
        .folders
        .iter()
        .flat_map(|folder| folder.files.iter().map(|size| (*size, Folder::is_encrypted(folder))));
    let (mut packed, mut empty_files) = (packed, empty_files.into_iter());
    for place in 0..files {
        let Some((name, behind)) = next_name(names) else { break };
        names = behind;
        let is_empty = empty.get(place).copied().unwrap_or(false);
        // What has no content is a folder, unless it is told to be a file.
        if is_empty && !empty_files.next().unwrap_or(false) {
            continue;
        }
        let (size, is_encrypted) = if is_empty { (0, false) } else { packed.next().unwrap_or_default() };
        listing.push(name.as_bytes(), Some(size), is_encrypted);
    }
    Some(())
}

/// A name in UTF-16 that a zero ends, and what follows it.
fn next_name(names: &[u8]) -> Option<(String, &[u8])> {
    let length = names.chunks_exact(2).position(|unit| unit == [0, 0])?;
    let (name, behind) = names.split_at_checked(2 * length)?;
    Some((records::text_from_utf16le(name), behind.get(2..)?))
}
