//! Where the parts of a program lie, in memory and in the file.

use crate::content::Content;
use crate::fields::Fields;

/// More sections are not mapped; Windows loads no more either.
const SECTIONS_MAX: usize = 96;

/// The tables that the format knows.
const TABLES_MAX: usize = 16;

/// An entry of the data directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) address: u32,
    pub(super) size: u32,
}

/// The tables that are looked into.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Exports = 0,
    Imports = 1,
    Resources = 2,
    Certificates = 4,
    Debug = 6,
    DotNet = 14,
}

/// A section of the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    memory_size: u32,
    address: u32,
    pub(super) size: u32,
    pub(super) offset: u32,
    /// Bytes in memory, up to the next section: sizes in headers may be false.
    loaded: u32,
}

/// The map of a program.
pub(super) struct Layout<'a> {
    pub(super) content: Content<'a>,
    /// Addresses have 64 bits.
    pub(super) is_64bit: bool,
    tables: Vec<Table>,
    pub(super) sections: Vec<Section>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(content: Content<'a>) -> Self {
        Self { content, is_64bit: false, tables: Vec::new(), sections: Vec::new() }
    }

    pub(super) fn take_tables(&mut self, tables: &[u8]) {
        let table = |entry: &[u8]| {
            let mut fields = Fields(entry);
            Some(Table { address: fields.u32()?, size: fields.u32()? })
        };
        self.tables = tables.chunks_exact(8).take(TABLES_MAX).filter_map(table).collect();
    }

    pub(super) fn take_sections<'b>(&mut self, sections: impl Iterator<Item = &'b [u8]>) {
        let section = |header: &[u8]| {
            let mut fields = Fields(header.get(8..)?);
            let (memory_size, address) = (fields.u32()?, fields.u32()?);
            Some(Section { memory_size, address, size: fields.u32()?, offset: fields.u32()?, loaded: 0 })
        };
        self.sections = sections.take(SECTIONS_MAX).filter_map(section).collect();
        let starts: Vec<u32> = self.sections.iter().map(|section| section.address).collect();
        for section in &mut self.sections {
            let next = starts.iter().filter(|start| **start > section.address).min();
            let most = next.map_or(u32::MAX, |next| next - section.address);
            section.loaded = section.memory_size.max(section.size).min(most);
        }
    }

    /// A table that is there.
    pub(super) fn table(&self, kind: Kind) -> Option<Table> {
        self.tables.get(kind as usize).copied().filter(|table| table.address != 0 && table.size != 0)
    }

    /// The place in the file of an address in memory, which counts from the beginning of the image.
    pub(super) fn offset(&self, address: u32) -> Option<u64> {
        /// Windows loads sections from multiples of this.
        const SECTOR: u32 = 512;
        let within =
            |section: &&Section| address.checked_sub(section.address).is_some_and(|at| at < section.loaded);
        match self.sections.iter().find(within) {
            Some(section) => {
                let start = section.offset - section.offset % SECTOR;
                Some(u64::from(start) + u64::from(address - section.address))
            }
            // The headers are loaded as they are.
            None if self.sections.iter().all(|section| address < section.address) => Some(u64::from(address)),
            None => None,
        }
    }

    /// At most so many bytes at an address in memory.
    pub(super) fn upto(&self, address: u32, most: usize) -> Option<&'a [u8]> {
        self.content.upto(self.offset(address)?, most)
    }

    /// The text at an address in memory, up to a zero.
    pub(super) fn text(&self, address: u32, most: usize) -> Option<&'a [u8]> {
        self.content.text(self.offset(address)?, most)
    }
}
