//! A small compound file, and what is read of it.

use proptest::prelude::*;
use records::{Ole, Timestamp, Uid};

use super::properties::tests::set;
use super::vba::tests::packed;
use crate::content::Content;

const SECTOR: usize = 512;

/// A compound file with these streams, each in its storage if it has one, and all at least 4096 bytes long.
fn compound(streams: &[(Option<&str>, &str, Vec<u8>)]) -> Vec<u8> {
    // Sector 0 is the table, 1 to 4 the directory; the streams follow.
    let (mut table, mut data) = (vec![0xffff_fffd_u32, 2, 3, 4, 0xffff_fffe], Vec::new());
    let mut directory = vec![entry("Root Entry", 5, [u32::MAX, u32::MAX, 1], 0xffff_fffe, 0)];
    for (storage, name, content) in streams {
        let first = table.len() as u32;
        let content_sectors = content.len().max(4096).div_ceil(SECTOR);
        table.extend((1..content_sectors as u32).map(|place| first + place));
        table.push(0xffff_fffe);
        let mut padded = content.clone();
        padded.resize(content_sectors * SECTOR, 0);
        data.extend(padded);
        let size = content.len().max(4096) as u32;
        let place = directory.len() as u32;
        match storage {
            Some(storage) => {
                directory.push(entry(storage, 1, [u32::MAX, place + 2, place + 1], 0, 0));
                directory.push(entry(name, 2, [u32::MAX, u32::MAX, u32::MAX], first, size));
            }
            None => directory.push(entry(name, 2, [u32::MAX, place + 1, u32::MAX], first, size)),
        }
    }
    let mut file = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    file.resize(24, 0);
    file.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    file.resize(44, 0);
    let numbers = [1, 1, 0, 4096, 0xffff_fffe, 0, 0xffff_fffe, 0, 0];
    file.extend(numbers.iter().flat_map(|number: &u32| number.to_le_bytes()));
    file.resize(SECTOR, 0xff);
    file.extend(table.iter().flat_map(|number| number.to_le_bytes()));
    file.resize(2 * SECTOR, 0xff);
    file.extend(directory.concat());
    file.resize(6 * SECTOR, 0);
    file.extend(data);
    file
}

fn entry(name: &str, kind: u8, links: [u32; 3], first: u32, size: u32) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = entry.len() as u16 + 2;
    entry.resize(64, 0);
    entry.extend(length.to_le_bytes());
    entry.extend([kind, 1]);
    entry.extend(links.iter().flat_map(|link| link.to_le_bytes()));
    entry.resize(116, 0);
    entry.extend(first.to_le_bytes());
    entry.extend(size.to_le_bytes());
    entry.resize(128, 0);
    entry
}

/// A document of Word with a macro, an embedded file and an author.
pub(crate) fn document() -> Vec<u8> {
    let module =
        packed(b"Attribute VB_Name = \"a\"\r\nSub AutoOpen()\r\nCreateObject(\"WScript.Shell\")\r\nEnd Sub");
    compound(&[
        (None, "WordDocument", vec![0; 32]),
        (None, "\u{5}SummaryInformation", set()),
        (Some("VBA"), "NewMacros", module),
        (Some("_1"), "\u{1}Ole10Native", b"\x10\0\0\0\x02\0run.exe\0C:\\run.exe\0".to_vec()),
    ])
}

fn record_of(file: &[u8]) -> Option<Ole> {
    super::read(Content::of(file), Timestamp(0), Uid::default())
}

#[test]
fn macros_embedded_files_and_authors_are_told() {
    let ole = record_of(&document()).unwrap();
    assert_eq!((ole.kind.as_deref(), ole.stream_count), (Some("word"), 4));
    let names = ["WordDocument", "\\x05SummaryInformation", "_1/\\x01Ole10Native", "VBA/NewMacros"];
    assert_eq!(ole.streams.unwrap(), names);
    assert_eq!((ole.has_macros, ole.macro_modules.unwrap()), (true, vec!["NewMacros".to_owned()]));
    assert_eq!(ole.automatic_macros.unwrap(), ["autoopen"]);
    assert_eq!(ole.macro_calls.unwrap(), ["createobject", "wscript", "shell"]);
    assert_eq!((ole.embedded_count, ole.embedded_names.unwrap()), (1, vec!["run.exe".to_owned()]));
    assert_eq!((ole.author.as_deref(), ole.is_encrypted, ole.is_cut), (Some("Eve"), false, false));
}

#[test]
fn workbooks_tell_macro_sheets_and_passwords() {
    let book = b"\x85\0\x08\0\0\0\0\0\x01\x01\0\0\x2f\0\x02\0\0\0".to_vec();
    let ole = record_of(&compound(&[(None, "Workbook", book)])).unwrap();
    assert_eq!((ole.kind.as_deref(), ole.has_excel4_macros, ole.is_encrypted), (Some("excel"), true, true));
    let ole = record_of(&compound(&[(None, "EncryptedPackage", vec![0; 8])])).unwrap();
    assert_eq!((ole.kind.as_deref(), ole.is_encrypted, ole.has_macros), (Some("encrypted"), true, false));
}

#[test]
fn a_file_cut_anywhere_is_survived() {
    let file = document();
    for end in (0..file.len()).step_by(7).chain(0..1024) {
        record_of(file.get(..end).unwrap());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(changes in prop::collection::vec((0..3072_usize, any::<u8>()), 0..20)) {
        let mut file = document();
        for (at, byte) in changes {
            if let Some(to) = file.get_mut(at) {
                *to = byte;
            }
        }
        record_of(&file);
    }
}
