//! Small archives, and their listings.

use proptest::prelude::*;
use records::{Archive, Timestamp, Uid};

use super::{Kind, is_program};
use crate::content::Content;

mod seven_zip_samples;

/// A file of RAR 4 in its header.
fn rar_4(flags: u16, name: &[u8], size: u32, data: &[u8]) -> Vec<u8> {
    let mut header = vec![0, 0, 0x74];
    header.extend((flags | 0x8000).to_le_bytes());
    header.extend((32 + name.len() as u16).to_le_bytes());
    header.extend((data.len() as u32).to_le_bytes());
    header.extend(size.to_le_bytes());
    header.extend([0; 9]);
    header.extend([29, 0x33]);
    header.extend((name.len() as u16).to_le_bytes());
    header.extend([0; 4]);
    [header.as_slice(), name, data].concat()
}

fn rar_5(flags: u8, name: &[u8], extra: &[u8], data: &[u8]) -> Vec<u8> {
    let mut header =
        vec![2, 3, extra.len() as u8, data.len() as u8, flags, 0x90, 3, 0, 0, 0, name.len() as u8];
    header.extend(name);
    header.extend(extra);
    [&[0, 0, 0, 0, header.len() as u8], header.as_slice(), data].concat()
}

fn tar_entry(name: &str, kind: u8, data: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar  \0");
    header.extend(data);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

fn disk_entry(name: &[u8], at: u32, length: u32, flags: u8) -> Vec<u8> {
    let mut entry = vec![33 + name.len() as u8, 0];
    for number in [at, length] {
        entry.extend(number.to_le_bytes());
        entry.extend(number.to_be_bytes());
    }
    entry.extend([0; 7]);
    entry.push(flags);
    entry.extend([0; 6]);
    entry.push(name.len() as u8);
    entry.extend(name);
    entry
}

/// A folder with a folder, which leads back to the first one and holds a program.
fn disk_image() -> Vec<u8> {
    const SECTOR: usize = 2048;
    let mut file = vec![0; 20 * SECTOR];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(16 * SECTOR, b"\x01CD001\x01");
    put(16 * SECTOR + 156, &disk_entry(b"\0", 18, 2048, 2));
    put(17 * SECTOR, b"\xffCD001\x01");
    let folder = [disk_entry(b"\0", 18, 2048, 2), disk_entry(b"SUB", 19, 2048, 2)].concat();
    put(18 * SECTOR, &folder);
    let folder = [disk_entry(b"LOOP", 18, 2048, 2), disk_entry(b"RUN.LNK;1", 5, 77, 0)].concat();
    put(19 * SECTOR, &folder);
    file
}

fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    hexadecimal.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// One of each kind.
pub(crate) fn samples() -> Vec<(Kind, Vec<u8>)> {
    let rar_4 = [
        &b"Rar!\x1a\x07\0\0\0\x73\0\0\x0d\0\0\0\0\0\0\0"[..],
        &rar_4(4, b"run.exe", 1000, b"packed"),
        &rar_4(0xe0, b"folder", 0, b""),
        &rar_4(0, b"b.txt\0xyz", 3, b"abc"),
    ];
    let rar_5 = [
        &b"Rar!\x1a\x07\x01\0\0\0\0\0\x03\x01\0\0"[..],
        &rar_5(0, b"run.exe", b"\x02\x01\0", b"packed"),
        &rar_5(1, b"folder", b"", b""),
        &rar_5(0, b"b.txt", b"\x02\x03\0", b"abc"),
    ];
    let mut cabinet = b"MSCF\0\0\0\0\0\0\0\0\0\0\0\0\x24\0\0\0\0\0\0\0\x03\x01\x01\0\x02\0".to_vec();
    cabinet.resize(0x24, 0);
    for (size, name) in [(1000_u32, &b"run.exe\0"[..]), (3, b"b.txt\0")] {
        cabinet.extend(size.to_le_bytes());
        cabinet.extend([0; 12]);
        cabinet.extend(name);
    }
    let gzip = b"\x1f\x8b\x08\x18\0\0\0\0\0\x03run.exe\0hello\0packed\xe8\x03\0\0".to_vec();
    let long = "x".repeat(120);
    let tar = [
        tar_entry("run.exe", b'0', &[1; 1000]),
        tar_entry("folder/", b'5', b""),
        tar_entry("././@LongLink", b'L', long.as_bytes()),
        tar_entry("xxx", b'0', b"abc"),
        vec![0; 1024],
    ];
    vec![
        (Kind::Rar, rar_4.concat()),
        (Kind::Rar, rar_5.concat()),
        (Kind::Cabinet, cabinet),
        (Kind::Gzip, gzip),
        (Kind::Tar, tar.concat()),
        (Kind::DiskImage, disk_image()),
        (Kind::SevenZip, bytes_of(seven_zip_samples::PLAIN)),
        (Kind::SevenZip, bytes_of(seven_zip_samples::PACKED)),
        (Kind::SevenZip, bytes_of(seven_zip_samples::ENCRYPTED)),
        (Kind::SevenZip, bytes_of(seven_zip_samples::HIDDEN)),
    ]
}

fn listing(kind: Kind, file: &[u8]) -> Option<Archive> {
    super::read(kind, Content::of(file), Timestamp(0), Uid::default())
}

#[test]
fn each_kind_is_listed() {
    let run = || vec!["run.exe".to_owned()];
    let both = |second: &str| vec!["run.exe".to_owned(), second.to_owned()];
    let expected = [
        ("rar", both("b.txt"), vec![1000, 3], 1),
        ("rar", both("b.txt"), vec![400, 400], 1),
        ("cab", both("b.txt"), vec![1000, 3], 0),
        ("gzip", run(), vec![1000], 0),
        ("tar", both(&"x".repeat(120)), vec![1000, 3], 0),
        ("iso", vec!["SUB/RUN.LNK".to_owned()], vec![77], 0),
        (
            "7z",
            vec!["run.exe".to_owned(), "empty.txt".to_owned(), "note.txt".to_owned()],
            vec![100, 0, 200],
            0,
        ),
        (
            "7z",
            vec!["run.exe".to_owned(), "empty.txt".to_owned(), "note.txt".to_owned()],
            vec![100, 0, 200],
            0,
        ),
        (
            "7z",
            vec!["run.exe".to_owned(), "empty.txt".to_owned(), "note.txt".to_owned()],
            vec![100, 0, 200],
            2,
        ),
    ];
    for ((kind, file), (format, names, sizes, encrypted)) in samples().into_iter().zip(expected) {
        let archive = listing(kind, &file).unwrap();
        assert_eq!((archive.format.as_ref(), archive.names.unwrap()), (format, names));
        assert_eq!(archive.sizes, Some(sizes));
        assert_eq!((archive.encrypted_count, archive.has_encrypted_names), (encrypted, false), "{format}");
        assert!(archive.program_count >= 1);
    }
}

#[test]
fn names_may_be_encrypted_as_well() {
    let hidden = samples().pop().map(|(kind, file)| listing(kind, &file).unwrap()).unwrap();
    assert_eq!((hidden.has_encrypted_names, hidden.entry_count), (true, 0));
    let rar = listing(Kind::Rar, b"Rar!\x1a\x07\0\0\0\x73\x80\0\x0d\0\0\0\0\0\0\0abc").unwrap();
    assert!(rar.has_encrypted_names);
    let rar = listing(Kind::Rar, b"Rar!\x1a\x07\x01\0\0\0\0\0\x03\x04\0\0abc").unwrap();
    assert!(rar.has_encrypted_names);
}

#[test]
fn programs_are_told_by_their_names() {
    for (name, expected) in
        [("a/b.EXE", true), ("invoice.pdf.js ", true), ("exe", false), ("a.exe/b", false), ("", false)]
    {
        assert_eq!(is_program(name.as_bytes()), expected, "{name}");
    }
}

#[test]
fn a_file_cut_anywhere_is_survived() {
    for (kind, file) in samples() {
        for end in (0..file.len().min(2000)).chain((2000..file.len()).step_by(97)) {
            listing(kind, file.get(..end).unwrap());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(
        which in 0..10_usize,
        changes in prop::collection::vec((0..400_usize, any::<u8>()), 0..20),
    ) {
        let (kind, mut file) = samples().swap_remove(which);
        for (at, byte) in changes {
            if let Some(to) = file.get_mut(at) {
                *to = byte;
            }
        }
        listing(kind, &file);
    }
}
