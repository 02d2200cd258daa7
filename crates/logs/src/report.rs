//! What was read of logs, and what was not.

use std::collections::BTreeMap;
use std::path::PathBuf;

use capture::FileReport;

use crate::LineError;

/// So many bad lines are named of each file, …
const BAD_LINES_NAMED: u64 = 5;

/// … and of all.
const BAD_LINES_NAMED_IN_ALL: usize = 200;

/// So many names of what was not kept are told apart: no honest sensor has as many.
const NAMES_MAX: usize = 1000;

/// The name for all beyond that.
const OTHERS: &str = "others";

/// Longer names are cut.
const NAME_LENGTH_MAX: usize = 80;

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The file.
    pub path: PathBuf,
    /// Which line of it, from 1.
    pub number: u64,
    /// What is wrong with it.
    pub error: LineError,
}

/// Bad lines of a file beyond those that are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoreBadLines {
    /// The file.
    pub path: PathBuf,
    /// How many.
    pub lines: u64,
}

/// What was read of logs.
#[derive(Debug, Default)]
pub struct Report {
    /// Of each file, in the order in which they were read; `frames` are its lines that could be read.
    pub files: Vec<FileReport>,
    /// Lines that could not be read: the first ones of each file.
    pub bad_lines: Vec<BadLine>,
    /// The others, by file.
    pub more_bad_lines: Vec<MoreBadLines>,
    /// Lines of types that have no record, by type.
    pub not_kept: BTreeMap<String, u64>,
    /// Values that have no column, by type and name.
    pub unknown_fields: BTreeMap<String, u64>,
    /// Lines that were read.
    pub lines: u64,
    /// Records that came of them.
    pub records: u64,
    /// Time of the first and the last record, in nanoseconds since the epoch.
    pub span: Option<(i64, i64)>,
}

impl Report {
    pub(crate) fn bad_line(&mut self, path: &std::path::Path, number: u64, count: u64, error: LineError) {
        if count < BAD_LINES_NAMED && self.bad_lines.len() < BAD_LINES_NAMED_IN_ALL {
            self.bad_lines.push(BadLine { path: path.to_owned(), number, error });
            return;
        }
        match self.more_bad_lines.last_mut().filter(|more| more.path == path) {
            Some(more) => more.lines += 1,
            None => self.more_bad_lines.push(MoreBadLines { path: path.to_owned(), lines: 1 }),
        }
    }

    pub(crate) fn not_kept(&mut self, kind: &str) {
        count(&mut self.not_kept, kind);
    }

    pub(crate) fn unknown_field(&mut self, record_type: &str, field: &str) {
        count(&mut self.unknown_fields, &format!("{record_type}.{field}"));
    }

    pub(crate) fn note_time(&mut self, ts: i64) {
        self.span = Some(widened(self.span, ts));
    }
}

/// The span with one more point in it.
pub(crate) fn widened(span: Option<(i64, i64)>, ts: i64) -> (i64, i64) {
    span.map_or((ts, ts), |(first, last)| (first.min(ts), last.max(ts)))
}

fn count(names: &mut BTreeMap<String, u64>, name: &str) {
    let name = name.get(..name.floor_char_boundary(NAME_LENGTH_MAX)).unwrap_or(name);
    let name = if names.contains_key(name) || names.len() < NAMES_MAX { name } else { OTHERS };
    match names.get_mut(name) {
        Some(count) => *count += 1,
        None => {
            names.insert(name.to_owned(), 1);
        }
    }
}
