//! The file system inside a compound file (Microsoft, [MS-CFB]): sectors, chains of them, and a directory.

use records::text_from_utf16le;

use super::installer_names;

use crate::content::Content;
use crate::fields::Fields;

/// Sectors of the allocation table that are read: with the usual sectors they stand for 64 MiB.
const TABLE_SECTORS_MAX: usize = 1024;

const ENTRIES_MAX: usize = 4096;

/// So much is read of all streams of a file together.
const STREAM_BYTES_MAX: usize = 16 << 20;

/// Paths are told up to this depth.
const DEPTH_MAX: usize = 8;

const ENTRY_BYTES: usize = 128;
const HEADER_BYTES: u64 = 512;

/// No sector, and no entry.
const NONE: u32 = 0xffff_fffa;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Storage,
    Stream,
}

/// An entry of the directory.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) kind: Kind,
    parent: Option<usize>,
    first: u32,
    pub(super) size: u64,
}

/// A compound file.
pub(super) struct Compound<'a> {
    content: Content<'a>,
    sector_bytes: usize,
    small_sector_bytes: usize,
    small_stream_below: u64,
    table: Vec<u32>,
    small_table: Vec<u32>,
    /// The stream in which the small ones lie.
    small: Vec<u8>,
    /// Those that can be reached from the root.
    pub(super) entries: Vec<Entry>,
    room: usize,
}

struct Header {
    first_directory: u32,
    first_small_table: u32,
    first_further_table: u32,
    table_sectors: Vec<u32>,
}

impl<'a> Compound<'a> {
    /// None where there is no header.
    pub(super) fn read(content: Content<'a>) -> Option<Self> {
        let mut compound = Self {
            content,
            sector_bytes: 512,
            small_sector_bytes: 64,
            small_stream_below: 4096,
            table: Vec::new(),
            small_table: Vec::new(),
            small: Vec::new(),
            entries: Vec::new(),
            room: STREAM_BYTES_MAX,
        };
        let header = compound.read_header()?;
        compound.read_table(&header);
        let small_table = compound.chain(header.first_small_table, TABLE_SECTORS_MAX * compound.sector_bytes);
        compound.small_table = numbers(&small_table).collect();
        compound.read_directory(header.first_directory);
        Some(compound)
    }

    fn read_header(&mut self) -> Option<Header> {
        const SIGNATURE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
        let mut fields = Fields(self.content.get(0, HEADER_BYTES as usize)?);
        if fields.take(SIGNATURE.len())? != SIGNATURE {
            return None;
        }
        fields.skip(22)?;
        let (shift, small_shift) = (fields.u16()?, fields.u16()?);
        if !matches!(shift, 9 | 12) || small_shift >= shift {
            return None;
        }
        self.sector_bytes = 1 << shift;
        self.small_sector_bytes = 1 << small_shift;
        fields.skip(14)?;
        let first_directory = fields.u32()?;
        fields.skip(4)?;
        self.small_stream_below = u64::from(fields.u32()?);
        let first_small_table = fields.u32()?;
        fields.skip(4)?;
        let first_further_table = fields.u32()?;
        fields.skip(4)?;
        let table_sectors = numbers(fields.0).filter(|sector| *sector < NONE).collect();
        Some(Header { first_directory, first_small_table, first_further_table, table_sectors })
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        // The header takes the place of a sector.
        self.content.upto((u64::from(number) + 1) * self.sector_bytes as u64, self.sector_bytes)
    }

    fn read_table(&mut self, header: &Header) {
        let mut sectors = header.table_sectors.clone();
        let mut further = header.first_further_table;
        // A list of them may lead to itself.
        for _ in 0..TABLE_SECTORS_MAX {
            let Some(sector) = self.sector(further).filter(|_| further < NONE) else { break };
            let mut list: Vec<u32> = numbers(sector).collect();
            further = list.pop().unwrap_or(NONE);
            sectors.extend(list.into_iter().filter(|sector| *sector < NONE));
            if sectors.len() >= TABLE_SECTORS_MAX {
                break;
            }
        }
        sectors.truncate(TABLE_SECTORS_MAX);
        for sector in sectors {
            let bytes = self.sector(sector).unwrap_or_default();
            let there = self.table.len() + self.sector_bytes / 4;
            self.table.extend(numbers(bytes));
            // A sector that was not kept leaves its entries unknown, but the others in their places.
            self.table.resize(there, u32::MAX);
        }
    }

