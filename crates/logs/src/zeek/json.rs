//! Zeek's logs as JSON, an object per line. Which log it is says the member `_path`, the name of the file, or in
//! the end which fields there are: a stream may hold several logs.

use std::path::Path;

use records::Json;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::Xxh3;

use super::{Kind, Order, take_line, types_by_fields};
use crate::LineError;
use crate::read::Taker;

/// Of so many sets of fields it is remembered which log they are of: lines leave out what has no value.
const SHAPES_MAX: usize = 4096;

/// Reads the lines of one file.
#[derive(Debug)]
pub(crate) struct ZeekJson {
    named: Option<Kind>,
    /// The types of lines with these fields.
    shapes: FxHashMap<u64, Box<[usize]>>,
    /// The type of the last line that said neither.
    last: Option<usize>,
    order: Order,
}

impl ZeekJson {
    pub(crate) fn new(path: &Path) -> Self {
        let (named, shapes) = (Kind::of_file(path), FxHashMap::default());
        Self { named, shapes, last: None, order: Order::default() }
    }

    pub(crate) fn line(&mut self, line: &str, taker: &mut Taker<'_>) -> Result<(), LineError> {
        let json = Json::parse(line)?;
        let of_line = json.get("_path").and_then(Json::text).map(Kind::of);
        let is_said = of_line.is_some() || self.named.is_some();
        let by_fields = if is_said { None } else { self.by_fields(&json).map(Kind::Known) };
        let Json::Object(mut values) = json else { return Err(LineError::NoObject) };
        let kind = of_line.as_ref().or(self.named.as_ref()).or(by_fields.as_ref());
        take_line(kind.ok_or(LineError::UnknownLog)?, &mut values, &mut self.order, taker)
    }

    /// The type that the fields tell; of several, and where there are too few, that of the line before.
    fn by_fields(&mut self, line: &Json<'_>) -> Option<usize> {
        let Json::Object(members) = line else { return None };
        let mut hash = Xxh3::new();
        for (name, _) in members {
            hash.update(name.as_bytes());
            hash.update(&[0]);
        }
        if self.shapes.len() >= SHAPES_MAX {
            self.shapes.clear();
        }
        let types = self.shapes.entry(hash.digest()).or_insert_with(|| types_by_fields(line).into());
        self.last = match types.as_ref() {
            [one] => Some(*one),
            [] => self.last,
            some => self.last.filter(|last| some.contains(last)),
        };
        self.last
    }
}
