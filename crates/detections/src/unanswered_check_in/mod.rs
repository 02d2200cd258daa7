#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::rarity::{Weight, score_rarity_and_history};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "unanswered-check-in",
    title: "Unanswered Check-In",
    stage: Stage::C2,
    techniques: &["T1095"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(UnansweredCheckIn::default()),
};

/// Sessions before anything is said: one can be an accident, two its repetition.
const SESSIONS_MIN: u64 = 3;
/// Fewer bytes may be the beginning of any protocol.
const BYTES_MIN: u64 = 16;
/// A device begins anew after such a pause.
const QUIET: Interval = Interval::from_secs(86_400);
/// Devices that are followed.
const DEVICES_MAX: usize = 10_000;
const PEERS_KEPT: usize = 16;
const SIZES_KEPT: usize = 32;
/// Ports of protocols that were looked for in the bytes and not found.
const TAKEN: [u16; 14] = [21, 22, 25, 53, 80, 110, 143, 443, 587, 993, 2404, 3389, 8080, 8443];

#[derive(Default, Serialize, Deserialize)]
struct UnansweredCheckIn {
    devices: Bounded<DeviceIndex, Calls, DEVICES_MAX>,
}

/// The calls of a device that nobody answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Calls {
    trail: Trail,
    peers: Vec<IpAddr>,
    port: u16,
    /// Bytes sent, and how often.
    sizes: Vec<(u64, u64)>,
    count: u64,
    sent: u64,
    told: u64,
}

impl Watch for UnansweredCheckIn {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Conn(conn), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        if !is_unanswered(conn) || world.names().of(conn.id.resp_h).is_some() {
            return;
        }
        let calls = self.devices.entry(device, || Calls::new(conn));
        if calls.trail.is_over(conn.ts, QUIET) {
            *calls = Calls::new(conn);
        }
        calls.note(conn, seen.end);
        // Repeats are told on a logarithmic scale.
        if calls.count >= SESSIONS_MIN && calls.count * 4 >= calls.told * 5 {
            calls.told = calls.count;
            report(device, calls, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.devices.retain(|calls| now.since(calls.trail.last) <= QUIET);
    }

    checkpoint!();
}

/// A connection that was opened, took bytes of no known protocol, and gave none back.
fn is_unanswered(conn: &Conn) -> bool {
    conn.proto == "tcp"
        && conn.service.is_none()
        && conn.history.starts_with("Sh")
        && conn.history.contains('a')
        && conn.orig_bytes.is_some_and(|bytes| bytes >= BYTES_MIN)
        && conn.resp_bytes == Some(0)
        && conn.missed_bytes == 0
}

impl Standing for Calls {
    fn standing(&self) -> (bool, Timestamp) {
        (self.count >= SESSIONS_MIN, self.trail.last)
    }
}

impl Calls {
    fn new(conn: &Conn) -> Self {
        Self {
            trail: Trail::new(conn.id.orig_h),
            peers: Vec::new(),
            port: conn.id.resp_p,
            sizes: Vec::new(),
            count: 0,
            sent: 0,
            told: 0,
        }
    }

    fn note(&mut self, conn: &Conn, end: Timestamp) {
        let bytes = conn.orig_bytes.unwrap_or(0);
        self.trail.note(conn.id.orig_h, conn.ts, end, conn.uid);
        self.port = conn.id.resp_p;
        self.count += 1;
        self.sent = self.sent.saturating_add(bytes);
        if self.peers.len() < PEERS_KEPT && !self.peers.contains(&conn.id.resp_h) {
            self.peers.push(conn.id.resp_h);
        }
        if let Some(size) = self.sizes.iter_mut().find(|size| size.0 == bytes) {
            size.1 += 1;
        } else if self.sizes.len() < SIZES_KEPT {
            self.sizes.push((bytes, 1));
        }
    }

    /// The size that was sent most often, and how often.
    fn usual(&self) -> (u64, u64) {
        self.sizes.iter().copied().max_by_key(|size| (size.1, size.0)).unwrap_or_default()
    }
}

fn report(device: DeviceIndex, calls: &Calls, world: &World, findings: &mut Findings) {
    let trail = &calls.trail;
    let Some(address) = calls.peers.last().copied() else { return };
    let rarity = world.rarity(address, None);
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: "calls",
            peers: calls.peers.clone(),
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(calls, rarity.percent, world),
            summary: format!(
                "{} called {} {} on port {} in an unknown protocol, most often with {}, and nobody said a word.",
                world.name_of(device, trail.host),
                tell::count(u32::try_from(calls.peers.len()).unwrap_or(u32::MAX), "bare address"),
                tell::count(u32::try_from(calls.count).unwrap_or(u32::MAX), "time"),
                calls.port,
                tell::bytes(calls.usual().0),
            ),
            facts: Facts::default()
                .with("calls", calls.count)
                .with("port", calls.port)
                .with("usual_bytes_out", calls.usual().0)
                .with("bytes_out", calls.sent)
                .with("seconds", trail.seconds())
                .with_rarity(&rarity),
            baseline: Facts::default().with_population("devices_that_use_the_destination", &rarity, world),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(calls: &Calls, percent: f64, world: &World) -> Score {
    let mut score = Score::default();
    score.certainty("protocol", 30.0, "what it sends is no protocol that is known");
    score.certainty("unanswered", 10.0, "the other end took it and gave nothing back");
    let (size, times) = calls.usual();
    if times * 2 > calls.count {
        let reason = format!("{times} of {} calls sent {size} bytes", calls.count);
        score.certainty("alike", 10.0, reason);
    }
    if TAKEN.contains(&calls.port) {
        score.certainty("port", 10.0, format!("another protocol stands on port {}", calls.port));
    }
    let repeats = (4.0 * (calls.count as f64).log2()).min(15.0);
    score.certainty("repeats", repeats, format!("{} calls", calls.count));
    if world.names().knows_dns() {
        score.certainty("address", 10.0, "no name leads there: the addresses were contacted as such");
    }
    score_rarity_and_history(&mut score, "destination", percent, Weight::Beside(10.0), world);
    score.threat("stage", 55.0, "a program looks for whoever commands it, who is not there for now");
    score
}
