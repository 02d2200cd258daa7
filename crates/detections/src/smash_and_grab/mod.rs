#![doc = include_str!("README.md")]

use serde::{Deserialize, Serialize};
use world::{Seen, World};

use crate::detection::checkpoint;
use crate::outflow::{Outflow, Told, last_looks};
use crate::{Detection, Findings, Report, Score, Stage, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "smash-and-grab",
    title: "Smash and Grab",
    stage: Stage::Exfil,
    techniques: &["T1041", "T1048"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(SmashAndGrab::default()),
};

/// Bytes within an hour below which a transfer is not called large. Attachments and pictures stay below.
const HOUR_MIN: u64 = 10_000_000;

#[derive(Default, Serialize, Deserialize)]
struct SmashAndGrab {
    told: Told,
}

impl SmashAndGrab {
    /// Reports a transfer with what is news of it; at a last look, with all of it.
    fn look(&mut self, outflow: &Outflow<'_>, world: &World, findings: &mut Findings) {
        let bytes = outflow.peer.hour_bytes();
        if bytes >= HOUR_MIN && self.told.is_told(outflow, bytes) {
            report(outflow, bytes, world, findings);
        }
    }
}

impl Watch for SmashAndGrab {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        if let Some(outflow) = Outflow::of(seen, world) {
            self.look(&outflow, world, findings);
        }
    }

    last_looks!();

    checkpoint!();
}

fn report(outflow: &Outflow<'_>, bytes: u64, world: &World, findings: &mut Findings) {
    let mut score = Score::default();
    let doublings = (bytes as f64 / HOUR_MIN as f64).log2();
    let large = 20.0 + (6.0 * doublings).min(20.0);
    score.certainty("size", large, format!("{} within an hour to one destination", tell::bytes(bytes)));
    outflow.score_volume(&mut score, world, bytes, 20.0);
    let rarity = outflow.score_destination(&mut score, world, 25.0);
    outflow.score_sides(&mut score);
    score.threat("stage", 65.0, "data is leaving, and fast");
    score.threat("size", (4.0 * doublings).min(20.0), tell::bytes(bytes));
    let (name, place) = (outflow.sender(world), outflow.peer.name());
    let report = outflow.report(&DETECTION, &place, (score, &rarity), world);
    let summary = format!(
        "{name} sent {} to {place} within an hour; that is not a normal destination here.",
        tell::bytes(bytes)
    );
    let facts = report
        .facts
        .with("bytes_out_within_an_hour", bytes)
        .with("bytes_out_within_a_day", outflow.peer.day_bytes())
        .with("bytes_in_within_a_day", outflow.peer.other_way_bytes())
        .with("rarity", rarity.percent);
    findings.report(Report { summary, facts, ..report }, world);
}
