#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::Timestamp;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::days::Days;
use crate::detection::checkpoint;
use crate::plant::{Command, Deed, READS};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch};

pub(crate) const DETECTION: Detection = Detection {
    id: "ot-new-function-code",
    title: "OT: New Function Code",
    stage: Stage::Lateral,
    techniques: &["T0855", "T0858", "T0821"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(OtNewFunctionCode::default()),
};

/// Pairs of controller and master that are followed, and the functions that are remembered of each.
const PAIRS_MAX: usize = 32_768;
const FUNCTIONS_KEPT: usize = 48;
/// Days on which a master spoke to the controller before its functions are known.
const KNOWN_DAYS: usize = 2;

/// One function that a master uses.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Function {
    name: String,
    trail: Trail,
    commands: u64,
    /// The master was known when it used the function first.
    is_new: bool,
    days: Days,
    told: u64,
}

/// What a master does with a controller.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Master {
    days: Days,
    functions: Vec<Function>,
    last: Option<Timestamp>,
}

impl Standing for Master {
    fn standing(&self) -> (bool, Timestamp) {
        (self.days.before() > 0, self.last.unwrap_or(Timestamp(i64::MIN)))
    }
}

#[derive(Default, Serialize, Deserialize)]
struct OtNewFunctionCode {
    pairs: Bounded<(IpAddr, DeviceIndex), Master, PAIRS_MAX>,
}

impl Master {
    /// The function of a command, with this command counted.
    fn note(&mut self, command: &Command<'_>) -> Option<&mut Function> {
        self.days.note(command.ts);
        self.last = Some(command.ts);
        let is_known = self.days.before() >= KNOWN_DAYS;
        let place = match self.functions.iter().position(|function| function.name == command.function) {
            Some(place) => place,
            None if self.functions.len() >= FUNCTIONS_KEPT => return None,
            None => {
                self.functions.push(Function {
                    name: command.function.to_owned(),
                    trail: Trail::new(command.master),
                    commands: 0,
                    is_new: is_known,
                    days: Days::default(),
                    told: 0,
                });
                self.functions.len() - 1
            }
        };
        let function = self.functions.get_mut(place)?;
        function.commands = function.commands.saturating_add(1);
        function.days.note(command.ts);
        function.trail.note(command.master, command.ts, command.ts, command.uid);
        Some(function)
    }
}

impl Watch for OtNewFunctionCode {
    fn reads(&self) -> &'static [&'static str] {
        READS
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(command) = Command::of(seen) else { return };
        let master = self.pairs.entry((command.controller, command.device), Master::default);
        let Some(function) = master.note(&command) else { return };
        // What it does on a second day is its work now; repeats are told on a logarithmic scale.
        let is_due = function.commands >= function.told.saturating_mul(2).max(1);
        if !function.is_new || function.days.before() > 0 || !is_due {
            return;
        }
        function.told = function.commands;
        let function = function.clone();
        let key = format!("{} {}", command.controller, function.name);
        findings.report(report(&command, master, (&function, &key), world), world);
    }

    checkpoint!();
}

fn report<'a>(
    command: &Command<'_>,
    master: &Master,
    (function, key): (&Function, &'a str),
    world: &World,
) -> Report<'a> {
    let controller = command.controller;
    let known = || master.functions.iter().filter(|known| known.name != function.name);
    Report {
        detection: &DETECTION,
        device: Some(command.device),
        host: function.trail.host,
        key,
        peers: vec![controller],
        first_seen: function.trail.first,
        last_seen: function.trail.last,
        score: score(command, master, known().count()),
        summary: format!(
            "{} sent the command {} to the controller {controller} over {}, which it never did in {} days.",
            world.name_of(command.device, command.master),
            function.name,
            command.protocol,
            master.days.before()
        ),
        facts: Facts::default()
            .with("controller", controller)
            .with("protocol", command.protocol)
            .with("function", function.name.as_str())
            .with("commands", function.commands),
        baseline: Facts::default()
            .with("days_with_commands_before", master.days.before())
            .with("functions_before", known().map(|known| known.name.clone()).collect::<Vec<_>>()),
        evidence: (&function.trail.evidence).into(),
        supersedes: Supersedes::IfSurer,
    }
}

fn score(command: &Command<'_>, master: &Master, functions: usize) -> Score {
    let mut score = Score::default();
    let (points, what) = match command.deed() {
        Deed::Control => (40.0, "it starts or stops the controller, or changes its program"),
        Deed::Write => (30.0, "it changes values of the controller"),
        Deed::Ask => (10.0, "it only asks"),
    };
    score.certainty("command", points, what);
    let days = master.days.before();
    let reason = format!("the device has sent commands to the controller on {days} days");
    score.certainty("known master", (7.0 * days as f64).min(25.0), reason);
    if functions <= 6 {
        score.certainty("steady", 10.0, format!("always the same {functions}"));
    }
    score.threat("stage", 70.0, "a plant does what it is told: people and machines are at risk");
    if command.deed() == Deed::Control {
        score.threat("function", 15.0, what);
    }
    score
}
