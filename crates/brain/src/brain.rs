//! The brain: takes records in stream order, gives findings and devices.

use std::net::IpAddr;

use detections::{Finding, Findings, Update, Watches};
use records::{AnyRecord, Network};
use world::{DeviceIndex, Judgement, World};

use crate::DeviceSummary;

/// What the brain must be told.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Own networks besides the private ranges.
    pub own_networks: Vec<Network>,
}

/// Everything that is known and watched.
pub struct Brain {
    pub(crate) world: World,
    pub(crate) watches: Watches,
    pub(crate) findings: Findings,
}

impl Brain {
    /// A brain that knows nothing.
    pub fn new(config: Config) -> Self {
        Self {
            world: World::new(world::Config { own_networks: config.own_networks }),
            watches: Watches::default(),
            findings: Findings::default(),
        }
    }

    /// Takes the next record. Records come in the order in which they were written: a connection when it ended, with
    /// the time at which it began.
    pub fn observe(&mut self, record: &AnyRecord) {
        // That is about a run of the program, not about the network.
        if matches!(record, AnyRecord::Stats(_)) {
            return;
        }
        self.watches.observe(record, &mut self.world, &mut self.findings);
    }

    /// Says that no more records come for now, so that everything that is pending is reported.
    pub fn finish(&mut self) {
        self.watches.finish(&self.world, &mut self.findings);
    }

    /// The findings that are new or changed since this was last asked; a changed one has the id of before.
    pub fn take_changed(&mut self) -> Vec<Finding> {
        self.findings.take_changed(&self.world)
    }

    /// All findings, in the order in which they were made.
    pub fn findings(&self) -> &[Finding] {
        self.findings.all()
    }

    /// All devices, in the order in which they appeared.
    pub fn devices(&self) -> impl Iterator<Item = DeviceSummary> {
        crate::summary::summaries(&self.world, self.findings.all())
    }

    /// Networks that were found to be ours, where none are configured.
    pub fn found_networks(&self) -> Vec<Network> {
        self.world.networks().found()
    }

    /// Notes from now on how this finding comes about, and by what the rarity of these destinations is judged.
    pub fn trace(&mut self, finding: &str, destinations: &[IpAddr]) {
        self.findings.trace(finding);
        self.world.note_judgements(destinations);
    }

    /// What was noted since this was last asked.
    pub fn take_traced(&mut self) -> (Vec<Update>, Vec<Judgement>) {
        (self.findings.take_trace(), self.world.take_judgements())
    }

    /// The name of the device at this place in the world's list.
    pub fn device_name(&self, place: u32) -> Option<String> {
        let device = self.world.devices().known_as(DeviceIndex(place));
        self.world.device(device).map(world::Device::name)
    }

    /// Findings that were not kept for want of room.
    pub fn dropped_findings(&self) -> u64 {
        self.findings.dropped()
    }
}
