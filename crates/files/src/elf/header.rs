//! The header of an ELF file, and the tables of sections and segments that it leads to.

use crate::content::Content;

/// More sections or segments are not read.
const SECTIONS_MAX: usize = 512;
const SEGMENTS_MAX: usize = 64;

/// An ELF file: numbers of either width, in either order.
pub(super) struct File<'a> {
    pub(super) content: Content<'a>,
    pub(super) is_64bit: bool,
    pub(super) is_big_endian: bool,
    pub(super) system: u8,
    pub(super) kind: u16,
    pub(super) machine: u16,
    segments_at: u64,
    segment_bytes: u16,
    segment_count: u16,
    sections_at: u64,
    section_bytes: u16,
    section_count: u16,
    /// The section that holds the names of the others.
    pub(super) names_at: u16,
}

/// A section.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Section {
    pub(super) name: u32,
    pub(super) kind: u32,
    pub(super) offset: u64,
    pub(super) size: u64,
    /// For symbols the section with their names.
    pub(super) link: u32,
}

/// A segment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Segment {
    pub(super) kind: u32,
    pub(super) offset: u64,
    pub(super) address: u64,
    pub(super) size: u64,
}

impl<'a> File<'a> {
    pub(super) fn read(content: Content<'a>) -> Option<Self> {
        let &[_, b'E', b'L', b'F', class, order, _, system] = content.get(0, 8)? else { return None };
        let mut file = Self {
            content,
            is_64bit: class == 2,
            is_big_endian: order == 2,
            system,
            kind: 0,
            machine: 0,
            segments_at: 0,
            segment_bytes: 0,
            segment_count: 0,
            sections_at: 0,
            section_bytes: 0,
            section_count: 0,
            names_at: 0,
        };
        (file.kind, file.machine) = (file.u16(16)?, file.u16(18)?);
        // What follows may be cut off.
        let _cut_off = file.read_places();
        Some(file)
    }

    fn read_places(&mut self) -> Option<()> {
        let width = self.width();
        self.segments_at = self.word(24 + width)?;
        self.sections_at = self.word(24 + 2 * width)?;
        let behind = 24 + 3 * width + 6;
        (self.segment_bytes, self.segment_count) = (self.u16(behind)?, self.u16(behind + 2)?);
        (self.section_bytes, self.section_count) = (self.u16(behind + 4)?, self.u16(behind + 6)?);
        self.names_at = self.u16(behind + 8)?;
        Some(())
    }

    /// Bytes of an address.
    pub(super) const fn width(&self) -> u64 {
        if self.is_64bit { 8 } else { 4 }
    }

    pub(super) fn u16(&self, offset: u64) -> Option<u16> {
        let bytes = self.content.get(offset, 2)?.try_into().ok()?;
        Some(if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    pub(super) fn u32(&self, offset: u64) -> Option<u32> {
        let bytes = self.content.get(offset, 4)?.try_into().ok()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// A number as wide as an address.
    pub(super) fn word(&self, offset: u64) -> Option<u64> {
        if !self.is_64bit {
            return self.u32(offset).map(u64::from);
        }
        let bytes = self.content.get(offset, 8)?.try_into().ok()?;
        Some(if self.is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    pub(super) fn segments(&self) -> Vec<Segment> {
        let count = usize::from(self.segment_count).min(SEGMENTS_MAX) as u64;
        let places = (0..count).map(|place| place * u64::from(self.segment_bytes));
        places.map_while(|place| self.segment(self.segments_at.checked_add(place)?)).collect()
    }

    fn segment(&self, at: u64) -> Option<Segment> {
        let width = self.width();
        at.checked_add(64)?;
        // With 64 bits, flags stand in front.
        let first = at + width;
        Some(Segment {
            kind: self.u32(at)?,
            offset: self.word(first)?,
            address: self.word(first + width)?,
            size: self.word(first + 3 * width)?,
        })
    }

    pub(super) fn sections(&self) -> Vec<Section> {
        let count = usize::from(self.section_count).min(SECTIONS_MAX) as u64;
        let places = (0..count).map(|place| place * u64::from(self.section_bytes));
        places.map_while(|place| self.section(self.sections_at.checked_add(place)?)).collect()
    }

    fn section(&self, at: u64) -> Option<Section> {
        let width = self.width();
        at.checked_add(64)?;
        Some(Section {
            name: self.u32(at)?,
            kind: self.u32(at + 4)?,
            offset: self.word(at + 8 + 2 * width)?,
            size: self.word(at + 8 + 3 * width)?,
            link: self.u32(at + 8 + 4 * width)?,
        })
    }
}
