#![doc = include_str!("README.md")]

use serde::{Deserialize, Serialize};
use world::{Seen, World};

use crate::detection::checkpoint;
use crate::outflow::{Outflow, Told, last_looks};
use crate::{Detection, Findings, Report, Score, Stage, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "data-sent-to-rare-domain",
    title: "Data Sent to Rare Domain",
    stage: Stage::Exfil,
    techniques: &["T1567"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(DataSentToRareDomain::default()),
};

/// Bytes within a day below which nothing is said: forms, logs and pictures.
const DAY_MIN: u64 = 5_000_000;
/// Rarity of the destination below which it is not rare.
const RARITY_MIN: f64 = 75.0;

#[derive(Default, Serialize, Deserialize)]
struct DataSentToRareDomain {
    told: Told,
}

impl DataSentToRareDomain {
    /// Reports a transfer with what is news of it; at a last look, with all of it.
    fn look(&mut self, outflow: &Outflow<'_>, world: &World, findings: &mut Findings) {
        let bytes = outflow.peer.day_bytes();
        if bytes >= DAY_MIN
            && world.rarity(outflow.destination, None).percent >= RARITY_MIN
            && self.told.is_told(outflow, bytes)
        {
            report(outflow, bytes, world, findings);
        }
    }
}

impl Watch for DataSentToRareDomain {
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
    let doublings = (bytes as f64 / DAY_MIN as f64).log2();
    let much = 10.0 + (10.0 * doublings).min(30.0);
    score.certainty("size", much, format!("{} within a day", tell::bytes(bytes)));
    let hours = (outflow.peer.last.since(outflow.peer.first).as_secs_f64() / 3600.0).clamp(1.0, 24.0);
    let hourly = outflow.peer.hour_bytes().max((bytes as f64 / hours) as u64);
    outflow.score_volume(&mut score, world, hourly, 15.0);
    let rarity = outflow.score_destination(&mut score, world, 30.0);
    outflow.score_sides(&mut score);
    score.threat("stage", 60.0, "data is leaving");
    score.threat("size", (4.0 * doublings).min(20.0), tell::bytes(bytes));
    let peer = outflow.peer;
    let (name, place) = (outflow.sender(world), peer.name());
    let report = outflow.report(&DETECTION, &place, (score, &rarity), world);
    let summary = format!(
        "{name} sent {} to {place} within {}; hardly anyone here contacts it (rarity {:.0} %).",
        tell::bytes(bytes),
        tell::span(peer.last.since(peer.first).as_secs_f64()),
        rarity.percent
    );
    let facts = report
        .facts
        .with("bytes_out_within_a_day", bytes)
        .with("bytes_in_within_a_day", peer.other_way_bytes())
        .with_rarity(&rarity);
    findings.report(Report { summary, facts, ..report }, world);
}
