//! Zeek's logs as JSON, an object per line. Which log it is says the member `_path`, the name of the file, or in
//! the end which fields there are.

use std::path::Path;

use records::Json;

use super::{Kind, Order, take_line, type_by_fields};
use crate::LineError;
use crate::read::Taker;

/// Reads the lines of one file.
#[derive(Debug)]
pub(crate) struct ZeekJson {
    kind: Option<Kind>,
    order: Order,
}

impl ZeekJson {
    pub(crate) fn new(path: &Path) -> Self {
        Self { kind: Kind::of_file(path), order: Order::default() }
    }

    pub(crate) fn line(&mut self, line: &str, taker: &mut Taker<'_>) -> Result<(), LineError> {
        let json = Json::parse(line)?;
        let of_line = json.get("_path").and_then(Json::text).map(Kind::of);
        if of_line.is_none() && self.kind.is_none() {
            self.kind = type_by_fields(&json).map(Kind::Known);
        }
        let Json::Object(mut values) = json else { return Err(LineError::NoObject) };
        let kind = of_line.as_ref().or(self.kind.as_ref()).ok_or(LineError::UnknownLog)?;
        take_line(kind, &mut values, &mut self.order, taker)
    }
}
