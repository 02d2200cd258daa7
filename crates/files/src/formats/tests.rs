//! One file of each format, as it comes over the network.

use records::{AnyRecord, Endpoints, Timestamp, Uid};

use crate::files::{Carrier, Files, Start};

/// Each with the name of its record type.
pub(crate) fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let archives = crate::archive::tests::samples().into_iter().map(|(_, file)| ("archive", file));
    let others = [
        ("pe", crate::pe::tests::program()),
        ("elf", crate::elf::tests::program(true, false)),
        ("mach_o", crate::macho::tests::program(false)),
        ("ole", crate::ole::tests::document()),
        ("ooxml", crate::ooxml::tests::document()),
        ("archive", crate::zip::tests::zip(&[("run.exe", b"x")])),
        ("pdf", crate::pdf::tests::document()),
        ("lnk", crate::lnk::tests::shortcut(true)),
        ("script", crate::script::tests::powershell().into_bytes()),
        ("script", b"<html><HTA:APPLICATION><script language=\"VBScript\">".to_vec()),
    ];
    others.into_iter().chain(archives).collect()
}

fn records_of(file: &[u8], cut: usize, lost: Option<usize>) -> Vec<AnyRecord> {
    let mut files = Files::new(None);
    let carrier = Carrier { uid: Uid::connection(1), id: Endpoints::default() };
    let total_bytes = Some(file.len() as u64);
    let handle =
        files.begin(Timestamp(0), carrier, Start { source: "HTTP", total_bytes, ..Start::default() });
    for (place, chunk) in file.chunks(cut).enumerate() {
        if lost == Some(place) {
            files.gap(Timestamp(0), handle, chunk.len() as u64);
        } else {
            files.data(Timestamp(0), handle, chunk);
        }
    }
    files.end(Timestamp(0), handle);
    files.records().collect()
}

fn names(records: &[AnyRecord]) -> Vec<&'static str> {
    records.iter().map(|record| record.record_type().name).collect()
}

#[test]
fn each_format_has_its_record_whatever_the_cuts() {
    for (name, file) in samples() {
        let whole = records_of(&file, file.len(), None);
        assert_eq!(names(&whole), [name, "files"]);
        for cut in [1, 7, 1460, 4095, 4097] {
            assert_eq!(records_of(&file, cut, None), whole, "{name} in pieces of {cut}");
        }
    }
}

#[test]
fn what_comes_behind_a_hole_is_not_taken_for_what_was_lost() {
    for (name, file) in samples() {
        let mut json = String::new();
        let records = records_of(&file, file.len().div_ceil(2), Some(1));
        records.iter().for_each(|record| record.write_json(&mut json));
        assert_eq!(names(&records).last(), Some(&"files"));
        assert!(names(&records).len() == 1 || name == "pe" || json.contains("\"is_cut\":true"), "{json}");
    }
}

#[test]
fn of_other_files_there_is_no_more_than_their_record() {
    let page = [&b"<!DOCTYPE html><p>"[..], &[b'x'; 9000]].concat();
    let picture = [&b"\x89PNG\r\n\x1a\n"[..], &[7; 9000]].concat();
    for file in [page, picture, vec![1; 9000], b"{\"a\": 1}".to_vec()] {
        assert_eq!(names(&records_of(&file, 1460, None)), ["files"]);
    }
}
