#![doc = include_str!("README.md")]

mod sending;

use records::{AnyRecord, Conn, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Rarity, Seen, World, hash_of};

use crate::bounded::Bounded;
use crate::detection::checkpoint;
use crate::low_and_slow_exfiltration::sending::Sending;
use crate::rarity::{Weight, score_rarity_and_history};
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "low-and-slow-exfiltration",
    title: "Low and Slow Exfiltration",
    stage: Stage::Exfil,
    techniques: &["T1030", "T1029"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(LowAndSlowExfiltration::default()),
};

/// A connection that sends less carries no piece: look-ups and reports of a program's state are smaller.
const PIECE_MIN: u64 = 5_000;
/// What is larger is no small piece: it is seen by itself.
const PIECE_MAX: u64 = 5_000_000;
/// So many pieces, over so many different hours, with so many bytes in all.
const PIECES_MIN: u32 = 12;
const HOURS_MIN: u32 = 5;
const SUM_MIN: u64 = 1_000_000;
/// So many times what came back went out.
const SIDES_MIN: u64 = 5;
/// No hour has more than so much of the whole: else it was one transfer.
const HOUR_SHARE: f64 = 0.4;
/// Rarity of the destination below which it is not rare.
const RARITY_MIN: f64 = 75.0;
/// Days on which the device sent there before it began, from which on the destination counts as known.
const KNOWN_DAYS: u16 = 2;
/// After so long a pause it begins anew.
const PAUSE: Interval = Interval::from_secs(2 * 86_400);
/// It is told again when it has grown by a quarter, and when it pauses.
const QUIET: Interval = Interval::from_secs(2 * 3600);
/// Pairs of device and destination that are followed.
const PAIRS_MAX: usize = 16_384;

#[derive(Default, Serialize, Deserialize)]
struct LowAndSlowExfiltration {
    /// By device and hash of the destination.
    pairs: Bounded<(DeviceIndex, u64), Sending, PAIRS_MAX>,
}

impl LowAndSlowExfiltration {
    fn tell(&mut self, key: (DeviceIndex, u64), world: &World, findings: &mut Findings) {
        let Some(sending) = self.pairs.get_mut(&key) else { return };
        let rarity = world.rarity(sending.address, None);
        if rarity.percent >= RARITY_MIN {
            sending.told();
            findings.report(report(key.0, sending, &rarity, world), world);
        }
    }

    fn tell_all(&mut self, world: &World, findings: &mut Findings, is_due: impl Fn(&Sending) -> bool) {
        for key in self.pairs.keys_where(|sending| sending.is_behind() && is_due(sending)) {
            self.tell(key, world, findings);
        }
    }
}

impl Watch for LowAndSlowExfiltration {
    fn reads(&self) -> &'static [&'static str] {
        &["conn"]
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Conn(conn), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        if !is_piece(conn) {
            return;
        }
        let address = conn.id.resp_h.to_string();
        let place = world.names().domain_of(conn.id.resp_h).unwrap_or(&address);
        let key = (device, hash_of(place));
        let sending = self.pairs.entry(key, || Sending::new(conn, place));
        if sending.trail.is_over(seen.ts, PAUSE) {
            *sending = Sending::new(conn, place);
        }
        sending.note(conn, seen.end);
        if is_low_and_slow(sending) && sending.is_due() {
            self.tell(key, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tell_all(world, findings, |sending| now.since(sending.trail.last) >= QUIET);
        self.pairs.retain(|sending| now.since(sending.trail.last) <= PAUSE);
    }

    fn finish(&mut self, _now: Timestamp, world: &World, findings: &mut Findings) {
        self.tell_all(world, findings, |_| true);
    }

    checkpoint!();
}

fn is_piece(conn: &Conn) -> bool {
    let sent = conn.orig_bytes.unwrap_or(0);
    (PIECE_MIN..=PIECE_MAX).contains(&sent) && conn.resp_pkts > 0
}

fn is_low_and_slow(sending: &Sending) -> bool {
    sending.pieces >= PIECES_MIN
        && sending.hours >= HOURS_MIN
        && sending.sent >= SUM_MIN
        && sending.sent >= sending.received.saturating_mul(SIDES_MIN)
        && sending.most_of_an_hour as f64 <= HOUR_SHARE * sending.sent as f64
}

/// Days on which the device sent there before.
fn days_before(device: DeviceIndex, sending: &Sending, world: &World) -> u16 {
    let known = world.habit(device).and_then(|habit| habit.destination(&sending.place));
    known.map_or(0, |habit| habit.days.saturating_sub(sending.days))
}

fn score(device: DeviceIndex, sending: &Sending, rarity: &Rarity, world: &World) -> Score {
    let mut score = Score::default();
    let reason = format!("{} pieces, in {} different hours", sending.pieces, sending.hours);
    score.certainty("pieces", 15.0 + 15.0 * f64::from(sending.hours.min(24)) / 24.0, reason);
    let doublings = (sending.sent as f64 / SUM_MIN as f64).log2();
    score.certainty(
        "size",
        (5.0 + 3.0 * doublings).min(15.0),
        format!("{} in all", tell::bytes(sending.sent)),
    );
    let sides =
        format!("{} went out, {} came back", tell::bytes(sending.sent), tell::bytes(sending.received));
    score.certainty("sides", if sending.ratio() >= 10.0 { 20.0 } else { 12.0 }, sides);
    score_rarity_and_history(&mut score, "destination", rarity.percent, Weight::Mainly(30.0), world);
    let days = days_before(device, sending, world);
    if days >= KNOWN_DAYS {
        score.certainty("habit", -45.0, format!("the device sent there on {days} days before"));
    }
    score.threat("stage", 60.0, "data is leaving, in pieces too small to be noticed");
    score.threat("size", (4.0 * doublings).min(20.0), tell::bytes(sending.sent));
    score
}

fn report<'a>(device: DeviceIndex, sending: &'a Sending, rarity: &Rarity, world: &World) -> Report<'a> {
    let trail = &sending.trail;
    let others = Rarity { devices: world.other_devices(sending.address, None, device), ..rarity.clone() };
    Report {
        detection: &DETECTION,
        device: Some(device),
        host: trail.host,
        key: &sending.place,
        peers: vec![sending.address],
        first_seen: trail.first,
        last_seen: trail.last,
        score: score(device, sending, rarity, world),
        summary: format!(
            "{} sent {} to {} in {} small pieces over {}; hardly anyone here contacts it (rarity {:.0} %).",
            world.name_of(device, trail.host),
            tell::bytes(sending.sent),
            sending.place,
            sending.pieces,
            tell::span(trail.seconds()),
            rarity.percent
        ),
        facts: Facts::default()
            .with("destination", sending.place.as_str())
            .with("port", sending.port)
            .with("pieces", sending.pieces)
            .with("hours_with_pieces", sending.hours)
            .with("largest_piece", sending.largest)
            .with("bytes_out", sending.sent)
            .with("bytes_in", sending.received)
            .with("out_to_in", (sending.ratio() * 10.0).round() / 10.0)
            .with("seconds", trail.seconds())
            .with_rarity(rarity),
        baseline: Facts::default()
            .with("days_it_sent_there_before", days_before(device, sending, world))
            .with_some(
                "usual_bytes_out_per_hour",
                world.habit(device).map(|habit| habit.sent_out.habit.usual().round()),
            )
            .with_population("devices_that_use_the_destination", &others, world),
        evidence: (&trail.evidence).into(),
        supersedes: Supersedes::IfSurer,
    }
}
