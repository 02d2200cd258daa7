#![doc = include_str!("README.md")]

use records::{AnyRecord, Conn, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use world::{DeviceIndex, Direction, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "hidden-icmp-tunnel",
    title: "Hidden ICMP Tunnel",
    stage: Stage::C2,
    techniques: &["T1095", "T1572", "T1048.003"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(HiddenIcmpTunnel::default()),
};

/// ICMP types of echo requests: version 4 and 6.
const ECHO: [u16; 2] = [8, 128];
/// Bytes both ways within a day below which nothing was carried.
const BYTES_MIN: u64 = 2_000;
/// Replies are copies of requests (RFC 792); a difference of the mean sizes above this share is no loss of packets.
const DIFFERENCE: f64 = 0.05;
/// Bytes out in echoes that are larger than `ping` sends, from which copies, too, are worth telling.
const COPIED_MIN: u64 = 100_000;
const ORDINARY_SIZE: f64 = 100.0;
/// After so long without an echo the sums begin anew.
const PAUSE: Interval = Interval::from_secs(86_400);
/// Pairs that are followed.
const PAIRS_MAX: usize = 50_000;

/// The echoes between a device and one host.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Echoes {
    trail: Trail,
    requests: u64,
    replies: u64,
    sent: u64,
    received: u64,
    told: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct HiddenIcmpTunnel {
    pairs: Bounded<(DeviceIndex, IpAddr), Echoes, PAIRS_MAX>,
}

impl Watch for HiddenIcmpTunnel {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Conn(conn), Some(device)) = (seen.record, seen.orig) else { return };
        if conn.proto != "icmp"
            || !ECHO.contains(&conn.id.orig_p)
            || !matches!(seen.direction, Direction::Internal | Direction::Outward)
        {
            return;
        }
        let key = (device, conn.id.resp_h);
        let echoes = self.pairs.entry(key, || Echoes::new(conn.id.orig_h));
        if echoes.trail.is_over(seen.ts, PAUSE) {
            *echoes = Echoes::new(conn.id.orig_h);
        }
        echoes.note(conn, seen.end);
        let is_news = echoes.told == 0 || echoes.bytes() >= echoes.told + echoes.told / 4;
        if is_news && (echoes.is_no_copy() || echoes.is_large()) {
            echoes.told = echoes.bytes();
            tell(key, echoes, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.pairs.retain(|echoes| now.since(echoes.trail.last) <= PAUSE);
    }

    checkpoint!();
}

impl Standing for Echoes {
    fn standing(&self) -> (bool, Timestamp) {
        (self.bytes() >= BYTES_MIN, self.trail.last)
    }
}

impl Echoes {
    fn new(host: IpAddr) -> Self {
        Self { trail: Trail::new(host), requests: 0, replies: 0, sent: 0, received: 0, told: 0 }
    }

    fn note(&mut self, conn: &Conn, end: Timestamp) {
        self.trail.note(conn.id.orig_h, conn.ts, end, conn.uid);
        self.requests = self.requests.saturating_add(conn.orig_pkts);
        self.replies = self.replies.saturating_add(conn.resp_pkts);
        self.sent = self.sent.saturating_add(conn.orig_bytes.unwrap_or(0));
        self.received = self.received.saturating_add(conn.resp_bytes.unwrap_or(0));
    }

    fn bytes(&self) -> u64 {
        self.sent.saturating_add(self.received)
    }

    /// Mean sizes of requests and replies.
    fn sizes(&self) -> (f64, f64) {
        let mean = |bytes: u64, packets: u64| bytes as f64 / packets.max(1) as f64;
        (mean(self.sent, self.requests), mean(self.received, self.replies))
    }

    /// How much larger replies are than requests, as a share; below zero where they are smaller.
    fn excess(&self) -> f64 {
        let (sent, received) = self.sizes();
        (received - sent) / sent.max(1.0)
    }

    /// Whether the replies cannot be copies of the requests: larger, or smaller although none was lost.
    fn is_no_copy(&self) -> bool {
        let excess = self.excess();
        self.bytes() >= BYTES_MIN
            && self.replies > 0
            && (excess > DIFFERENCE || excess < -DIFFERENCE && self.replies >= self.requests)
    }

    fn is_large(&self) -> bool {
        self.sent >= COPIED_MIN && self.sizes().0 > ORDINARY_SIZE
    }
}

fn tell(key: (DeviceIndex, IpAddr), echoes: &Echoes, world: &World, findings: &mut Findings) {
    let (device, peer) = key;
    let (request, reply) = echoes.sizes();
    let trail = &echoes.trail;
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &peer.to_string(),
            peers: vec![peer],
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(echoes),
            summary: format!(
                "{} exchanged {} in echo requests and {} in replies with {} within {}.",
                world.name_of(device, trail.host),
                tell::bytes(echoes.sent),
                tell::bytes(echoes.received),
                world.name_at(peer),
                tell::span(trail.seconds()),
            ),
            facts: Facts::default()
                .with("peer", peer)
                .with("requests", echoes.requests)
                .with("replies", echoes.replies)
                .with("bytes_in_requests", echoes.sent)
                .with("bytes_in_replies", echoes.received)
                .with("usual_bytes_of_a_request", request)
                .with("usual_bytes_of_a_reply", reply)
                .with("seconds", trail.seconds()),
            baseline: Facts::default().with("bytes_of_a_ping", "32 or 56, and the reply is its copy"),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(echoes: &Echoes) -> Score {
    let mut score = Score::default();
    let (request, reply) = echoes.sizes();
    let doublings = (echoes.bytes() as f64 / BYTES_MIN as f64).max(1.0).log2();
    if echoes.is_no_copy() {
        let reason =
            format!("requests hold {request:.0} bytes, replies {reply:.0}: a reply is a copy of its request");
        score.certainty("no copy", 50.0, reason);
        score.certainty("bytes", (4.0 * doublings).min(25.0), tell::bytes(echoes.bytes()));
    } else {
        let reason = format!("{} went out in echo requests", tell::bytes(echoes.sent));
        score.certainty("bytes", (20.0 + 2.0 * doublings).min(40.0), reason);
    }
    if echoes.replies > echoes.requests {
        let reason = format!("{} replies came to {} requests", echoes.replies, echoes.requests);
        score.certainty("replies", 15.0, reason);
    }
    if request.max(reply) > ORDINARY_SIZE {
        score.certainty("size", 10.0, "larger than what ping sends");
    }
    score.threat("stage", 60.0, "the other end can command the device, past every proxy");
    score.threat("bytes", (2.0 * doublings).min(25.0), format!("{} went out", tell::bytes(echoes.sent)));
    score
}
