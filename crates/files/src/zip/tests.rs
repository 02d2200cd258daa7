//! Small archives, and their listings.

use records::{AnyRecord, Archive, Timestamp, Uid};

use crate::content::Content;
use crate::ooxml::tests::deflated;

/// An archive of these files, with a comment.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let packed = deflated(content);
        let flags: u16 = if name.starts_with("secret") { 1 } else { 0 };
        let mut fields =
            [20, flags, 8, 0, 0].iter().flat_map(|field: &u16| field.to_le_bytes()).collect::<Vec<u8>>();
        for number in [0, packed.len() as u32, content.len() as u32] {
            fields.extend(number.to_le_bytes());
        }
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend((archive.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&fields);
        archive.extend(name.as_bytes());
        archive.extend(packed);
    }
    let (at, count) = (archive.len() as u32, files.len() as u16);
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, count].iter().flat_map(|count| count.to_le_bytes()));
    archive.extend([directory.len() as u32, at].iter().flat_map(|number| number.to_le_bytes()));
    archive.extend(b"\x05\0hello");
    archive
}

fn listing(file: &[u8]) -> Option<Archive> {
    match super::read(Content::of(file), Timestamp(0), Uid::default()) {
        Some(AnyRecord::Archive(archive)) => Some(*archive),
        None => None,
        other => panic!("{other:?}"),
    }
}

fn archive() -> Vec<u8> {
    zip(&[("a/", b""), ("a/run.exe", &[b'x'; 1000]), ("secret.txt", b"secret"), ("b.txt", b"")])
}

#[test]
fn files_sizes_and_passwords_are_listed() {
    let archive = listing(&archive()).unwrap();
    assert_eq!((archive.format.as_ref(), archive.entry_count), ("zip", 3));
    assert_eq!(archive.names.unwrap(), ["a/run.exe", "secret.txt", "b.txt"]);
    assert_eq!((archive.sizes.unwrap(), archive.unpacked_bytes), (vec![1000, 6, 0], Some(1006)));
    assert_eq!((archive.encrypted_count, archive.program_count), (1, 1));
    assert_eq!((archive.comment.as_deref(), archive.is_cut), (Some("hello"), false));
}

#[test]
fn without_its_directory_an_archive_is_listed_by_the_headers_of_its_files() {
    let file = archive();
    let end = memchr::memmem::find(&file, b"PK\x01\x02").unwrap();
    let archive = listing(file.get(..end).unwrap()).unwrap();
    assert_eq!(archive.names.unwrap(), ["a/run.exe", "secret.txt", "b.txt"]);
    for end in 0..file.len() {
        listing(file.get(..end).unwrap());
    }
}

#[test]
fn what_stands_before_an_archive_is_passed_over() {
    let file = [&[0; 100], archive().as_slice()].concat();
    assert_eq!(listing(&file).unwrap().entry_count, 3);
}

#[test]
fn the_directory_is_enough() {
    let file = archive();
    let directory = memchr::memmem::find(&file, b"PK\x01\x02").unwrap();
    let (head, tail) = (file.get(..20).unwrap(), file.get(directory..).unwrap());
    let content = Content::new(head, tail, file.len() as u64, true);
    let Some(AnyRecord::Archive(archive)) = super::read(content, Timestamp(0), Uid::default()) else {
        panic!()
    };
    assert_eq!((archive.entry_count, archive.is_cut), (3, true));
}
