#![doc = include_str!("README.md")]

mod range;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use world::{Seen, World, hash_of};

use crate::bounded::Bounded;
use crate::detection::checkpoint;
use crate::ot_value_out_of_range::range::Range;
use crate::plant::{Command, READS};
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch};

pub(crate) const DETECTION: Detection = Detection {
    id: "ot-value-out-of-range",
    title: "OT: Value out of Range",
    stage: Stage::Lateral,
    techniques: &["T0836", "T0831"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(OtValueOutOfRange::default()),
};

/// Points of controllers that are followed.
const POINTS_MAX: usize = 65_536;

#[derive(Default, Serialize, Deserialize)]
struct OtValueOutOfRange {
    /// By controller and hash of the point.
    points: Bounded<(IpAddr, u64), Range, POINTS_MAX>,
}

impl Watch for OtValueOutOfRange {
    fn reads(&self) -> &'static [&'static str] {
        READS
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(command) = Command::of(seen) else { return };
        let Some((point, value)) = command.setting() else { return };
        let range = self.points.entry((command.controller, hash_of(&point)), || Range::new(command.master));
        if let Some(excess) = range.note(&command, value) {
            let key = format!("{} {point}", command.controller);
            findings.report(report(&command, (&point, &key), value, (range, excess), world), world);
        }
    }

    checkpoint!();
}

fn report<'a>(
    command: &Command<'_>,
    (point, key): (&str, &'a str),
    value: f64,
    (range, excess): (&Range, f64),
    world: &World,
) -> Report<'a> {
    let (low, high) = range.bounds();
    let trail = range.outside();
    let mut score = Score::default();
    let far = format!("{value}, where {low} to {high} is usual");
    score.certainty("range", (40.0 + 10.0 * excess.max(1.0).log2()).min(65.0), far);
    let known = format!("{} values on {} days were learned from", range.values(), range.days());
    score.certainty("known", (5.0 * range.days() as f64).min(20.0), known);
    score.threat("stage", 75.0, "a plant does what it is told: people and machines are at risk");
    score.threat("excess", (5.0 * excess.max(1.0).log2()).min(15.0), "how far outside it lies");
    Report {
        detection: &DETECTION,
        device: Some(command.device),
        host: command.master,
        key,
        peers: vec![command.controller],
        first_seen: trail.first,
        last_seen: trail.last,
        score,
        summary: format!(
            "{} set {point} of the controller {} to {value} over {}; {low} to {high} is usual.",
            world.name_of(command.device, command.master),
            command.controller,
            command.protocol
        ),
        facts: Facts::default()
            .with("controller", command.controller)
            .with("protocol", command.protocol)
            .with("point", point)
            .with("value", value)
            .with("values_outside", trail.evidence.seen()),
        baseline: Facts::default()
            .with("lowest", low)
            .with("highest", high)
            .with("values", range.values())
            .with("days", range.days()),
        evidence: (&trail.evidence).into(),
        supersedes: Supersedes::IfSurer,
    }
}
