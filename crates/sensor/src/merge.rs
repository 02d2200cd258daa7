//! Brings what the shards give into one order.

use crossbeam_channel::Receiver;
use records::AnyRecord;

use crate::emission::{Emission, Emitted};

/// Takes one result of each shard per round.
pub(crate) struct Merger {
    shards: Vec<Receiver<Vec<Emission>>>,
}

impl Merger {
    pub(crate) fn new(shards: Vec<Receiver<Vec<Emission>>>) -> Self {
        Self { shards }
    }

    /// The records of the next round in order; `None` after the last.
    ///
    /// All shards have the same clock at the end of a round and give nothing of an earlier time later, so a
    /// round can be put in order by itself.
    pub(crate) fn round(&mut self) -> Option<Vec<AnyRecord>> {
        let mut emissions = Vec::new();
        for shard in &self.shards {
            let mut more = shard.recv().ok()?;
            if emissions.is_empty() {
                emissions = more;
            } else {
                emissions.append(&mut more);
            }
        }
        emissions.sort_unstable_by_key(|emission| emission.key);
        Some(emissions.into_iter().map(|emission| match emission.what { Emitted::Record(record) => record }).collect())
    }
}