    /// The bytes of a chain of sectors, as far as they were kept.
    fn chain(&mut self, first: u32, most: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut next = first;
        let most = most.min(self.room);
        while next < NONE && bytes.len() < most {
            let Some(sector) = self.sector(next).filter(|sector| !sector.is_empty()) else { break };
            bytes.extend_from_slice(sector);
            next = self.table.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        bytes.truncate(most);
        self.room -= bytes.len();
        bytes
    }

    fn read_directory(&mut self, first: u32) {
        let directory = self.chain(first, ENTRIES_MAX * ENTRY_BYTES);
        let raw: Vec<RawEntry> = directory.chunks_exact(ENTRY_BYTES).map_while(RawEntry::read).collect();
        let Some(root) = raw.first() else { return };
        let root_size = usize::try_from(root.size).unwrap_or(usize::MAX);
        self.small = self.chain(root.first, root_size.min(STREAM_BYTES_MAX / 2));
        let mut waiting = vec![(root.child, None)];
        let mut seen = vec![false; raw.len()];
        while let Some((number, parent)) = waiting.pop() {
            let number = number as usize;
            let (Some(entry), Some(seen)) = (raw.get(number), seen.get_mut(number)) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            let place = self.entries.len();
            if let Some(kind) = entry.kind {
                let (name, first, size) = (entry.name.clone(), entry.first, entry.size);
                self.entries.push(Entry { name, kind, parent, first, size });
                if kind == Kind::Storage {
                    waiting.push((entry.child, Some(place)));
                }
            }
            // The left one comes out first, so that the order is one that does not depend on the depth.
            waiting.extend([(entry.right, parent), (entry.left, parent)]);
        }
    }

    /// The content of a stream, at most so many bytes.
    pub(super) fn stream(&mut self, place: usize, most: usize) -> Vec<u8> {
        let Some(entry) = self.entries.get(place).filter(|entry| entry.kind == Kind::Stream) else {
            return Vec::new();
        };
        let most = most.min(usize::try_from(entry.size).unwrap_or(usize::MAX));
        let (first, size) = (entry.first, entry.size);
        if size >= self.small_stream_below {
            return self.chain(first, most);
        }
        let most = most.min(self.room);
        let (mut bytes, mut next) = (Vec::new(), first);
        while next < NONE && bytes.len() < most {
            let start = next as usize * self.small_sector_bytes;
            let Some(sector) = self.small.get(start..).filter(|sector| !sector.is_empty()) else { break };
            bytes.extend_from_slice(sector.get(..self.small_sector_bytes).unwrap_or(sector));
            next = self.small_table.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        bytes.truncate(most);
        self.room -= bytes.len();
        bytes
    }

    /// The storage that holds an entry.
    pub(super) fn parent(&self, entry: &Entry) -> Option<&Entry> {
        self.entries.get(entry.parent?)
    }

    /// Names of the storages around it and its own.
    pub(super) fn path(&self, entry: &Entry) -> String {
        let mut names = vec![entry.name.as_str()];
        let mut inner = entry;
        while let Some(outer) = self.parent(inner).filter(|_| names.len() < DEPTH_MAX) {
            names.push(&outer.name);
            inner = outer;
        }
        names.reverse();
        names.join("/")
    }

    /// The place of the stream with this name right below the root.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.parent.is_none() && entry.name == name)
    }
}

struct RawEntry {
    name: String,
    kind: Option<Kind>,
    left: u32,
    right: u32,
    child: u32,
    first: u32,
    size: u64,
}

impl RawEntry {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let name = fields.take(64)?;
        let name_length = usize::from(fields.u16()?).saturating_sub(2).min(name.len());
        let kind = match fields.u8()? {
            1 => Some(Kind::Storage),
            2 => Some(Kind::Stream),
            _ => None,
        };
        fields.skip(1)?;
        let (left, right, child) = (fields.u32()?, fields.u32()?, fields.u32()?);
        fields.skip(36)?;
        // The upper half of the size is not to be trusted in files with short sectors.
        let (first, size) = (fields.u32()?, u64::from(fields.u32()?));
        let name = installer_names::plain(text_from_utf16le(name.get(..name_length)?));
        Some(Self { name, kind, left, right, child, first, size })
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).filter_map(|number| number.try_into().ok().map(u32::from_le_bytes))
}
