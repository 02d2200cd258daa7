//! Search for people: a query in a small language, answered by records of all types in the order of time.

mod hits;
mod language;
mod plan;
mod print;

use datafusion::prelude::DataFrame;
use records::{RECORD_TYPES, RecordType};

pub use hits::Hits;
pub use language::{HostNames, SearchError};
pub use print::{write_hits_csv, write_hits_json, write_hits_text};

use crate::sql::{Engine, LakeTable};
use crate::{Lake, LakeError};
use language::Condition;
use plan::{Plan, plan};

/// A query that is understood.
pub struct Search<'a> {
    lake: &'a Lake,
    condition: Condition,
}

impl Lake {
    /// Understands a query, e.g. `host:10.20.10.166 bytes>1M since:2h`. Times that are relative count from the
    /// latest record in the lake.
    pub fn search(&self, query: &str, hosts: &HostNames) -> Result<Search<'_>, LakeError> {
        let latest = self.latest().unwrap_or_default();
        Ok(Search { lake: self, condition: language::condition(query, latest, hosts)? })
    }
}

impl Search<'_> {
    /// The record types that can be among the hits.
    pub fn types(&self) -> Vec<&'static RecordType> {
        let possible = |(index, _): &(usize, _)| plan(&self.condition, *index) != Plan::None;
        RECORD_TYPES.iter().enumerate().filter(possible).map(|(_, record_type)| record_type).collect()
    }

    /// How many hits there are.
    pub fn count(&self) -> Result<u64, LakeError> {
        let engine = Engine::new(self.lake)?;
        let mut count = 0;
        for type_index in 0..RECORD_TYPES.len() {
            let Some(frame) = self.frame(&engine, type_index)? else { continue };
            count += engine.runtime.block_on(frame.count()).map_err(LakeError::query)? as u64;
        }
        Ok(count)
    }

    /// The hits in the order of time, at most `limit`.
    pub fn hits(&self, limit: Option<usize>) -> Result<Hits, LakeError> {
        let engine = Engine::new(self.lake)?;
        let mut streams = Vec::new();
        for type_index in 0..RECORD_TYPES.len() {
            let Some(frame) = self.frame(&engine, type_index)? else { continue };
            let stream =
                engine.runtime.block_on(hits::sorted(frame, type_index, limit)).map_err(LakeError::query)?;
            streams.push((type_index, stream));
        }
        Hits::new(streams, engine.runtime, limit)
    }

    /// The records of one type that are hits; `None` where none can be.
    fn frame(&self, engine: &Engine, type_index: usize) -> Result<Option<DataFrame>, LakeError> {
        let plan = plan(&self.condition, type_index);
        if plan == Plan::None {
            return Ok(None);
        }
        let table = LakeTable::new(self.lake, type_index).map_err(LakeError::query)?;
        let frame = engine.context.read_table(std::sync::Arc::new(table));
        let frame = match plan {
            Plan::Where(expression) => frame.and_then(|frame| frame.filter(expression)),
            Plan::All | Plan::None => frame,
        };
        frame.map(Some).map_err(LakeError::query)
    }
}
