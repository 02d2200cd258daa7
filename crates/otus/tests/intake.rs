//! What `otus analyze` takes in, leaves out and says of it, also when a run was killed.
#![cfg(test)]

mod program;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use program::{Captures, counted, day, errors, leave_unfinished, otus, start, text, thursday};

/// A link type that is reserved for private use.
const PRIVATE_LINK: u32 = 147;
const ETHERNET: u32 = 1;

/// A capture whose packets are all zeros.
fn capture(link: u32, lengths: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, link] {
        bytes.extend(u32::to_le_bytes(word));
    }
    for length in lengths {
        for word in [1, 0, *length, *length] {
            bytes.extend(u32::to_le_bytes(word));
        }
        bytes.resize(bytes.len() + *length as usize, 0);
    }
    bytes
}

/// Runs with this standard input.
fn feed(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = start(arguments);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// Runs with this standard input, which does not end, and kills the run once some of it was acknowledged.
fn feed_and_kill(lake: &str, input: &[u8]) {
    let mut child = start(&["analyze", "--lake", lake, "-"]);
    let mut stdin = child.stdin.take().unwrap();
    let (most, rest) = input.split_at(input.len() * 3 / 4);
    stdin.write_all(most).unwrap();
    std::thread::sleep(Duration::from_millis(2500));
    stdin.write_all(rest).unwrap();
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(200));
        if connections(lake) > 0 {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn connections(lake: &str) -> u64 {
    counted(lake).unwrap_or_else(|| panic!("{lake} cannot be asked"))
}

#[test]
fn what_a_killed_run_took_from_the_standard_input_stays() {
    let captures = Captures::new();
    let (lake, other) = (captures.path("lake"), captures.path("other"));
    let thursday = thursday();
    feed_and_kill(&lake, &thursday);
    let acknowledged = connections(&lake);
    assert!(acknowledged > 0, "nothing was acknowledged");
    let friday = day("day-2-friday.pcap.zst");
    let output = feed(&["analyze", "--lake", &lake, "-"], &friday);
    let said = errors(&output);
    assert!(
        said.contains("an earlier run of the standard input was not finished: its records stay"),
        "{said}"
    );
    feed(&["analyze", "--lake", &other, "-"], &friday);
    assert_eq!(connections(&lake), acknowledged + connections(&other));
}

#[test]
fn a_killed_run_is_replaced_when_all_its_captures_are_given_again_and_only_then() {
    let captures = Captures::new();
    let (lake, other) = (captures.path("lake"), captures.path("other"));
    let (thursday, friday) = (
        captures.file("thursday.pcap", &thursday()),
        captures.file("friday.pcap", &day("day-2-friday.pcap.zst")),
    );
    leave_unfinished(&lake, &[&thursday, &friday]);
    let acknowledged = connections(&lake);
    assert!(acknowledged > 0, "nothing was acknowledged");
    let said = errors(&otus(&["analyze", "--lake", &lake, &friday]));
    assert!(said.contains("its records stay") && said.contains("thursday.pcap"), "{said}");
    otus(&["analyze", "--lake", &other, &friday]);
    assert_eq!(connections(&lake), acknowledged + connections(&other));
    let said = errors(&otus(&["analyze", "--lake", &lake, &thursday, &friday]));
    assert!(said.contains("its records are replaced"), "{said}");
    otus(&["analyze", "--lake", &other, &thursday]);
    assert_eq!(connections(&lake), connections(&other));
}

#[test]
fn a_content_is_counted_once_however_it_is_packed_and_named() {
    let captures = Captures::new();
    let thursday = thursday();
    let plain = captures.file("days/a.pcap", &thursday);
    captures.file("days/b.pcap", &thursday);
    captures.file("days/c.pcap.zst", &zstd::encode_all(thursday.as_slice(), 1).unwrap());
    let cut = captures.file("days/d.pcap", &thursday[..thursday.len() / 2]);
    let all = otus(&["analyze", &captures.path("days")]);
    let said = errors(&all);
    for left_out in ["b.pcap", "c.pcap.zst"] {
        assert!(
            said.contains(&format!("{left_out} has the same content as {plain}: counted once")),
            "{said}"
        );
    }
    assert!(!said.contains(&format!("{cut} has the same")), "{said}");
    std::fs::remove_file(cut).unwrap();
    let all = otus(&["analyze", &captures.path("days")]);
    assert_eq!(text(&all), text(&otus(&["analyze", &plain])));
    let (lake, other) = (captures.path("lake"), captures.path("other"));
    otus(&["analyze", "--lake", &lake, &captures.path("days")]);
    otus(&["analyze", "--lake", &other, &plain]);
    assert_eq!(connections(&lake), connections(&other));
}

#[test]
fn a_pipe_given_by_name_is_read_whole() {
    let captures = Captures::new();
    let thursday = thursday();
    let (lake, other) = (captures.path("lake"), captures.path("other"));
    otus(&["analyze", "--lake", &other, &captures.file("a.pcap", &thursday)]);
    for _ in 0..2 {
        let output = feed(&["analyze", "--lake", &lake, "/dev/stdin"], &thursday);
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        assert_eq!(connections(&lake), connections(&other));
    }
}

#[test]
fn what_could_not_be_read_is_not_called_harmless() {
    let captures = Captures::new();
    let odd = captures.file("odd.pcap", &capture(PRIVATE_LINK, &[60; 12]));
    let output = otus(&["analyze", &odd]);
    assert_eq!(output.status.code(), Some(3));
    assert!(!text(&output).contains("No findings"), "{}", text(&output));
    assert!(text(&output).contains("No packet could be read"), "{}", text(&output));
    assert!(text(&output).contains("12 of an unknown link type"), "{}", text(&output));
    assert!(
        errors(&output).contains("odd.pcap: link type 147 is not known: 12 packets"),
        "{}",
        errors(&output)
    );
    let lake = captures.path("lake-of-odd");
    for _ in 0..2 {
        let output = otus(&["analyze", "--lake", &lake, &odd]);
        assert_eq!(output.status.code(), Some(3), "{}", errors(&output));
        assert!(!text(&output).contains("No findings"), "{}", text(&output));
    }
    for (name, bytes, status) in [
        ("none.pcap", capture(ETHERNET, &[]), 0),
        ("empty.pcap", Vec::new(), 3),
        ("cut.pcap", capture(ETHERNET, &[5]), 0),
    ] {
        let path = captures.file(name, &bytes);
        for lake in [&["--quiet"][..], &["--lake", &captures.path(&format!("lake-of-{name}"))]] {
            let mut arguments = vec!["analyze", &path];
            arguments.extend(lake);
            let output = otus(&arguments);
            assert_eq!(output.status.code(), Some(status), "{name}: {}", errors(&output));
            assert!(text(&output).contains("No packet could be read"), "{name}: {}", text(&output));
            assert!(!text(&output).contains("No findings"), "{name}: {}", text(&output));
        }
    }
}

#[test]
fn of_extracted_files_it_is_said_what_is_not_there() {
    let captures = Captures::new();
    let monday = captures.file("monday.pcap", &day("day-3-monday.pcap.zst"));
    let lake = captures.path("lake");
    let no_folder = format!("{}/files", captures.file("file", b""));
    for folder in [no_folder.as_str(), "/proc/self"] {
        let output = otus(&["analyze", "--extract-files", folder, &monday]);
        assert_eq!(output.status.code(), Some(1));
        assert!(errors(&output).contains(&format!("cannot write files to {folder}")), "{}", errors(&output));
    }
    let folder = captures.path("files");
    let output = otus(&["analyze", "--lake", &lake, "--extract-files", &folder, &monday]);
    assert!(errors(&output).contains("that the capture does not hold whole"), "{}", errors(&output));
    let again = otus(&["analyze", "--lake", &lake, "--extract-files", &folder, &monday]);
    assert!(errors(&again).contains("no files are extracted from it"), "{}", errors(&again));
}

#[test]
fn an_unreadable_folder_is_named_and_the_rest_is_read() {
    let captures = Captures::new();
    captures.file("days/a.pcap", &capture(ETHERNET, &[]));
    captures.file("days/closed/b.pcap", &capture(ETHERNET, &[]));
    let closed = captures.path("days/closed");
    let program = PathBuf::from(captures.path("otus"));
    std::fs::copy(env!("CARGO_BIN_EXE_otus"), &program).unwrap();
    for (path, mode) in [(&captures.path(""), 0o755), (&captures.path("days"), 0o755), (&closed, 0o000)] {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }
    let mut command = Command::new(program);
    command.args(["analyze", &captures.path("days")]);
    if std::fs::read_dir(&closed).is_ok() {
        // Nothing is closed to root.
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", errors(&output));
    let said = errors(&output);
    assert_eq!(said.matches("ermission denied").count(), 1, "{said}");
    assert!(said.contains(&closed), "{said}");
    assert!(text(&output).contains("No packet could be read"), "{}", text(&output));
}

#[test]
fn names_of_files_cannot_drive_the_terminal() {
    let captures = Captures::new();
    let path = captures.file("e\u{1b}[2Jvil\n.pcap", &capture(PRIVATE_LINK, &[60]));
    for arguments in [&["analyze", &path][..], &["analyze", &format!("{path}\u{1b}.missing")]] {
        let said = errors(&otus(arguments));
        assert!(said.contains(r"\u{1b}[2Jvil") && !said.contains('\u{1b}'), "{said:?}");
    }
}

#[test]
fn the_system_is_quoted_once() {
    let captures = Captures::new();
    let lake = format!("{}/lake", captures.file("file", b""));
    let said =
        errors(&otus(&["analyze", "--lake", &lake, &captures.file("a.pcap", &capture(ETHERNET, &[]))]));
    assert_eq!(said.matches("(os error").count(), 1, "{said}");
}
