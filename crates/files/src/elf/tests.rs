//! Small programs, and what is read of them.

use proptest::prelude::*;
use records::{Elf, Timestamp, Uid};

use crate::content::Content;

/// Numbers of either width, in either order, at places of a file.
struct Writer {
    file: Vec<u8>,
    is_64bit: bool,
    is_big_endian: bool,
}

impl Writer {
    fn bytes(&mut self, at: usize, bytes: &[u8]) {
        let end = self.file.len().max(at + bytes.len());
        self.file.resize(end, 0);
        self.file[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn number(&mut self, at: usize, width: usize, number: u64) {
        let (little, big) = (number.to_le_bytes(), number.to_be_bytes());
        let bytes = if self.is_big_endian { &big[8 - width..] } else { &little[..width] };
        self.bytes(at, bytes);
    }

    fn words(&mut self, at: usize, words: &[u64]) {
        let width = if self.is_64bit { 8 } else { 4 };
        for (place, word) in words.iter().enumerate() {
            self.number(at + place * width, width, *word);
        }
    }

    /// Kind, flags, offset, address, size.
    fn segment(&mut self, at: usize, kind: u64, offset: u64, size: u64) {
        self.number(at, 4, kind);
        let first = at + if self.is_64bit { 8 } else { 4 };
        self.words(first, &[offset, offset + 0x10_000, 0, size]);
    }

    fn section(&mut self, at: usize, (name, kind): (u64, u64), offset: u64, (size, link): (u64, u64)) {
        self.number(at, 4, name);
        self.number(at + 4, 4, kind);
        let width = if self.is_64bit { 8 } else { 4 };
        self.words(at + 8 + 2 * width, &[offset, size]);
        self.number(at + 8 + 4 * width, 4, link);
    }
}

/// A program that needs one library and imports one function of it.
pub(crate) fn program(is_64bit: bool, is_big_endian: bool) -> Vec<u8> {
    let mut writer = Writer { file: vec![0; 0x800], is_64bit, is_big_endian };
    let width = if is_64bit { 8 } else { 4 };
    writer.bytes(0, &[0x7f, b'E', b'L', b'F', is_64bit as u8 + 1, is_big_endian as u8 + 1, 1, 3]);
    writer.number(16, 2, 3);
    writer.number(18, 2, 62);
    writer.words(24 + width, &[0x80, 0x200]);
    for (place, number) in [56, 3, 64, 6, 5].into_iter().enumerate() {
        writer.number(24 + 3 * width + 6 + 2 * place, 2, number);
    }
    writer.segment(0x80, 1, 0, 0x800);
    writer.segment(0x80 + 56, 2, 0x140, 0x40);
    writer.segment(0x80 + 112, 3, 0x180, 0x10);
    writer.words(0x140, &[1, 1, 5, 0x1_01c0, 0, 0]);
    writer.bytes(0x180, b"/lib/ld.so\0");
    writer.bytes(0x1c0, b"\0libc.so.6\0system\0");
    writer.section(0x240, (1, 11), 0x400, (if is_64bit { 48 } else { 32 }, 2));
    writer.section(0x280, (9, 3), 0x1c0, (18, 0));
    writer.section(0x2c0, (17, 1), 0x440, (8, 0));
    writer.section(0x300, (26, 7), 0x460, (20, 0));
    writer.section(0x340, (45, 3), 0x480, (60, 0));
    writer.number(0x400 + if is_64bit { 24 } else { 16 }, 4, 11);
    writer.bytes(0x440, b"GCC: 12\0");
    writer.number(0x460, 4, 4);
    writer.number(0x464, 4, 2);
    writer.bytes(0x470, &[0xab, 0xcd]);
    writer.bytes(0x480, b"\0.dynsym\0.dynstr\0.comment\0.note.gnu.build-id\0.shstrtab\0");
    writer.file
}

fn record_of(file: &[u8]) -> Option<Elf> {
    super::read(Content::of(file), Timestamp(0), Uid::default())
}

#[test]
fn programs_of_either_width_and_order_are_read() {
    for (is_64bit, is_big_endian) in [(true, false), (true, true), (false, false), (false, true)] {
        let elf = record_of(&program(is_64bit, is_big_endian)).unwrap();
        assert_eq!((elf.is_64bit, elf.is_big_endian), (is_64bit, is_big_endian));
        assert_eq!((elf.machine.as_deref(), elf.file_type.as_deref()), (Some("AMD64"), Some("shared")));
        assert_eq!((elf.os.as_deref(), elf.interpreter.as_deref()), (Some("Linux"), Some("/lib/ld.so")));
        assert_eq!(elf.libraries.unwrap(), ["libc.so.6"]);
        assert_eq!((elf.import_count, elf.imports.unwrap()), (Some(1), vec!["system".to_owned()]));
        let names = [".dynsym", ".dynstr", ".comment", ".note.gnu.build-id", ".shstrtab"];
        assert_eq!(elf.section_names.unwrap(), names);
        assert_eq!((elf.compiler.as_deref(), elf.build_id.as_deref()), (Some("GCC: 12"), Some("abcd")));
        assert_eq!((elf.is_static, elf.is_stripped, elf.packer), (false, true, None));
        assert!(elf.segment_entropy_max.is_some_and(|bits| bits < 3.0));
    }
}

#[test]
fn a_packed_program_without_tables_is_told() {
    let mut file = program(true, false);
    file[16] = 2;
    file[0x20..0x40].fill(0);
    file[0x40..0x44].copy_from_slice(b"UPX!");
    let elf = record_of(&file).unwrap();
    assert_eq!((elf.packer.as_deref(), elf.is_static, elf.is_stripped), (Some("UPX"), true, true));
}

#[test]
fn a_file_cut_anywhere_is_survived() {
    let file = program(true, false);
    for end in 0..file.len() {
        assert_eq!(record_of(file.get(..end).unwrap()).is_some(), end >= 20);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(changes in prop::collection::vec((4..0x400_usize, any::<u8>()), 0..20)) {
        let mut file = program(false, true);
        for (at, byte) in changes {
            if let Some(to) = file.get_mut(at) {
                *to = byte;
            }
        }
        record_of(&file);
    }
}
