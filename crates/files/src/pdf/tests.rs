//! A small document, and what is read of it.

use std::io::Write as _;

use proptest::prelude::*;
use records::{Pdf, Timestamp, Uid};

use crate::content::Content;

/// A document that runs a script when it is opened, with a hidden name and objects in a stream.
pub(crate) fn document() -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"7 0 <</S /Launch /F (cmd.exe)>> <</S /URI /URI (http://a/b\\(c)>>").unwrap();
    let packed = encoder.finish().unwrap();
    let mut file = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog /OpenAction <</S /J#61vaScript /JS (x) >> /AA 3 0 R>>\nendobj\n\
        2 0 obj\n<</Type/Page /Kids 3>>\nendobj\n3 0 obj <</Type /ObjStm /Filter /FlateDecode /Length 9>>\nstream\r\n"
        .to_vec();
    file.extend(packed);
    file.extend(b"\r\nendstream\nendobj\n4 0 obj <</Length 4>>\nstream\n/JS /AA /Launch endstream endobj\n");
    file.extend(b"5 0 obj <</Producer (Owl) /Title <feff00410042>>>\nendobj\n");
    file.extend(b"trailer <</Root 1 0 R>>\n%%EOF\n%%EOF\n");
    file
}

fn record_of(file: &[u8]) -> Option<Pdf> {
    super::read(Content::of(file), Timestamp(0), Uid::default())
}

#[test]
fn scripts_actions_and_links_are_told() {
    let pdf = record_of(&document()).unwrap();
    assert_eq!((pdf.version.as_deref(), pdf.object_count, pdf.stream_count), (Some("1.7"), 5, 2));
    assert_eq!((pdf.page_count, pdf.update_count, pdf.object_stream_count), (1, 1, 1));
    assert_eq!((pdf.script_count, pdf.has_open_action, pdf.has_additional_actions), (1, true, true));
    assert_eq!((pdf.launch_count, pdf.hidden_name_count), (1, 1), "not those within a stream");
    assert_eq!((pdf.uri_count, pdf.uris.unwrap()), (1, vec!["http://a/b(c".to_owned()]));
    assert_eq!((pdf.producer.as_deref(), pdf.title.as_deref()), (Some("Owl"), Some("AB")));
    assert!(!pdf.is_encrypted && !pdf.is_cut);
}

#[test]
fn strings_within_strings_are_read_no_more_than_a_number_of_times() {
    let file = [&b"%PDF-1.7\n"[..], &b"/URI(".repeat(100_000), b" /Title (behind them)"].concat();
    let pdf = record_of(&file).unwrap();
    assert_eq!((pdf.uri_count, pdf.uris.map(|uris| uris.len())), (100_000, Some(64)));
    assert_eq!(pdf.title, None);
}

#[test]
fn an_encrypted_document_has_no_texts() {
    let file = [document(), b"trailer <</Encrypt 9 0 R>>".to_vec()].concat();
    let pdf = record_of(&file).unwrap();
    assert_eq!((pdf.is_encrypted, pdf.producer, pdf.uris), (true, None, None));
}

#[test]
fn a_file_cut_anywhere_is_survived() {
    let file = document();
    for end in 0..file.len() {
        assert_eq!(record_of(file.get(..end).unwrap()).is_some(), end >= 5);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(changes in prop::collection::vec((5..700_usize, any::<u8>()), 0..20)) {
        let mut file = document();
        for (at, byte) in changes {
            if let Some(to) = file.get_mut(at) {
                *to = byte;
            }
        }
        prop_assert!(record_of(&file).is_some());
    }
}
