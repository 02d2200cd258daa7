//! The headers at the beginning of a PE file. What is cut off or broken ends the reading; what was read before
//! is kept.

use records::{Pe, Timestamp, Uid, text_from_bytes};

use super::names;

/// The headers must lie in so many bytes from the beginning.
const HEADERS_BYTES_MAX: usize = 64 * 1024;

const DOS_HEADER_BYTES: usize = 64;
const NEW_HEADER_OFFSET: usize = 60;
const SIGNATURE_BYTES: usize = 4;
const SECTION_HEADER_BYTES: usize = 40;

/// Collects the headers while the file comes.
pub(crate) struct PeReader {
    ts: Timestamp,
    headers: Vec<u8>,
    stopped: bool,
}

impl PeReader {
    pub(crate) fn new(ts: Timestamp) -> Self {
        Self { ts, headers: Vec::new(), stopped: false }
    }

    /// The next bytes of the file.
    pub(crate) fn data(&mut self, bytes: &[u8]) {
        if self.stopped {
            return;
        }
        let room = HEADERS_BYTES_MAX.saturating_sub(self.headers.len());
        self.headers.extend_from_slice(bytes.split_at(room.min(bytes.len())).0);
        let wanted = headers_length(&self.headers).unwrap_or(HEADERS_BYTES_MAX);
        self.stopped = self.headers.len() >= wanted.min(HEADERS_BYTES_MAX);
    }

    /// The bytes that follow are missing.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
    }

    /// What the headers say, where there is as much as a file header.
    pub(crate) fn record(&self, fuid: Uid) -> Option<Pe> {
        read(&self.headers, self.ts, fuid)
    }
}

struct FileHeader<'a> {
    fields: Fields<'a>,
    machine: u16,
    sections: u16,
    compiled: u32,
    optional_length: u16,
    characteristics: u16,
}

/// The file header, and `fields` behind it.
fn file_header(headers: &[u8]) -> Option<FileHeader<'_>> {
    let new_header = Fields(headers.get(NEW_HEADER_OFFSET..)?).u32()?;
    let offset = usize::try_from(new_header).ok()?.max(DOS_HEADER_BYTES);
    let mut fields = Fields(headers.get(offset..)?);
    // The signature is not examined: a file of type `MZ` is read as far as it goes.
    fields.skip(SIGNATURE_BYTES)?;
    let machine = fields.u16()?;
    let sections = fields.u16()?;
    let compiled = fields.u32()?;
    fields.skip(8)?;
    let optional_length = fields.u16()?;
    let characteristics = fields.u16()?;
    Some(FileHeader { fields, machine, sections, compiled, optional_length, characteristics })
}

/// How long all headers are, once that can be told.
fn headers_length(headers: &[u8]) -> Option<usize> {
    let header = file_header(headers)?;
    let behind = headers.len().saturating_sub(header.fields.0.len());
    Some(behind + usize::from(header.optional_length) + usize::from(header.sections) * SECTION_HEADER_BYTES)
}

fn read(headers: &[u8], ts: Timestamp, fuid: Uid) -> Option<Pe> {
    const IS_32_BIT_MACHINE: u16 = 0x100;
    let mut header = file_header(headers)?;
    let mut pe = Pe {
        ts,
        id: fuid,
        machine: Some(names::machine(header.machine)),
        compile_ts: Some(Timestamp(i64::from(header.compiled).saturating_mul(1_000_000_000))),
        is_exe: header.optional_length > 0,
        is_64bit: header.characteristics & IS_32_BIT_MACHINE == 0,
        uses_seh: true,
        ..Pe::default()
    };
    if pe.is_exe
        && let Some(optional) = header.fields.take(usize::from(header.optional_length))
        && read_optional_header(optional, &mut pe).is_some()
    {
        pe.section_names = section_names(header.fields, header.sections);
    }
    Some(pe)
}

