#![doc = include_str!("README.md")]

use learn::week_bucket;
use serde::{Deserialize, Serialize};
use world::{Rarity, Seen, World};

use crate::collected::{Collected, SERVERS_TOLD};
use crate::detection::checkpoint;
use crate::outflow::{Outflow, Told, last_looks};
use crate::{Detection, Findings, Report, Score, Stage, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "data-smuggler",
    title: "Data Smuggler",
    stage: Stage::Exfil,
    techniques: &["T1074", "T1048"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(DataSmuggler::default()),
};

/// Bytes taken within a day below which nothing was collected: documents of a day's work.
const TAKEN_MIN: u64 = 5_000_000;
/// Bytes sent below which nothing was smuggled.
const SENT_MIN: u64 = 1_000_000;
/// The part of what was taken that is significant (archives are smaller than what is in them).
const PART_MIN: f64 = 0.2;
/// Volumes less likely than this lie outside the habit.
const UNLIKELY: f64 = 0.01;
const HABIT_HOURS: f64 = 5.0;

#[derive(Default, Serialize, Deserialize)]
struct DataSmuggler {
    told: Told,
}

impl DataSmuggler {
    /// Reports a transfer with what is news of it; at a last look, with all of it.
    fn look(&mut self, outflow: &Outflow<'_>, world: &World, findings: &mut Findings) {
        let sent = outflow.peer.day_bytes();
        if sent < SENT_MIN {
            return;
        }
        let collected = collected(outflow);
        let is_part = sent as f64 >= PART_MIN * collected.bytes as f64;
        if collected.bytes >= TAKEN_MIN && is_part && self.told.is_told(outflow, sent) {
            report(outflow, sent, &collected, world, findings);
        }
    }
}

impl Watch for DataSmuggler {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        if let Some(outflow) = Outflow::of(seen, world) {
            self.look(&outflow, world, findings);
        }
    }

    last_looks!();

    checkpoint!();
}

/// What was taken within the day before the sending ended, from servers where it began before that.
fn collected<'a>(outflow: &Outflow<'a>) -> Collected<'a> {
    let end = outflow.peer.last;
    Collected::before(end, outflow.volume, |server| server.first < end)
}

fn report(
    outflow: &Outflow<'_>,
    sent: u64,
    collected: &Collected<'_>,
    world: &World,
    findings: &mut Findings,
) {
    let (score, rarity) = score(outflow, sent, collected, world);
    let (name, peer, place) = (outflow.sender(world), outflow.peer, outflow.peer.name());
    let report = outflow.report(&DETECTION, &place, (score, &rarity), world);
    let servers = collected.servers.iter().take(SERVERS_TOLD).map(|server| server.address);
    let (taken, taken_seen) = collected.evidence(2, 5);
    let summary = format!(
        "{name} took {} from {} internal server{} and then sent {} to {place}.",
        tell::bytes(collected.bytes),
        collected.servers.len(),
        if collected.servers.len() == 1 { "" } else { "s" },
        tell::bytes(sent)
    );
    let facts = report
        .facts
        .with("bytes_taken", collected.bytes)
        .with("sources", collected.sources())
        .with("bytes_sent", sent)
        .with("collected_from", collected.first)
        .with("collected_until", collected.last)
        .with("sent_from", peer.first)
        .with("sent_until", peer.last)
        .with("file_names", outflow.volume.names.clone())
        .with("rarity", rarity.percent);
    let habit = world.habit(outflow.device);
    let report = Report {
        peers: report.peers.into_iter().chain(servers).collect(),
        first_seen: collected.first.min(peer.first),
        summary,
        facts,
        baseline: report.baseline.with_some(
            "usual_bytes_taken_per_hour",
            habit.map(|habit| habit.taken_inside.habit.usual().round()),
        ),
        evidence: report.evidence.with_before(taken, taken_seen),
        ..report
    };
    findings.report(report, world);
}

fn score(outflow: &Outflow<'_>, sent: u64, collected: &Collected<'_>, world: &World) -> (Score, Rarity) {
    let mut score = Score::default();
    let doublings = (collected.bytes as f64 / TAKEN_MIN as f64).log2();
    let much = 20.0 + (5.0 * doublings).min(15.0);
    score.certainty(
        "taken",
        much,
        format!("{} were taken from internal servers within a day", tell::bytes(collected.bytes)),
    );
    if let Some(habit) = world.habit(outflow.device).map(|habit| &habit.taken_inside.habit)
        && habit.weight() >= HABIT_HOURS
    {
        let hours = (collected.last.since(collected.first).as_secs_f64() / 3600.0).max(1.0);
        let hourly = collected.bytes as f64 / hours;
        let tail = habit.tail(hourly, week_bucket(collected.last.0.div_euclid(1_000_000_000)));
        let usual = tell::bytes(habit.usual() as u64);
        if tail < UNLIKELY {
            score.certainty("habit of taking", 12.0, format!("usual are {usual} an hour"));
        } else {
            score.certainty(
                "habit of taking",
                -12.0,
                format!("the device takes such volumes now and then; usual are {usual} an hour"),
            );
        }
    }
    let part = sent as f64 / collected.bytes.max(1) as f64;
    let reason = format!("{:.0} % of it went out", part * 100.0);
    score.certainty("part", if (0.5..=1.5).contains(&part) { 18.0 } else { 12.0 }, reason);
    let rarity = outflow.score_destination(&mut score, world, 25.0);
    outflow.score_sides(&mut score);
    score.threat("stage", 70.0, "data of the company is leaving");
    score.threat("size", (4.0 * doublings).min(20.0), tell::bytes(sent));
    (score, rarity)
}
