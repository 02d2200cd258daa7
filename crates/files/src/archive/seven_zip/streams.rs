//! How the files of a 7z are packed: streams, and folders of coders that unpack them.

use std::io::Read as _;

use crate::fields::Fields;

/// More folders, coders of a folder, or files of a folder are not read.
const FOLDERS_MAX: u64 = 65_536;
const CODERS_MAX: u64 = 32;
pub(super) const FILES_MAX: u64 = 65_536;

const AES: &[u8] = b"\x06\xf1\x07\x01";
const LZMA: &[u8] = b"\x03\x01\x01";
const LZMA_2: &[u8] = b"\x21";
const COPY: &[u8] = b"\0";

/// The parts of a header begin with these numbers.
const END: u8 = 0;
const PACKED: u8 = 6;
const FOLDERS: u8 = 7;
const SUBSTREAMS: u8 = 8;
const SIZES: u8 = 9;
const CHECKSUMS: u8 = 10;
const FOLDER: u8 = 11;
const UNPACKED_SIZES: u8 = 12;
const SUBSTREAM_COUNTS: u8 = 13;

/// Files that are packed together.
#[derive(Clone, Debug, Default)]
pub(super) struct Folder {
    coders: Vec<(Vec<u8>, Vec<u8>)>,
    outputs: u64,
    /// Of each coder.
    sizes: Vec<u64>,
    has_checksum: bool,
    /// Sizes of the files in it.
    pub(super) files: Vec<u64>,
}

/// All folders.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    pub(super) packed_at: u64,
    pub(super) packed_sizes: Vec<u64>,
    pub(super) folders: Vec<Folder>,
}

impl Folder {
    pub(super) fn is_encrypted(&self) -> bool {
        self.coders.iter().any(|(method, _)| method == AES)
    }

    fn size(&self) -> u64 {
        self.sizes.last().copied().unwrap_or(0)
    }

    /// Unpacks with the only coder, as far as it is known.
    pub(super) fn unpack(&self, packed: &[u8], most: usize) -> Option<Vec<u8>> {
        let [(method, properties)] = self.coders.as_slice() else { return None };
        let size = usize::try_from(self.size()).ok()?.min(most);
        let mut unpacked = Vec::new();
        match method.as_slice() {
            LZMA => {
                let mut fields = Fields(properties);
                let (properties, dictionary) = (fields.u8()?, fields.u32()?);
                // Only as much of a dictionary is kept as there is to unpack.
                let dictionary = dictionary.min(u32::try_from(size).ok()?).max(4096);
                let size = u64::try_from(size).ok()?;
                let reader =
                    lzma_rust2::LzmaReader::new_with_props(packed, size, properties, dictionary, None);
                let _broken = reader.ok()?.read_to_end(&mut unpacked);
            }
            LZMA_2 => {
                let dictionary = u32::try_from(size).ok()?.max(4096);
                let mut reader = lzma_rust2::Lzma2Reader::new(packed, dictionary, None).take(size as u64);
                let _broken = reader.read_to_end(&mut unpacked);
            }
            COPY => unpacked.extend_from_slice(packed.get(..size.min(packed.len()))?),
            _ => return None,
        }
        Some(unpacked)
    }
}