/// None when the header is shorter than its own fields say.
fn read_optional_header(bytes: &[u8], pe: &mut Pe) -> Option<()> {
    const PE32: u16 = 0x10b;
    const PE32_PLUS: u16 = 0x20b;
    const ROM_IMAGE: u16 = 0x107;
    let mut fields = Fields(bytes);
    let magic = fields.u16()?;
    let (base_of_data_and_image_base, memory) = match magic {
        PE32 => (8, 16),
        PE32_PLUS => (8, 32),
        _ => (4, 0),
    };
    fields.skip(22 + base_of_data_and_image_base + 8)?;
    let (major, minor) = (fields.u16()?, fields.u16()?);
    fields.skip(24)?;
    let (subsystem, characteristics) = (fields.u16()?, fields.u16()?);
    fields.skip(memory + 4)?;
    let count = usize::try_from(fields.u32()?).ok()?;
    let tables = fields.take(count.checked_mul(8)?)?;
    if !matches!(magic, PE32 | PE32_PLUS | ROM_IMAGE) {
        return Some(());
    }
    pe.os = Some(names::operating_system(major, minor));
    pe.subsystem = Some(names::subsystem(subsystem));
    pe.uses_aslr = characteristics & 0x40 != 0;
    pe.uses_code_integrity = characteristics & 0x80 != 0;
    pe.uses_dep = characteristics & 0x100 != 0;
    pe.uses_seh = characteristics & 0x400 == 0;
    let has_table = |index| {
        let entry = tables.chunks_exact(8).nth(index);
        Some(matches!(entry, Some([_, _, _, _, size @ ..]) if *size != [0; 4]))
    };
    pe.has_export_table = has_table(0);
    pe.has_import_table = has_table(1);
    pe.has_cert_table = has_table(4);
    pe.has_debug_data = has_table(6);
    Some(())
}

fn section_names(fields: Fields<'_>, sections: u16) -> Option<Vec<String>> {
    let names: Vec<String> = fields
        .0
        .chunks_exact(SECTION_HEADER_BYTES)
        .take(usize::from(sections))
        .map(|section| {
            let name = section.iter().take(8).take_while(|byte| **byte != 0).copied();
            text_from_bytes(&name.collect::<Vec<u8>>())
        })
        .collect();
    (!names.is_empty()).then_some(names)
}

/// Little-endian fields one after another.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.take(length).map(|_| ())
    }

    fn u16(&mut self) -> Option<u16> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_le_bytes(*bytes))
    }

    fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A PE32 with two sections and an import table.
    fn program() -> Vec<u8> {
        let mut file = b"MZ".to_vec();
        file.resize(60, 0);
        file.extend(72_u32.to_le_bytes());
        file.resize(72, 0x90);
        file.extend(b"PE\0\0");
        file.extend(0x14c_u16.to_le_bytes());
        file.extend(2_u16.to_le_bytes());
        file.extend(1_500_000_000_u32.to_le_bytes());
        file.extend([0; 8]);
        file.extend(112_u16.to_le_bytes());
        file.extend(0x102_u16.to_le_bytes());
        let mut optional = 0x10b_u16.to_le_bytes().to_vec();
        optional.resize(40, 0);
        optional.extend([6, 0, 1, 0]);
        optional.resize(68, 0);
        optional.extend([3, 0, 0x40, 0x01]);
        optional.resize(92, 0);
        optional.extend(2_u32.to_le_bytes());
        optional.extend([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0]);
        file.extend(optional);
        for name in [b".text\0\0\0", b"abcdefgh"] {
            file.extend(name);
            file.extend([1; 32]);
        }
        file
    }

    fn record_of(file: &[u8], cut: usize) -> Option<Pe> {
        let mut reader = PeReader::new(Timestamp(0));
        file.chunks(cut).for_each(|chunk| reader.data(chunk));
        reader.record(Uid::default())
    }

    #[test]
    fn the_headers_are_read_whatever_the_cuts() {
        for cut in [1, 7, 64, 5000] {
            let pe = record_of(&program(), cut).unwrap();
            assert_eq!(pe.machine.as_deref(), Some("I386"));
            assert_eq!(pe.os.as_deref(), Some("Windows 7 or Server 2008 R2"));
            assert_eq!(pe.subsystem.as_deref(), Some("WINDOWS_CUI"));
            assert_eq!((pe.is_exe, pe.is_64bit, pe.uses_aslr, pe.uses_dep), (true, false, true, true));
            assert_eq!((pe.has_import_table, pe.has_export_table), (Some(true), Some(false)));
            assert_eq!(pe.has_debug_data, Some(false));
            assert_eq!(pe.section_names, Some(vec![".text".to_owned(), "abcdefgh".to_owned()]));
        }
    }

    #[test]
    fn a_cut_file_keeps_what_was_read() {
        let file = program();
        let pe = record_of(file.get(..100).unwrap(), 100).unwrap();
        assert_eq!((pe.machine.as_deref(), pe.os), (Some("I386"), None));
        assert_eq!(record_of(file.get(..80).unwrap(), 100), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(mut bytes in prop::collection::vec(any::<u8>(), 0..600), at in 0..600_usize) {
            record_of(&bytes, 100);
            for (to, from) in bytes.iter_mut().zip(program()) {
                *to = from;
            }
            if let Some(byte) = bytes.get_mut(at) {
                *byte = !*byte;
            }
            record_of(&bytes, 100);
        }
    }
}
