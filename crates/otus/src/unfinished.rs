//! Runs that were killed before their end: which captures they read, and what becomes of their records.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::time::SystemTime;

use lake::Lake;
use sensor::Listed;
use serde_json::{Value, json};
use xxhash_rust::xxh3::Xxh3;

use crate::output::{capture_name, tell_of};

/// So much of a capture's beginning and of its end tells it from others.
const PRINT_BYTES: u64 = 64 * 1024;

/// So many captures of unfinished runs are named.
const NAMED_MAX: usize = 3;

/// A capture as the name of a run holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunCapture {
    path: PathBuf,
    /// The same for the same capture; of what can be read only once, unlike any other.
    print: String,
}

impl RunCapture {
    /// Of the capture at this place among those that were given.
    pub(crate) fn new((place, capture): (usize, &Listed)) -> Self {
        let print = match fingerprint(capture) {
            Some(print) => print,
            None => unique_print(place),
        };
        Self { path: capture.path.clone(), print }
    }

    pub(crate) fn path(&self) -> &OsStr {
        self.path.as_os_str()
    }

    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            path: PathBuf::from(value["path"].as_str()?),
            print: value["print"].as_str()?.to_owned(),
        })
    }
}

/// The name under which the lake holds what a run that has not ended wrote.
pub(crate) fn run_name(captures: impl Iterator<Item = RunCapture>) -> String {
    let captures =
        captures.map(|RunCapture { path, print }| json!({"path": path.to_string_lossy(), "print": print}));
    Value::Array(captures.collect()).to_string()
}

/// The captures of the run of this name; none where the name cannot be understood.
fn captures_of(name: &str) -> Vec<RunCapture> {
    match serde_json::from_str(name) {
        Ok(Value::Array(captures)) => {
            captures.iter().map(RunCapture::from_json).collect::<Option<_>>().unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The runs that a lake holds without an end.
#[derive(Debug, Default)]
pub(crate) struct Unfinished {
    repeated: Vec<String>,
    staying: Vec<String>,
}

impl Unfinished {
    /// Sorts them by whether all their captures are given now.
    pub(crate) fn of(lake: &Lake, given: &[RunCapture]) -> Self {
        let prints: BTreeSet<&str> = given.iter().map(|capture| capture.print.as_str()).collect();
        let is_repeated = |name: &String| {
            let captures = captures_of(name);
            !captures.is_empty() && captures.iter().all(|capture| prints.contains(capture.print.as_str()))
        };
        let (repeated, staying) = lake.open_ingests().map(str::to_owned).partition(is_repeated);
        Self { repeated, staying }
    }

    /// Names of those whose records the present run replaces.
    pub(crate) fn repeated(&self) -> impl Iterator<Item = &str> {
        self.repeated.iter().map(String::as_str)
    }

    pub(crate) fn tell(&self) {
        for (runs, fate) in [
            (&self.repeated, "are replaced"),
            (&self.staying, "stay, since not all its captures are given again"),
        ] {
            if !runs.is_empty() {
                let text = format!("was not finished: its records {fate}");
                tell_of(&format!("an earlier run of {}", named(runs)), &text);
            }
        }
    }
}

/// The captures of runs in words.
fn named(runs: &[String]) -> String {
    let captures: BTreeSet<PathBuf> =
        runs.iter().flat_map(|run| captures_of(run)).map(|capture| capture.path).collect();
    let shown: Vec<String> = captures.iter().take(NAMED_MAX).map(|path| capture_name(path)).collect();
    match captures.len().checked_sub(NAMED_MAX) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ if shown.is_empty() => "captures that are not known".to_owned(),
        _ => shown.join(", "),
    }
}

/// By the length, the beginning and the end; `None` for what can be read only once, or not at all.
fn fingerprint(capture: &Listed) -> Option<String> {
    if capture.is_stream {
        return None;
    }
    let mut file = File::open(&capture.path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut hash = Xxh3::new();
    hash.update(&length.to_le_bytes());
    for from in [0, length.saturating_sub(PRINT_BYTES)] {
        let mut portion = Vec::new();
        file.seek(SeekFrom::Start(from)).ok()?;
        (&file).take(PRINT_BYTES).read_to_end(&mut portion).ok()?;
        hash.update(&portion);
    }
    Some(format!("{:032x}", hash.digest128()))
}

/// Unlike any other: a moment, the process that runs now, and a place in what it was given.
fn unique_print(place: usize) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("once-{now}-{}-{place}", std::process::id())
}
