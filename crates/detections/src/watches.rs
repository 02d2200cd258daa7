//! All detections at work on one stream.

use records::{AnyRecord, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::World;

use crate::{DETECTIONS, Detection, Findings, Watch};

/// Traffic time between two ticks.
const TICK: Interval = Interval::from_secs(60);

/// The watches of all detections, with the clock that ticks for them.
pub struct Watches {
    all: Vec<(&'static Detection, Box<dyn Watch>)>,
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
        Self {
            all: DETECTIONS.iter().map(|detection| (detection, (detection.watch)())).collect(),
            now: Timestamp(i64::MIN),
            ticked: Timestamp(i64::MIN),
        }
    }
}

impl Watches {
    /// Takes a record: identities first, then the detections, then what is learned from it.
    pub fn observe(&mut self, record: &AnyRecord, world: &mut World, findings: &mut Findings) {
        let seen = world.identify(record);
        self.now = self.now.max(seen.end);
        for (_, watch) in &mut self.all {
            watch.observe(&seen, world, findings);
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
