//! Sources of frames: files of every packing, folders, merging, damage.
#![cfg(test)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use capture::{Fault, FileReport, FrameBatch, PcapWriter, Source, disk_identity, identify, list_captures};
use packets::LinkType;
use packets::format::FormatError;
use proptest::prelude::*;
use tempfile::TempDir;

/// A capture of frames at these times (in microseconds), each with a number of bytes after its time.
fn capture(times: &[i64], padding: usize) -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new(), LinkType::RAW).unwrap();
    for ts in times {
        let frame = [ts.to_be_bytes().as_slice(), &vec![0x55; padding]].concat();
        writer.write(ts * 1000, &frame, frame.len() as u32).unwrap();
    }
    writer.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// Files in a folder that is gone after the test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

/// The times (in microseconds) of all frames in their order, and the reports.
fn read(paths: &[PathBuf]) -> (Vec<i64>, Vec<FileReport>) {
    let mut source = Source::open(paths).unwrap();
    let mut times = Vec::new();
    let mut batch = FrameBatch::new();
    while source.fill(&mut batch) {
        for frame in batch.frames() {
            let time = frame.ts / 1000;
            assert_eq!(frame.bytes[..8], time.to_be_bytes());
            assert!(frame.bytes[8..].iter().all(|byte| *byte == 0x55));
            assert_eq!(frame.original_length as usize, frame.bytes.len());
            times.push(time);
        }
    }
    assert_eq!(source.progress().frames(), times.len() as u64);
    let mut reports = source.reports().to_vec();
    reports.sort_by_key(|report| report.file);
    (times, reports)
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn every_packing_gives_the_same_frames_and_the_same_content() {
    let folder = Folder::new();
    let times: Vec<i64> = (0..5000).collect();
    let plain = capture(&times, 300);
    let (front, back) = plain.split_at(700_001);
    let skippable = [[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0].as_slice(), b"abc"].concat();
    let mut named = vec![0x1f, 0x8b, 8, 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9];
    named.extend(b"name\0note\0");
    named.extend(&gzip(&plain)[10..]);
    let files = [
        ("plain", plain.clone()),
        ("gzip", gzip(&plain)),
        ("gzip-members", [gzip(front), gzip(back), vec![0; 5]].concat()),
        ("gzip-named", named),
        ("zstd", zstandard(&plain)),
        ("zstd-frames", [skippable.clone(), zstandard(front), skippable, zstandard(back)].concat()),
    ];
    let mut contents = Vec::new();
    for (name, bytes) in files {
        let path = folder.file(name, &bytes);
        let (found, reports) = read(std::slice::from_ref(&path));
        assert_eq!(found, times, "{name}");
        let report = &reports[0];
        assert_eq!(report.damage, None, "{name}");
        assert_eq!((report.frames, report.first, report.last), (5000, Some(0), Some(4_999_000)));
        assert_eq!(report.content_bytes, plain.len() as u64);
        let disk = disk_identity(&path).unwrap();
        assert_eq!((report.disk_bytes, report.disk_hash), (disk.bytes, disk.hash), "{name}");
        contents.push(report.content_hash);
    }
    contents.dedup();
    assert_eq!(contents.len(), 1);
}

#[test]
fn files_are_merged_by_time_and_then_by_their_order() {
    let folder = Folder::new();
    let late = folder.file("a", &capture(&[50, 60, 70], 1));
    let early = folder.file("b", &capture(&[10, 60, 65], 2));
    let middle = folder.file("c", &gzip(&capture(&[60, 61, 90], 3)));
    let mut source = Source::open(&[late, early, middle]).unwrap();
    let mut batch = FrameBatch::new();
    assert!(source.fill(&mut batch));
    let found: Vec<_> = batch.frames().map(|frame| (frame.ts / 1000, frame.file)).collect();
    let expected = [(10, 1), (50, 0), (60, 0), (60, 1), (60, 2), (61, 2), (65, 1), (70, 0), (90, 2)];
    assert_eq!(found, expected);
    assert!(!source.fill(&mut batch));
}

#[test]
fn within_a_file_the_order_is_kept() {
    let folder = Folder::new();
    let unordered = folder.file("a", &capture(&[10, 50, 20, 30, 60], 0));
    let other = folder.file("b", &capture(&[15, 40, 55], 0));
    assert_eq!(read(&[unordered, other]).0, [10, 15, 40, 50, 20, 30, 55, 60]);
}

#[test]
fn many_overlapping_files_are_merged() {
    let folder = Folder::new();
    for file in 0..400 {
        let times: Vec<i64> = (0..20).map(|index| index * 1000 + file).collect();
        folder.file(&format!("{file:03}"), &capture(&times, 2000));
    }
    let (times, reports) = read(&[folder.path()]);
    assert!(times.is_sorted());
    assert_eq!((times.len(), reports.len()), (8000, 400));
    assert!(reports.iter().all(|report| report.damage.is_none() && report.frames == 20));
}

#[test]
fn of_a_folder_the_captures_are_read_and_no_file_twice() {
    let folder = Folder::new();
    let first = folder.file("b.txt", &capture(&[1], 0));
    folder.file("deep/er/a.bin", &zstandard(&capture(&[2], 0)));
    folder.file("notes.pcap", b"not a capture");
    folder.file("archive.gz", &gzip(b"not a capture"));
    folder.file("empty", b"");
    let (times, reports) = read(&[folder.path(), first]);
    assert_eq!(times, [1, 2]);
    let names: Vec<&str> = reports.iter().map(|report| name(&report.path)).collect();
    assert_eq!(names, ["b.txt", "a.bin"]);
}

#[test]
fn what_cannot_be_opened_is_an_error() {
    let folder = Folder::new();
    folder.file("text", b"text");
    let missing = folder.path().join("missing");
    assert!(Source::open(&[folder.path()]).err().unwrap().to_string().contains("no capture file"));
    assert!(Source::open(std::slice::from_ref(&missing)).err().unwrap().to_string().contains("missing"));
}

#[test]
fn damage_in_one_file_leaves_the_others_alone() {
    let folder = Folder::new();
    let whole = capture(&[1, 2, 3], 0);
    let files = [
        folder.file("cut", &whole[..whole.len() - 1]),
        folder.file("text", b"text, not a capture"),
        folder.file("good", &capture(&[2, 4], 0)),
        folder.file("nothing", b""),
    ];
    let (times, reports) = read(&files);
    assert_eq!(times, [1, 2, 2, 4]);
    let faults: Vec<_> = reports
        .iter()
        .map(|report| report.damage.clone().map(|damage| (damage.offset, damage.what)))
        .collect();
    let expected = [
        Some((72, Fault::Format(FormatError::Truncated(1)))),
        Some((0, Fault::Format(FormatError::Magic(0x7465_7874)))),
        None,
        Some((0, Fault::Format(FormatError::Empty))),
    ];
    assert_eq!(faults, expected);
    assert!(reports[0].damage.as_ref().unwrap().to_string().ends_with("(1 bytes missing)"));
    assert_eq!(reports[0].disk_hash, disk_identity(&files[0]).unwrap().hash);
}

/// A capture of bytes that compress little, so that the place of the damage means something.
fn dense_capture() -> Vec<u8> {
    let mut state = 1_u64;
    let mut writer = PcapWriter::new(Vec::new(), LinkType::RAW).unwrap();
    for ts in 0..1000_i64 {
        let mut frame = ts.to_be_bytes().to_vec();
        frame.extend((0..1000).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 60) as u8
        }));
        writer.write(ts, &frame, 1008).unwrap();
    }
    writer.finish().unwrap()
}

