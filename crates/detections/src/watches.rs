//! All detections at work on one stream.

use records::{AnyRecord, Interval, RECORD_TYPES, Timestamp};
use serde::{Deserialize, Serialize};
use world::World;

use crate::{DETECTIONS, Detection, Findings, Watch};

/// Traffic time between two ticks.
const TICK: Interval = Interval::from_secs(60);

/// The watches of all detections, with the clock that ticks for them.
pub struct Watches {
    all: Vec<(&'static Detection, Box<dyn Watch>)>,
    /// For each record type, in the order of [`RECORD_TYPES`], the places in `all` of those that look at it.
    readers: Vec<Vec<usize>>,
    now: Timestamp,
    ticked: Timestamp,
}

/// The state of one watch in a checkpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WatchState {
    /// Id of the detection.
    pub detection: String,
    /// What its watch saved.
    pub state: Vec<u8>,
}

impl Default for Watches {
    fn default() -> Self {
        let all: Vec<_> = DETECTIONS.iter().map(|detection| (detection, (detection.watch)())).collect();
        Self {
            readers: RECORD_TYPES.iter().map(|record_type| readers(&all, record_type.name)).collect(),
            all,
            now: Timestamp(i64::MIN),
            ticked: Timestamp(i64::MIN),
        }
    }
}

/// The places of the watches that look at records of this type.
fn readers(all: &[(&'static Detection, Box<dyn Watch>)], record_type: &str) -> Vec<usize> {
    let looks_at = |watch: &dyn Watch| watch.reads().is_empty() || watch.reads().contains(&record_type);
    (0..).zip(all).filter(|(_, (_, watch))| looks_at(&**watch)).map(|(place, _)| place).collect()
}

impl Watches {
    /// Watches that are given all records, whatever they ask for.
    #[cfg(test)]
    pub(crate) fn reading_everything() -> Self {
        let watches = Self::default();
        let every = || (0..watches.all.len()).collect();
        Self { readers: RECORD_TYPES.iter().map(|_| every()).collect(), ..watches }
    }

    /// Takes a record: identities first, then the detections, then what is learned from it.
    pub fn observe(&mut self, record: &AnyRecord, world: &mut World, findings: &mut Findings) {
        let seen = world.identify(record);
        self.now = self.now.max(seen.end);
        let readers = self.readers.get(record.type_index()).map(Vec::as_slice).unwrap_or_default();
        for place in readers {
            if let Some((_, watch)) = self.all.get_mut(*place) {
                watch.observe(&seen, world, findings);
            }
        }
        world.learn(&seen);
        if self.now.since(self.ticked) >= TICK {
            self.tick(world, findings);
        }
    }

    /// Says that no more records come for now, as if a quiet minute had passed.
    pub fn finish(&mut self, world: &World, findings: &mut Findings) {
        self.now = self.now + TICK;
        self.ticked = self.now;
        for (_, watch) in &mut self.all {
            watch.finish(self.now, world, findings);
        }
    }

    fn tick(&mut self, world: &World, findings: &mut Findings) {
        self.ticked = self.now;
        for (_, watch) in &mut self.all {
            watch.tick(self.now, world, findings);
        }
    }

    /// The states of all watches.
    pub fn save(&self) -> Vec<WatchState> {
        self.all
            .iter()
            .map(|(detection, watch)| WatchState { detection: detection.id.to_owned(), state: watch.save() })
            .collect()
    }

    /// Takes states back; a detection without one, a new one, begins afresh. The clock begins anew, since the next
    /// traffic may be of an earlier time.
    pub fn restore(&mut self, states: &[WatchState]) -> Result<(), postcard::Error> {
        for (detection, watch) in &mut self.all {
            if let Some(saved) = states.iter().find(|saved| saved.detection == detection.id) {
                watch.restore(&saved.state)?;
            }
        }
        Ok(())
    }
}
