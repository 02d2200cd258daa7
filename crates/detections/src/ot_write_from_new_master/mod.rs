#![doc = include_str!("README.md")]

use std::net::IpAddr;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::detection::checkpoint;
use crate::plant::{Command, Deed, READS};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch};

pub(crate) const DETECTION: Detection = Detection {
    id: "ot-write-from-new-master",
    title: "OT: Write from New Master",
    stage: Stage::Lateral,
    techniques: &["T0855", "T0836", "T0858"],
    learns_hours: 24,
    readme: include_str!("README.md"),
    watch: || Box::new(OtWriteFromNewMaster::default()),
};

/// Controllers that are followed, and the masters that are remembered of each.
const CONTROLLERS_MAX: usize = 20_000;
const MASTERS_KEPT: usize = 64;
/// Days with commands after which a master is in its habit.
const HABIT_DAYS: u32 = 2;
const FUNCTIONS_KEPT: usize = 12;

/// One master of one controller.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Master {
    device: DeviceIndex,
    /// Days on which it wrote, and the latest of them.
    days_written: u32,
    day_written: i64,
    /// Days on which it only asked.
    days_read: u32,
    day_read: i64,
    /// The writes of the day that runs.
    trail: Trail,
    writes: u64,
    functions: Vec<String>,
    told: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct OtWriteFromNewMaster {
    controllers: FxHashMap<IpAddr, Vec<Master>>,
}

impl Watch for OtWriteFromNewMaster {
    fn reads(&self) -> &'static [&'static str] {
        READS
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(command) = Command::of(seen) else { return };
        let Command { device, controller, .. } = command;
        if self.controllers.len() >= CONTROLLERS_MAX && !self.controllers.contains_key(&controller) {
            return;
        }
        let masters = self.controllers.entry(controller).or_default();
        let place = match masters.iter().position(|master| master.device == device) {
            Some(place) => place,
            None if masters.len() < MASTERS_KEPT => {
                masters.push(Master::new(device, command.master));
                masters.len() - 1
            }
            None => return,
        };
        let others = masters.len() - 1;
        let Some(master) = masters.get_mut(place) else { return };
        let day = command.ts.day();
        if command.deed() == Deed::Ask {
            if master.day_read != day {
                (master.day_read, master.days_read) = (day, master.days_read.saturating_add(1));
            }
            return;
        }
        master.note_write(&command, day);
        // Repeats are told on a logarithmic scale.
        if master.days_written <= HABIT_DAYS && master.writes >= master.told.saturating_mul(2).max(1) {
            master.told = master.writes;
            tell(master, &command, others, world, findings);
        }
    }

    checkpoint!();
}

impl Master {
    fn new(device: DeviceIndex, host: IpAddr) -> Self {
        Self {
            device,
            days_written: 0,
            day_written: i64::MIN,
            days_read: 0,
            day_read: i64::MIN,
            trail: Trail::new(host),
            writes: 0,
            functions: Vec::new(),
            told: 0,
        }
    }

    fn note_write(&mut self, command: &Command<'_>, day: i64) {
        if self.day_written != day {
            (self.day_written, self.days_written) = (day, self.days_written.saturating_add(1));
            (self.writes, self.told) = (0, 0);
        }
        self.writes += 1;
        self.trail.note(command.master, command.ts, command.ts, command.uid);
        let is_known = self.functions.iter().any(|known| known == command.function);
        if !is_known && self.functions.len() < FUNCTIONS_KEPT {
            self.functions.push(command.function.to_owned());
        }
    }

    /// Days before this one on which it asked.
    fn days_read_before(&self) -> u32 {
        self.days_read.saturating_sub(u32::from(self.day_read == self.day_written))
    }
}

fn tell(master: &Master, command: &Command<'_>, others: usize, world: &World, findings: &mut Findings) {
    let controller = command.controller;
    let trail = &master.trail;
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(master.device),
            host: trail.host,
            key: &controller.to_string(),
            peers: vec![controller],
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(master, command, others),
            summary: format!(
                "{} wrote to the controller {controller} over {} ({}), which it never did before.",
                world.name_of(master.device, trail.host),
                command.protocol,
                master.functions.join(", ")
            ),
            facts: Facts::default()
                .with("controller", controller)
                .with("protocol", command.protocol)
                .with("functions", master.functions.clone())
                .with("writes", master.writes),
            baseline: Facts::default()
                .with("days_on_which_it_wrote_before", u64::from(master.days_written.saturating_sub(1)))
                .with("days_on_which_it_asked_before", u64::from(master.days_read_before()))
                .with("other_masters_of_the_controller", others)
                .with("hours_learned", world.hours_with_traffic()),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(master: &Master, command: &Command<'_>, others: usize) -> Score {
    let mut score = Score::default();
    score.certainty(
        "write",
        35.0,
        format!("{} commands that change what the controller does", master.writes),
    );
    if master.days_read_before() == 0 {
        score.certainty("new master", 25.0, "the device never spoke to the controller on a day before");
    } else {
        score.certainty("new command", 10.0, "the device only asked before");
    }
    if others > 0 {
        score.certainty("others", 10.0, format!("{others} other masters of the controller are known"));
    }
    if master.days_written > 1 {
        score.certainty("habit", -20.0, "it wrote on a day before");
    }
    if command.deed() == Deed::Control {
        score.threat("function", 10.0, "the command stops the controller or changes its program");
    }
    score.threat("stage", 80.0, "a plant does what it is told: people and machines are at risk");
    score
}
