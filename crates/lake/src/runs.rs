//! Runs: what each ingest brought, and in which order. Who learned from the records in the order in which they arrived can so
//! say which of them it knows, and take up the others later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::Lake;
use crate::manifest::Manifest;

/// Bits of an arrival that number the record within its ingest; those above them number the ingest.
const ORDINAL_BITS: u32 = 40;

/// The place of a record in the order in which all records of a lake arrived.
pub(crate) const fn arrival(ingest: u64, ordinal: u64) -> u64 {
    ingest << ORDINAL_BITS | ordinal
}

/// What one ingest brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The number of the ingest, unique in the lake; later ones have higher numbers.
    pub number: u64,
    /// Tells the run from one of the same number in another lake: XXH3-128 of the name of its ingest.
    pub print: String,
    /// How many records it brought.
    pub records: u64,
    /// Own networks that it was told, besides the private ones.
    pub networks: Vec<String>,
    /// It was interrupted, so that records may be missing: it may be taken out of the lake when it is repeated.
    #[serde(default)]
    pub is_open: bool,
}

impl Run {
    pub(crate) fn new(number: u64, name: &str, records: u64, networks: &[String]) -> Self {
        let print = format!("{:032x}", xxh3_128(name.as_bytes()));
        Self { number, print, records, networks: networks.to_vec(), is_open: false }
    }
}

impl Manifest {
    /// The runs whose records are in segments.
    fn runs(&self) -> Vec<Run> {
        let mut rows: BTreeMap<u64, u64> = BTreeMap::new();
        for segment in &self.segments {
            if let Some(number) = segment.ingest {
                *rows.entry(number).or_default() += segment.rows;
            }
        }
        let open = self.open.iter().filter_map(|open| {
            let records = rows.get(&open.number).copied()?;
            Some(Run { is_open: true, ..Run::new(open.number, &open.name, records, &open.networks) })
        });
        let mut runs: Vec<Run> = self.runs.iter().cloned().chain(open).collect();
        runs.sort_by_key(|run| run.number);
        runs
    }
}

impl Lake {
    /// What the lake holds by ingest, in the order in which it came. Of an interrupted ingest this is what was recovered.
    pub fn runs(&self) -> Vec<Run> {
        self.manifest.runs()
    }

    /// Records whose order of arrival is not known, since an earlier version wrote them.
    pub fn records_without_order(&self) -> u64 {
        let segments = self.manifest.segments.iter();
        segments.filter(|segment| segment.arrivals.is_none()).map(|segment| segment.rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ingests_arrive_later() {
        assert!(arrival(1, u64::from(u32::MAX)) < arrival(2, 0));
        assert!(arrival(2, 7) < arrival(2, 8));
    }
}
