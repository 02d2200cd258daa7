//! Imports, and their hash.
//!
//! The hash (Mandiant, "Tracking Malware with Import Hashing", 2014) is the MD5 of `library.function` of all
//! imports in order, in lower case and with commas between; imports by number have the name that pefile gives them.

use records::Pe;

use super::layout::{Kind, Layout};
use super::ordinals;
use crate::digest::Digest;
use crate::fields::Fields;
use crate::listed::Listed;

/// With more, there is no hash.
const LIBRARIES_MAX: usize = 1024;
const FUNCTIONS_MAX: u64 = 16_384;

const NAME_BYTES_MAX: usize = 256;
const DESCRIPTOR_BYTES: usize = 20;

pub(super) fn read(layout: &Layout<'_>, pe: &mut Pe) {
    let Some(table) = layout.table(Kind::Imports) else { return };
    let Some(descriptors) = layout.upto(table.address, LIBRARIES_MAX * DESCRIPTOR_BYTES) else { return };
    let mut imports = Imports { layout, libraries: Listed::default(), count: 0, digest: Digest::default() };
    let mut is_complete = false;
    for descriptor in descriptors.chunks_exact(DESCRIPTOR_BYTES) {
        let Some(library) = Library::read(descriptor) else {
            is_complete = true;
            break;
        };
        if imports.take(&library).is_none() {
            break;
        }
    }
    pe.import_libraries = imports.libraries.names();
    pe.import_count = Some(imports.count);
    if is_complete && imports.count > 0 {
        pe.imphash = Some(imports.digest.sums().md5);
    }
}

struct Library {
    names: u32,
    name: u32,
    addresses: u32,
}

impl Library {
    /// None for the empty entry that ends the table.
    fn read(descriptor: &[u8]) -> Option<Self> {
        let mut fields = Fields(descriptor);
        let names = fields.u32()?;
        fields.skip(8)?;
        let (name, addresses) = (fields.u32()?, fields.u32()?);
        (name != 0 && (names != 0 || addresses != 0)).then_some(Self { names, name, addresses })
    }
}

struct Imports<'a> {
    layout: &'a Layout<'a>,
    libraries: Listed,
    count: u64,
    digest: Digest,
}

impl Imports<'_> {
    /// None when a part of it cannot be read.
    fn take(&mut self, library: &Library) -> Option<()> {
        let name = self.layout.text(library.name, NAME_BYTES_MAX)?.to_ascii_lowercase();
        self.libraries.push(&name);
        let endings: [&[u8]; 3] = [b".dll", b".ocx", b".sys"];
        let stem = endings.iter().find_map(|ending| name.strip_suffix(*ending)).unwrap_or(&name);
        // Bound imports overwrite the addresses; what was before stands in the other table.
        let thunks = [library.names, library.addresses].into_iter().filter(|address| *address != 0);
        let width = if self.layout.is_64bit { 8 } else { 4 };
        let mut thunks =
            thunks.filter_map(|address| self.layout.upto(address, FUNCTIONS_MAX as usize * width));
        for thunk in
            thunks.find(|thunks| thunks.iter().take(width).any(|byte| *byte != 0))?.chunks_exact(width)
        {
            let mut fields = Fields(thunk);
            let low = fields.u32()?;
            let high = if self.layout.is_64bit { fields.u32()? } else { low };
            if low == 0 && thunk.iter().all(|byte| *byte == 0) {
                return Some(());
            }
            if self.count >= FUNCTIONS_MAX {
                return None;
            }
            if high & 0x8000_0000 != 0 {
                let ordinal = low & 0xffff;
                match ordinals::name(&name, ordinal) {
                    Some(function) => self.push(stem, function.as_bytes()),
                    None => self.push(stem, format!("ord{ordinal}").as_bytes()),
                }
            } else {
                let function = self.layout.text(low.checked_add(2)?, NAME_BYTES_MAX)?;
                self.push(stem, &function.to_ascii_lowercase());
            }
        }
        None
    }

    fn push(&mut self, library: &[u8], function: &[u8]) {
        if self.count > 0 {
            self.digest.update(b",");
        }
        self.count += 1;
        for part in [library, b".", function] {
            self.digest.update(part);
        }
    }
}