/// More than a block of zstd, so that the head of one is among them.
const SPOILT_BYTES: usize = 100_000;

#[test]
fn a_damaged_file_is_known_by_what_the_reader_says_of_it() {
    let folder = Folder::new();
    let whole = dense_capture();
    let mut files = Vec::new();
    for (step, at) in (1..8).map(|step| (step, step * whole.len() / 8)) {
        let spoil = |mut bytes: Vec<u8>, at: usize| {
            let end = bytes.len().min(at + SPOILT_BYTES);
            bytes[at..end].fill(0xff);
            bytes
        };
        files.push(folder.file(&format!("plain-{step}"), &spoil(whole.clone(), at)));
        for (name, pack) in [("gzip", gzip as fn(&[u8]) -> Vec<u8>), ("zstd", zstandard)] {
            let packed = pack(&whole);
            let at_packed = step * packed.len() / 8;
            files.push(folder.file(&format!("{name}-spoilt-{step}"), &spoil(packed.clone(), at_packed)));
            files.push(folder.file(&format!("{name}-cut-{step}"), &packed[..at_packed]));
            files.push(folder.file(&format!("{name}-of-spoilt-{step}"), &pack(&spoil(whole.clone(), at))));
        }
    }
    // Alone, and in blocks of another size beside the others.
    let mut reports: Vec<FileReport> = Vec::new();
    for paths in files.chunks(1).chain([files.as_slice()]) {
        let mut source = Source::open(paths).unwrap();
        let mut batch = FrameBatch::new();
        while source.fill(&mut batch) {}
        reports.extend_from_slice(source.reports());
    }
    assert_eq!(reports.len(), 2 * files.len());
    for report in reports {
        let listed = list_captures(std::slice::from_ref(&report.path)).unwrap().captures.pop().unwrap();
        let known = identify(&listed).map(|identity| (identity.content_bytes, identity.content_hash));
        assert_eq!(known, Some((report.content_bytes, report.content_hash)), "{}", report.path.display());
    }
}

