//! The program as its user runs it, on captures in a folder of the test, and killed where it hurts.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Files in a folder that is gone after the test.
pub(crate) struct Captures {
    folder: tempfile::TempDir,
}

impl Captures {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::create_dir_all(self.folder.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
        self.path(name)
    }
}

pub(crate) fn day(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(name);
    zstd::decode_all(std::fs::File::open(path).unwrap()).unwrap()
}

pub(crate) fn thursday() -> Vec<u8> {
    day("day-1-thursday.pcap.zst")
}

pub(crate) fn otus(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_otus")).args(arguments).output().unwrap()
}

pub(crate) fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_otus"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn counted(lake: &str) -> Option<u64> {
    let output = otus(&["sql", "--lake", lake, "--csv", "SELECT count(*) AS n FROM conn"]);
    text(&output).lines().nth(1).and_then(|line| line.parse().ok())
}

/// Kills a run that has acknowledged something and is not at its end. How soon that is depends on the machine.
pub(crate) fn leave_unfinished(lake: &str, captures: &[&str]) {
    let mut arguments = vec!["analyze", "--lake", lake];
    arguments.extend(captures);
    for begun in [40, 60, 90, 130, 200, 300, 450, 700, 1000] {
        let _ = std::fs::remove_dir_all(lake);
        let mut child = start(&arguments);
        let signal = |name: &str| {
            Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
        };
        // What comes 2 seconds after the last time is acknowledged at once: so long the run is stopped.
        std::thread::sleep(Duration::from_millis(begun));
        signal("-STOP");
        std::thread::sleep(Duration::from_millis(2100));
        signal("-CONT");
        std::thread::sleep(Duration::from_millis(begun));
        let is_running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        if is_running && Path::new(lake).is_dir() && counted(lake).is_some_and(|count| count > 0) {
            return;
        }
    }
    panic!("no run could be killed between its beginning and its end");
}
