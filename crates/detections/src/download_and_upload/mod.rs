#![doc = include_str!("README.md")]

mod downloads;

use records::{AnyRecord, Conn, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::bounded::Bounded;
use crate::detection::checkpoint;
use crate::download_and_upload::downloads::{Download, Downloads};
use crate::outflow::{Outflow, Told, last_looks};
use crate::{Detection, Findings, Report, Score, Stage, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "download-and-upload",
    title: "Download and Upload",
    stage: Stage::Exfil,
    techniques: &["T1090", "T1567"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(DownloadAndUpload::default()),
};

/// Bytes from which on something was fetched, or sent.
const BYTES_MIN: u64 = 2_000_000;
/// A connection that fetches less is no part of it.
const PART_MIN: u64 = 200_000;
/// Rarity of both ends below which they are not rare.
const RARITY_MIN: f64 = 75.0;
/// What is sent on is so large a part of what was fetched: the same, packed or with a little around it.
const PART: std::ops::RangeInclusive<f64> = 0.6..=1.2;
/// The same to so small a difference counts more.
const NEARLY_ALL: f64 = 0.03;
const DEVICES_MAX: usize = 8_192;

#[derive(Default, Serialize, Deserialize)]
struct DownloadAndUpload {
    devices: Bounded<DeviceIndex, Downloads, DEVICES_MAX>,
    told: Told,
}

impl DownloadAndUpload {
    /// Notes what is fetched from a rare place.
    fn note(&mut self, device: DeviceIndex, conn: &Conn, end: Timestamp, world: &World) {
        if conn.resp_bytes.unwrap_or(0) < PART_MIN || world.rarity(conn.id.resp_h, None).percent < RARITY_MIN
        {
            return;
        }
        let place =
            world.names().domain_of(conn.id.resp_h).map_or_else(|| conn.id.resp_h.to_string(), str::to_owned);
        self.devices.entry(device, Downloads::default).note(conn, end, place);
    }

    /// Reports a transfer with what is news of it; at a last look, with all of it.
    fn look(&mut self, outflow: &Outflow<'_>, world: &World, findings: &mut Findings) {
        let sent = outflow.peer.day_bytes();
        if sent < BYTES_MIN || world.rarity(outflow.destination, None).percent < RARITY_MIN {
            return;
        }
        let (begin, place) = (outflow.peer.first, outflow.peer.name());
        let downloads = self.devices.get(&outflow.device);
        let Some(download) = downloads.and_then(|downloads| {
            downloads.before(begin).filter(|one| one.place != place && one.bytes >= BYTES_MIN).min_by(
                |one, other| {
                    let distance = |download: &Download| (part(sent, download) - 1.0).abs();
                    distance(one).total_cmp(&distance(other))
                },
            )
        }) else {
            return;
        };
        if PART.contains(&part(sent, download)) && self.told.is_told(outflow, sent) {
            report(outflow, sent, download, world, findings);
        }
    }
}

impl Watch for DownloadAndUpload {
    fn reads(&self) -> &'static [&'static str] {
        &["conn"]
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Conn(conn), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        if let Some(outflow) = Outflow::of(seen, world) {
            self.look(&outflow, world, findings);
        }
        self.note(device, conn, seen.end, world);
    }

    last_looks!();

    checkpoint!();
}

/// What was sent as a part of what was fetched.
fn part(sent: u64, download: &Download) -> f64 {
    sent as f64 / download.bytes.max(1) as f64
}

fn report(outflow: &Outflow<'_>, sent: u64, download: &Download, world: &World, findings: &mut Findings) {
    let mut score = Score::default();
    let doublings = (sent as f64 / BYTES_MIN as f64).log2();
    score.certainty("size", (10.0 + 3.0 * doublings).min(20.0), tell::bytes(sent));
    let part = part(sent, download);
    let is_nearly_all = (part - 1.0).abs() <= NEARLY_ALL;
    let reason = format!("{:.0} % of what came from {}", part * 100.0, download.place);
    score.certainty("part", if is_nearly_all { 30.0 } else { 18.0 }, reason);
    let rarity = outflow.score_destination(&mut score, world, 25.0);
    outflow.score_sides(&mut score);
    score.threat("stage", 50.0, "the device hands on what is not its own, or hides where it goes");
    score.threat("size", (4.0 * doublings).min(20.0), tell::bytes(sent));
    let (name, place) = (outflow.sender(world), outflow.peer.name());
    let report = outflow.report(&DETECTION, &place, (score, &rarity), world);
    let summary = format!(
        "{name} fetched {} from {} and sent {} on to {place} {} later; hardly anyone here contacts either.",
        tell::bytes(download.bytes),
        download.place,
        tell::bytes(sent),
        tell::span(outflow.peer.first.since(download.last).as_secs_f64().max(0.0)),
    );
    let facts = report
        .facts
        .with("source", download.place.as_str())
        .with("bytes_in", download.bytes)
        .with("bytes_out", sent)
        .with("fetched_from", download.first)
        .with("fetched_until", download.last)
        .with("sent_from", outflow.peer.first)
        .with("sent_until", outflow.peer.last)
        .with_rarity(&rarity);
    let report = Report {
        peers: report.peers.into_iter().chain([download.address]).collect(),
        first_seen: download.first.min(outflow.peer.first),
        summary,
        facts,
        evidence: report
            .evidence
            .with_before(download.evidence.kept().iter().copied(), download.evidence.seen()),
        ..report
    };
    findings.report(report, world);
}