#[test]
fn what_comes_before_damaged_packing_is_kept() {
    let folder = Folder::new();
    let content = dense_capture();
    for (name, packed) in [("gzip", gzip(&content)), ("zstd", zstandard(&content))] {
        let half = packed.len() / 2;
        let mut spoilt = packed.clone();
        spoilt[half..half + 64].fill(0xff);
        for (kind, bytes) in [("cut", packed[..half].to_vec()), ("spoilt", spoilt)] {
            let path = folder.file(name, &bytes);
            let mut source = Source::open(&[path]).unwrap();
            let mut batch = FrameBatch::new();
            while source.fill(&mut batch) {}
            let report = &source.reports()[0];
            let damage = report.damage.as_ref().map(|damage| &damage.what);
            assert!(report.frames > 300, "{name} {kind}: {} frames, {damage:?}", report.frames);
            // Spoilt bytes may unpack, to something that makes no sense as a capture or only to another frame.
            let is_packing = matches!(damage, Some(Fault::Gzip(_) | Fault::Zstd(_)));
            assert!(is_packing || kind == "spoilt", "{name} {kind}: {damage:?}");
        }
    }
    let trailing = folder.file("trailing", &[gzip(&content), b"garbage".to_vec()].concat());
    let mut source = Source::open(&[trailing]).unwrap();
    let mut batch = FrameBatch::new();
    while source.fill(&mut batch) {}
    assert_eq!(source.reports()[0].frames, 1000);
    assert_eq!(source.reports()[0].damage.as_ref().unwrap().what, Fault::Gzip("what follows is not gzip"));
}

#[test]
fn progress_reaches_the_total() {
    let folder = Folder::new();
    folder.file("a", &capture(&[1, 2, 3], 100));
    folder.file("b", &zstandard(&capture(&[1, 2, 3], 100)));
    let mut source = Source::open(&[folder.path()]).unwrap();
    let progress = source.progress();
    assert_eq!((progress.bytes_read(), progress.files_done()), (0, 0));
    let mut batch = FrameBatch::new();
    while source.fill(&mut batch) {}
    assert_eq!(progress.bytes_read(), progress.bytes_total());
    assert_eq!((progress.files_done(), progress.frames()), (2, 6));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_file_is_too_strange(
        magic in prop::sample::select(vec![
            vec![], vec![0x1f, 0x8b, 8], vec![0x28, 0xb5, 0x2f, 0xfd], vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0],
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        kind in 0..3,
    ) {
        let folder = Folder::new();
        let content = capture(&[1, 2, 3, 4, 5], 40);
        let mut spoilt = match kind { 0 => content, 1 => gzip(&content), _ => zstandard(&content) };
        for (index, byte) in flips {
            let at = index.index(spoilt.len());
            spoilt[at] = byte;
        }
        let strange = folder.file("strange", &[magic, bytes].concat());
        let mut source = Source::open(&[strange, folder.file("spoilt", &spoilt)]).unwrap();
        let mut batch = FrameBatch::new();
        while source.fill(&mut batch) {}
        prop_assert_eq!(source.reports().len(), 2);
    }
}

#[test]
fn what_is_packed_in_a_way_that_is_not_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    file(
        "a.pcap",
        &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0],
    );
    file("b.pcap.xz", b"\xfd7zXZ\0\0\x04\xe6\xd6");
    file("c.pcap.bz2", b"BZh91AY&SY\x01");
    file("d.pcap.lz4", &[0x04, 0x22, 0x4d, 0x18, 0x64]);
    file("notes.txt", b"BZh9 is no beginning");
    let listing = capture::list_captures(&[folder.path().to_owned()]).unwrap();
    assert_eq!(listing.captures.len(), 1);
    let said: Vec<String> = listing.unreadable.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    for (said, name) in said.iter().zip([
        "b.pcap.xz: packed with xz",
        "c.pcap.bz2: packed with bzip2",
        "d.pcap.lz4: packed with lz4",
    ]) {
        assert!(said.contains(name), "{said}");
    }
}
