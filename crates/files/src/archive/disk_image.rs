//! Images of optical disks (ECMA-119, ISO 9660), which Windows opens like a folder.

use super::Listing;
use crate::content::Content;
use crate::fields::Fields;

const SECTOR_BYTES: u64 = 2048;

/// The description of the disk stands behind so many empty sectors.
const SYSTEM_SECTORS: u64 = 16;

/// So many descriptions and folders are looked at, and so much of each folder.
const DESCRIPTIONS_MAX: u64 = 8;
const FOLDERS_MAX: usize = 64;
const FOLDER_BYTES_MAX: usize = 64 << 10;

/// Whether a file that begins so may be an image: the sectors for the system are empty.
pub(super) fn may_be(head: &[u8]) -> bool {
    const TELLING_BYTES: usize = 4096;
    head.len() >= TELLING_BYTES && head.iter().all(|byte| *byte == 0)
}

pub(super) fn list(content: Content<'_>) -> Option<Listing> {
    let (root, is_wide) = root(content)?;
    let mut listing = Listing::default();
    let mut folders = vec![(root, Vec::new())];
    let mut next = 0;
    while let Some(((at, length), path)) = folders.get(next).cloned() {
        next += 1;
        let folder = content.upto(u64::from(at) * SECTOR_BYTES, (length as usize).min(FOLDER_BYTES_MAX));
        // Entries do not cross from sector to sector.
        for sector in folder.unwrap_or_default().chunks(SECTOR_BYTES as usize) {
            let mut rest = sector;
            while let Some((entry, behind)) = entry(rest) {
                rest = behind;
                let Some(file) = File::read(entry, is_wide).filter(|file| !file.is_self) else { continue };
                let name = [path.as_slice(), file.name.as_bytes()].concat();
                if !file.is_folder {
                    listing.push(&name, Some(u64::from(file.length)), false);
                } else if folders.len() < FOLDERS_MAX && !folders.iter().any(|((at, _), _)| *at == file.at) {
                    folders.push(((file.at, file.length), [name.as_slice(), b"/"].concat()));
                }
            }
        }
    }
    Some(listing)
}

/// Place and length of the first folder; that with names in UTF-16 (Joliet) if there is one.
fn root(content: Content<'_>) -> Option<((u32, u32), bool)> {
    const PRIMARY: u8 = 1;
    const SUPPLEMENTARY: u8 = 2;
    let mut found = None;
    for sector in SYSTEM_SECTORS..SYSTEM_SECTORS + DESCRIPTIONS_MAX {
        let Some(description) = content.get(sector * SECTOR_BYTES, SECTOR_BYTES as usize) else { break };
        if description.get(1..6) != Some(b"CD001") {
            break;
        }
        let is_wide = description.get(88..90) == Some(b"%/");
        let root = File::read(description.get(156..190)?, false).map(|root| (root.at, root.length));
        match description.first() {
            Some(&PRIMARY) if found.is_none() => found = root.map(|root| (root, false)),
            Some(&SUPPLEMENTARY) if is_wide => found = root.map(|root| (root, true)),
            _ => {}
        }
    }
    found
}

fn entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::from(*bytes.first()?);
    bytes.split_at_checked(length).filter(|_| length > 0)
}

struct File {
    at: u32,
    length: u32,
    is_folder: bool,
    /// The folder itself, or the one above.
    is_self: bool,
    name: String,
}

impl File {
    fn read(entry: &[u8], is_wide: bool) -> Option<Self> {
        const IS_FOLDER: u8 = 2;
        let mut fields = Fields(entry.get(2..)?);
        let at = fields.u32()?;
        fields.skip(4)?;
        let length = fields.u32()?;
        fields.skip(11)?;
        let flags = fields.u8()?;
        fields.skip(6)?;
        let name_length = usize::from(fields.u8()?);
        let name = fields.take(name_length)?;
        let is_self = matches!(name, [0 | 1]);
        let name = if is_wide {
            let units = name.chunks_exact(2).filter_map(|unit| unit.try_into().ok()).map(u16::from_be_bytes);
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        } else {
            String::from_utf8_lossy(name).into_owned()
        };
        // `;1` is the version of a file.
        let name = name.split(';').next().unwrap_or_default().to_owned();
        Some(Self { at, length, is_folder: flags & IS_FOLDER != 0, is_self, name })
    }
}
