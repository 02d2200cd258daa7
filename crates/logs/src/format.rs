//! What kind of log a file is.

use std::path::{Path, PathBuf};

use capture::{HEAD_LENGTH, Listed, Listing, OpenError};
use records::{Json, Timestamp};

use crate::zeek;

/// The kind of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Zeek's logs as tab-separated values.
    ZeekTsv,
    /// Zeek's logs as JSON, an object per line.
    ZeekJson,
    /// Suricata's EVE, an event per line.
    Eve,
}

impl Format {
    /// Its name, as the lake keeps it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ZeekTsv => "zeek-tsv",
            Self::ZeekJson => "zeek-json",
            Self::Eve => "suricata-eve",
        }
    }

    /// By how the content begins; `None` for what is no log.
    fn of(path: &Path, head: &[u8]) -> Option<Self> {
        if head.starts_with(b"#separator ") || head.starts_with(b"#fields") {
            return Some(Self::ZeekTsv);
        }
        let text = head.trim_ascii_start();
        if text.first() != Some(&b'{') {
            return None;
        }
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let json = std::str::from_utf8(line).ok().and_then(|line| Json::parse(line).ok());
        match json {
            Some(json) if json.get("event_type").is_some() && json.get("timestamp").is_some() => {
                Some(Self::Eve)
            }
            Some(json) if json.get("ts").is_some() => {
                let is_zeek = zeek::is_named_as_log(path)
                    || json.get("_path").is_some()
                    || zeek::type_by_fields(&json).is_some();
                is_zeek.then_some(Self::ZeekJson)
            }
            Some(_) => None,
            // The first line may be damaged, or longer than what was looked at.
            None => Self::of_name(path),
        }
    }

    fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        if name.starts_with("eve") && name.contains(".json") {
            return Some(Self::Eve);
        }
        zeek::is_named_as_log(path).then_some(Self::ZeekJson)
    }
}

/// A log to be read.
#[derive(Clone, Debug)]
pub struct Log {
    /// The file.
    pub file: Listed,
    /// What it is.
    pub format: Format,
    /// When its first line was written, where it tells: logs of one sensor are read in this order.
    pub(crate) first: i64,
}

/// The captures and logs that are meant by these paths, and what within folders cannot be read.
///
/// # Errors
/// A path that was given cannot be looked at, or a folder has neither in it.
pub fn list(paths: &[PathBuf]) -> Result<Listing, OpenError> {
    capture::list_files(paths, &|path, head| capture::is_capture(path, head) || is_log(path, head))
}

/// Whether a file is a log, by its path and how its content begins.
fn is_log(path: &Path, head: &[u8]) -> bool {
    Format::of(path, head).is_some()
}

/// Takes the logs out of files; the rest are captures, or nothing that can be read.
pub fn split(files: Vec<Listed>) -> (Vec<Listed>, Vec<Log>) {
    let (mut captures, mut logs) = (Vec::new(), Vec::new());
    for mut file in files {
        let head = capture::peek(&mut file, HEAD_LENGTH);
        match Format::of(&file.path, &head) {
            Some(format) => logs.push(Log { first: first_time(&head), file, format }),
            None => captures.push(file),
        }
    }
    (captures, logs)
}

fn first_time(head: &[u8]) -> i64 {
    let line = head.split(|byte| *byte == b'\n').next().and_then(|line| std::str::from_utf8(line).ok());
    let json = line.and_then(|line| Json::parse(line).ok());
    let timestamp = json.as_ref().and_then(|json| json.get("timestamp")).and_then(Json::text);
    timestamp.and_then(Timestamp::parse).map_or(i64::MIN, |ts| ts.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_format_before_the_name_does() {
        let eve = r#"{"timestamp":"2026-11-15T23:55:00.080246+0000","event_type":"flow"}"#;
        let conn =
            r#"{"ts":1.5,"uid":"C1","id.orig_h":"10.0.0.1","proto":"tcp","conn_state":"SF","history":"S"}"#;
        for (name, head, format) in [
            ("x", "#separator \\x09\n", Some(Format::ZeekTsv)),
            ("conn.log", eve, Some(Format::Eve)),
            ("eve.json", conn, Some(Format::ZeekJson)),
            ("-", conn, Some(Format::ZeekJson)),
            ("conn.2026-11-01-10-00-00.log", r#"{"ts":1.5}"#, Some(Format::ZeekJson)),
            ("stats.log", r#"{"ts":1.5,"peer":"zeek"}"#, Some(Format::ZeekJson)),
            ("-", r#"{"_path":"new","ts":1.5}"#, Some(Format::ZeekJson)),
            ("eve.json", "{\"damaged\n", Some(Format::Eve)),
            ("dns.log.gz", "{\"damaged", Some(Format::ZeekJson)),
            ("labels.json", r#"{"ts":1.5}"#, None),
            ("labels.json", "{\n \"a\": 1}", None),
            ("conn.log", "some text", None),
            ("conn.log", "", None),
        ] {
            assert_eq!(Format::of(Path::new(name), head.as_bytes()), format, "{name} {head}");
        }
    }
}