impl Streams {
    /// Up to the end of its description.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let mut streams = Self::default();
        let mut has_files = false;
        loop {
            match fields.u8()? {
                END => break,
                PACKED => streams.read_packed(fields)?,
                FOLDERS => streams.read_folders(fields)?,
                // A second one would add as many files again for the few bytes that it has.
                SUBSTREAMS if !has_files => {
                    streams.read_files(fields)?;
                    has_files = true;
                }
                _ => return None,
            }
        }
        if !has_files {
            streams.folders.iter_mut().for_each(|folder| folder.files = vec![folder.size()]);
        }
        Some(streams)
    }

    fn read_packed(&mut self, fields: &mut Fields<'_>) -> Option<()> {
        self.packed_at = number(fields)?;
        let count = number(fields)?;
        loop {
            match fields.u8()? {
                END => return Some(()),
                SIZES => {
                    for _ in 0..count.min(FOLDERS_MAX) {
                        self.packed_sizes.push(number(fields)?);
                    }
                }
                CHECKSUMS => drop(checksums(fields, count)?),
                _ => return None,
            }
        }
    }

    fn read_folders(&mut self, fields: &mut Fields<'_>) -> Option<()> {
        if fields.u8()? != FOLDER {
            return None;
        }
        let count = number(fields)?.min(FOLDERS_MAX);
        // One of these would mean that the folders stand elsewhere, which nothing writes.
        if fields.u8()? != 0 {
            return None;
        }
        for _ in 0..count {
            self.folders.push(folder(fields)?);
        }
        loop {
            match fields.u8()? {
                END => return Some(()),
                UNPACKED_SIZES => {
                    for folder in &mut self.folders {
                        for _ in 0..folder.outputs {
                            folder.sizes.push(number(fields)?);
                        }
                    }
                }
                CHECKSUMS => {
                    let defined = checksums(fields, count)?;
                    for (folder, is_defined) in self.folders.iter_mut().zip(defined) {
                        folder.has_checksum = is_defined;
                    }
                }
                _ => return None,
            }
        }
    }

    /// How many files each folder has, and how long they are.
    fn read_files(&mut self, fields: &mut Fields<'_>) -> Option<()> {
        let mut counts = vec![1; self.folders.len()];
        let mut kind = fields.u8()?;
        if kind == SUBSTREAM_COUNTS {
            let mut all = 0_u64;
            for count in &mut counts {
                *count = number(fields)?;
                all = all.checked_add(*count).filter(|all| *all <= FILES_MAX)?;
            }
            kind = fields.u8()?;
        }
        let mut without_checksum = 0;
        for (folder, count) in self.folders.iter_mut().zip(&counts) {
            let mut left = folder.size();
            // The last size is what is left.
            for place in 1..=*count {
                let size = if place < *count && kind == SIZES { number(fields)? } else { left };
                left = left.saturating_sub(size);
                folder.files.push(size);
            }
            without_checksum += if *count == 1 && folder.has_checksum { 0 } else { *count };
        }
        if kind == SIZES {
            kind = fields.u8()?;
        }
        while kind != END {
            if kind != CHECKSUMS {
                return None;
            }
            checksums(fields, without_checksum)?;
            kind = fields.u8()?;
        }
        Some(())
    }
}

fn folder(fields: &mut Fields<'_>) -> Option<Folder> {
    let mut folder = Folder::default();
    let (mut inputs, count) = (0, number(fields)?);
    if count > CODERS_MAX {
        return None;
    }
    for _ in 0..count {
        let flags = fields.u8()?;
        let method = fields.take(usize::from(flags & 0xf))?.to_vec();
        let (coder_inputs, coder_outputs) =
            if flags & 0x10 != 0 { (number(fields)?, number(fields)?) } else { (1, 1) };
        if coder_inputs > CODERS_MAX || coder_outputs > CODERS_MAX {
            return None;
        }
        inputs += coder_inputs;
        folder.outputs += coder_outputs;
        let length = if flags & 0x20 != 0 { usize::try_from(number(fields)?).ok()? } else { 0 };
        folder.coders.push((method, fields.take(length)?.to_vec()));
    }
    let pairs = folder.outputs.checked_sub(1)?;
    for _ in 0..2 * pairs {
        number(fields)?;
    }
    let packed = inputs.checked_sub(pairs)?;
    for _ in 0..if packed > 1 { packed } else { 0 } {
        number(fields)?;
    }
    Some(folder)
}

/// For which of so many things there is a checksum; the checksums are passed over.
fn checksums(fields: &mut Fields<'_>, count: u64) -> Option<Vec<bool>> {
    let count = usize::try_from(count.min(FILES_MAX)).ok()?;
    let defined = if fields.u8()? != 0 { vec![true; count] } else { bits(fields, count)? };
    fields.skip(4 * defined.iter().filter(|is_defined| **is_defined).count())?;
    Some(defined)
}

/// So many bits, the first the highest of its byte.
pub(super) fn bits(fields: &mut Fields<'_>, count: usize) -> Option<Vec<bool>> {
    let bytes = fields.take(count.div_ceil(8))?;
    Some(bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte << bit & 0x80 != 0)).take(count).collect())
}

/// A number of as many bytes as the ones at the top of its first byte say.
pub(super) fn number(fields: &mut Fields<'_>) -> Option<u64> {
    let first = fields.u8()?;
    let further = first.leading_ones();
    let mut number = 0;
    for place in 0..further {
        number |= u64::from(fields.u8()?) << (8 * place);
    }
    let top = if further < 7 { u64::from(first & (0x7f >> further)) } else { 0 };
    Some(if further < 8 { number | top << (8 * further) } else { number })
}
