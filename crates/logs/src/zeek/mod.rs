//! Zeek's logs. A line is a record: names of types and fields are the same.
//!
//! Documentation of the formats: <https://docs.zeek.org/en/master/log-formats.html>

pub(crate) mod json;
pub(crate) mod logins;
pub(crate) mod tsv;

use std::path::Path;

use records::{Conn, Json, NamedValues, RECORD_TYPES, Record as _, read_named};

use crate::LineError;
use crate::read::Taker;
use crate::sort::{Placed, written_at};

/// Members that say where a line comes from, as Zeek writes them for streams of JSON.
const ABOUT_THE_LINE: [&str; 3] = ["_path", "_write_ts", SENSOR];

/// The name of the sensor, as Corelight writes it.
const SENSOR: &str = "_system_name";

/// Fewer fields that are known tell no type.
const KNOWN_FIELDS_MIN: usize = 5;

/// Which log a line is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One that we have records for: the place of the type in [`RECORD_TYPES`].
    Known(usize),
    /// Another log of Zeek, by its name.
    Other(String),
}

impl Kind {
    /// By Zeek's name of the log.
    pub(crate) fn of(name: &str) -> Self {
        match type_index(name) {
            Some(index) => Self::Known(index),
            None => Self::Other(name.to_owned()),
        }
    }

    /// By the name of the file: `conn.log`, `conn.00:00:00-01:00:00.log.gz`, `conn_20261101.log`.
    pub(crate) fn of_file(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let is_end = |rest: &str| {
            let mut rest = rest.chars();
            match rest.next() {
                None | Some('.') => true,
                Some('_' | '-') => rest.next().is_some_and(|next| next.is_ascii_digit()),
                Some(_) => false,
            }
        };
        let is_of = |known: &str| name.strip_prefix(known).is_some_and(is_end);
        if let Some(known) = RECORD_TYPES.iter().position(|shape| is_of(shape.name)) {
            return Some(Self::Known(known));
        }
        name.contains(".log").then(|| Self::Other(name.split('.').next().unwrap_or(name).to_owned()))
    }
}

fn type_index(name: &str) -> Option<usize> {
    RECORD_TYPES.iter().position(|shape| shape.name == name)
}

/// Whether Zeek would name a log so.
pub(crate) fn is_named_as_log(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.contains(".log") && Kind::of_file(path).is_some()
}

/// The type that has most of the fields, where no other has as many.
pub(crate) fn type_by_fields(line: &Json<'_>) -> Option<usize> {
    match types_by_fields(line).as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// The types that have most of the fields; none where there are too few to tell.
fn types_by_fields(line: &Json<'_>) -> Vec<usize> {
    let Json::Object(members) = line else { return Vec::new() };
    let fit = |index: usize| {
        let known = RECORD_TYPES
            .get(index)
            .map_or(0, |shape| members.iter().filter(|(name, _)| shape.column(name).is_some()).count());
        (known >= KNOWN_FIELDS_MIN && known * 4 >= members.len() * 3).then_some((known, index))
    };
    let fits: Vec<(usize, usize)> = (0..RECORD_TYPES.len()).filter_map(fit).collect();
    let most = fits.iter().map(|(known, _)| *known).max();
    fits.iter().filter(|(known, _)| Some(*known) == most).map(|(_, index)| *index).collect()
}

/// Keeps the order of the records that a log has at one time.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// By type: time and place of the last record.
    last: Vec<(i64, i64)>,
}

impl Order {
    /// Where the record stands among those of all logs.
    fn place(&mut self, type_index: usize, ts: i64, written: i64) -> i64 {
        if self.last.len() <= type_index {
            self.last.resize(type_index + 1, (i64::MIN, i64::MIN));
        }
        let Some(last) = self.last.get_mut(type_index) else { return written };
        let key = if last.0 == ts { written.max(last.1) } else { written };
        *last = (ts, key);
        key
    }
}

/// Takes one line whose values are named.
fn take_line(
    kind: &Kind,
    values: &mut NamedValues<'_>,
    order: &mut Order,
    taker: &mut Taker<'_>,
) -> Result<(), LineError> {
    let type_index = match kind {
        Kind::Known(index) => *index,
        Kind::Other(name) => {
            taker.not_kept(name);
            return Ok(());
        }
    };
    let is_missing = |field: &str| values.iter().all(|(name, value)| name != field || value.is_empty());
    // A connection without ends is none; of other logs some have lines that belong to no connection.
    let needed: &[&'static str] = match RECORD_TYPES.get(type_index) {
        Some(shape) if shape.name == Conn::TYPE.name => &["ts", "id.orig_h", "id.resp_h"],
        _ => &["ts"],
    };
    if let Some(field) = needed.iter().find(|field| is_missing(field)) {
        return Err(LineError::Missing(field));
    }
    if let Some(Json::Text(sensor)) = values.iter().find(|(name, _)| name == SENSOR).map(|(_, value)| value) {
        taker.written_by(sensor);
    }
    let record = read_named(type_index, values)?;
    let name = record.record_type().name;
    for (field, value) in &*values {
        if !value.is_empty() && !ABOUT_THE_LINE.contains(&field.as_ref()) {
            taker.unknown_field(name, field);
        }
    }
    let key = order.place(type_index, record.ts().0, written_at(&record));
    let tells_logins = taker.tells_logins;
    taker.take(Placed { key, record, tells_logins });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_tell_the_log() {
        let known = |name: &str| Some(Kind::of(name));
        for (path, kind) in [
            ("conn.log", known("conn")),
            ("logs/2026-11-01/conn.00:00:00-01:00:00.log.gz", known("conn")),
            ("smb_files.2026-11-01-00-00-00.log", known("smb_files")),
            ("dns_20261101_00:00:00-01:00:00+0000.log.zst", known("dns")),
            ("conn-20261101.log", known("conn")),
            ("conn-summary.log", Some(Kind::Other("conn-summary".into()))),
            ("weird_stats.log", Some(Kind::Other("weird_stats".into()))),
            ("known_hosts.10:00:00-11:00:00.log.gz", Some(Kind::Other("known_hosts".into()))),
            ("monday.json", None),
            ("-", None),
        ] {
            assert_eq!(Kind::of_file(Path::new(path)), kind, "{path}");
        }
    }

    #[test]
    fn records_of_one_time_keep_their_order() {
        let mut order = Order::default();
        let keys = [(1, 9), (1, 5), (2, 3), (2, 4)].map(|(ts, written)| order.place(0, ts, written));
        assert_eq!(keys, [9, 9, 3, 4]);
        assert_eq!(order.place(1, 2, 1), 1);
    }
}
