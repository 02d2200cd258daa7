//! TLS that is read with the secrets which its client logged: three connections of curl to a server of our own, with TLS
//! 1.2, TLS 1.3 and HTTP/2 in TLS 1.3.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

fn otus(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_otus")).args(arguments).output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A lake of a capture, read with these further arguments.
fn analyzed(capture: &Path, arguments: &[&str]) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake").display().to_string();
    let capture = capture.display().to_string();
    let output = otus(&[&["analyze", "--quiet", "--lake", &lake, &capture], arguments].concat());
    assert!(output.status.success(), "{}", errors(&output));
    (folder, lake)
}

fn rows(lake: &str, statement: &str) -> String {
    let output = otus(&["sql", "--lake", lake, "--csv", statement]);
    assert!(output.status.success(), "{}", errors(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const SERVICES: &str = "SELECT service, count(*) AS n FROM conn GROUP BY service ORDER BY service";

const REQUESTS: &str = "SELECT uri, http.version, status_code, response_body_len AS length, md5 FROM http
    JOIN files ON files.fuid = http.resp_fuids[1] ORDER BY http.ts";

/// All that curl fetched, and the sum of the page.
const FETCHED: &str = "\
uri,version,status_code,length,md5
/tls12/ECDHE-RSA-AES128-GCM-SHA256,1.1,200,1553,e600f15121e8287a1b15b65413b46a1c
/tls13/TLS_AES_256_GCM_SHA384,1.1,200,1553,e600f15121e8287a1b15b65413b46a1c
/h2/one,2,200,1553,e600f15121e8287a1b15b65413b46a1c
/h2/two,2,200,1553,e600f15121e8287a1b15b65413b46a1c
";

#[test]
fn what_tls_carries_is_read_with_its_keys() {
    let keys = data("keys.log").display().to_string();
    let (_folder, lake) = analyzed(&data("owl.pcap"), &["--tls-keys", &keys]);
    assert_eq!(rows(&lake, SERVICES), "service,n\n\"ssl,http\",2\n\"ssl,http2\",1\n");
    assert_eq!(rows(&lake, REQUESTS), FETCHED);
    // The certificates of TLS 1.3 are encrypted.
    let subjects = "SELECT version, subject, next_protocol FROM ssl ORDER BY ts";
    let expected = "version,subject,next_protocol\nTLSv12,CN=owl.example,http/1.1\n\
                    TLSv13,CN=owl.example,http/1.1\nTLSv13,CN=owl.example,h2\n";
    assert_eq!(rows(&lake, subjects), expected);
}

#[test]
fn without_keys_only_the_handshakes_are_told() {
    let (_folder, lake) = analyzed(&data("owl.pcap"), &[]);
    assert_eq!(rows(&lake, SERVICES), "service,n\nssl,3\n");
    assert_eq!(rows(&lake, "SELECT count(*) AS n FROM ssl WHERE subject IS NOT NULL"), "n\n1\n");
}

#[test]
fn the_number_of_shards_does_not_change_what_is_opened() {
    let keys = data("keys.log").display().to_string();
    let (_folder, lake) = analyzed(&data("owl.pcap"), &["--shards", "4", "--tls-keys", &keys]);
    assert_eq!(rows(&lake, REQUESTS), FETCHED);
}

/// The capture as pcapng, with the secrets in a block before the packets.
fn with_secrets_inside() -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let padding = vec![0; body.len().wrapping_neg() % 4];
        let length = (body.len() + padding.len() + 12) as u32;
        [&kind.to_le_bytes(), &length.to_le_bytes(), body, &padding, &length.to_le_bytes()].concat()
    };
    let numbers =
        |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let keys = std::fs::read(data("keys.log")).unwrap();
    let mut file = block(0x0a0d_0d0a, &numbers(&[0x1a2b_3c4d, 1, u32::MAX, u32::MAX]));
    file.extend(block(1, &numbers(&[1, 0])));
    file.extend(block(10, &[numbers(&[0x544c_534b, keys.len() as u32]), keys].concat()));
    let capture = std::fs::read(data("owl.pcap")).unwrap();
    let mut rest = &capture[24..];
    while let Some((head, behind)) = rest.split_at_checked(16) {
        let [seconds, microseconds, length, original] =
            [0, 4, 8, 12].map(|at| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]));
        let time = u64::from(seconds) * 1_000_000 + u64::from(microseconds);
        let (frame, after) = behind.split_at(length as usize);
        let packet = numbers(&[0, (time >> 32) as u32, time as u32, length, original]);
        file.extend(block(6, &[packet, frame.to_vec()].concat()));
        rest = after;
    }
    file
}

#[test]
fn secrets_that_lie_in_the_capture_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("owl.pcapng");
    std::fs::write(&capture, with_secrets_inside()).unwrap();
    let (_folder, lake) = analyzed(&capture, &[]);
    assert_eq!(rows(&lake, REQUESTS), FETCHED);
}

#[test]
fn broken_lines_are_named_and_files_without_secrets_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (broken, none) = (folder.path().join("broken.log"), folder.path().join("none.log"));
    let keys = std::fs::read_to_string(data("keys.log")).unwrap();
    std::fs::write(&broken, format!("{keys}CLIENT_RANDOM 0102\n")).unwrap();
    std::fs::write(&none, "hello\n").unwrap();
    let capture = data("owl.pcap").display().to_string();
    let output = otus(&["analyze", "-q", "--tls-keys", &broken.display().to_string(), &capture]);
    assert!(output.status.success(), "{}", errors(&output));
    let line = keys.lines().count() + 1;
    assert!(errors(&output).contains(&format!("broken.log line {line} is no secret")), "{}", errors(&output));
    let output = otus(&["analyze", "-q", "--tls-keys", &none.display().to_string(), &capture]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("none.log has no TLS secret"), "{}", errors(&output));
    let output = otus(&["analyze", "-q", "--tls-keys", "no-such-file", &capture]);
    assert!(errors(&output).contains("cannot read no-such-file"), "{}", errors(&output));
}
