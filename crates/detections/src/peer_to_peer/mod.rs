#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval, Timestamp};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "peer-to-peer",
    title: "Peer-to-Peer",
    stage: Stage::C2,
    techniques: &["T1090"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(PeerToPeer::default()),
};

/// Addresses on one port within an hour before anything is said: clients of services know a handful of servers.
const PEERS_MIN: usize = 30;
/// Answers without which it may be a scan.
const ANSWERS_MIN: usize = 5;
const WINDOW: Interval = Interval::from_secs(3_600);
const PEERS_KEPT: usize = 4_096;
const SHOWN: usize = 32;
/// Ports of devices that are followed.
const PLACES_MAX: usize = 20_000;
/// Ports on which many servers are asked by nature: names, time, web, calls (STUN), lists of game servers.
const SERVERS: [std::ops::RangeInclusive<u16>; 7] =
    [53..=53, 80..=80, 123..=123, 443..=443, 3478..=3481, 19302..=19309, 27000..=27050];

#[derive(Default, Serialize, Deserialize)]
struct PeerToPeer {
    places: Bounded<(DeviceIndex, u16), Peers, PLACES_MAX>,
}

/// Those that a device sent datagrams to on one port.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Peers {
    trail: Trail,
    asked: FxHashSet<IpAddr>,
    answered: FxHashSet<IpAddr>,
    shown: Vec<IpAddr>,
    sent: u64,
    received: u64,
    told: usize,
}

impl Watch for PeerToPeer {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Conn(conn), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        let port = conn.id.resp_p;
        let is_datagram = conn.proto == "udp" && conn.service.is_none();
        if !is_datagram || SERVERS.iter().any(|range| range.contains(&port)) {
            return;
        }
        if world.names().of(conn.id.resp_h).is_some() {
            return;
        }
        let key = (device, port);
        let peers = self.places.entry(key, || Peers::new(conn.id.orig_h));
        if peers.trail.is_over(conn.ts, WINDOW) {
            *peers = Peers::new(conn.id.orig_h);
        }
        peers.note(conn, seen.end);
        // Repeats are told on a logarithmic scale.
        let is_due = peers.asked.len() * 4 >= peers.told * 5;
        if peers.asked.len() >= PEERS_MIN && peers.answered.len() >= ANSWERS_MIN && is_due {
            peers.told = peers.asked.len();
            report(device, port, peers, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.places.retain(|peers| now.since(peers.trail.last) <= WINDOW);
    }

    checkpoint!();
}

impl Standing for Peers {
    fn standing(&self) -> (bool, Timestamp) {
        (self.asked.len() >= PEERS_MIN / 2, self.trail.last)
    }
}

impl Peers {
    fn new(host: IpAddr) -> Self {
        Self {
            trail: Trail::new(host),
            asked: FxHashSet::default(),
            answered: FxHashSet::default(),
            shown: Vec::new(),
            sent: 0,
            received: 0,
            told: 0,
        }
    }

    fn note(&mut self, conn: &Conn, end: Timestamp) {
        let peer = conn.id.resp_h;
        self.trail.note(conn.id.orig_h, conn.ts, end, conn.uid);
        self.sent = self.sent.saturating_add(conn.orig_bytes.unwrap_or(0));
        self.received = self.received.saturating_add(conn.resp_bytes.unwrap_or(0));
        if self.asked.len() < PEERS_KEPT && self.asked.insert(peer) && self.shown.len() < SHOWN {
            self.shown.push(peer);
        }
        if conn.resp_pkts > 0 && self.answered.len() < PEERS_KEPT {
            self.answered.insert(peer);
        }
    }
}

fn report(device: DeviceIndex, port: u16, peers: &Peers, world: &World, findings: &mut Findings) {
    let trail = &peers.trail;
    let (asked, answered) = (peers.asked.len(), peers.answered.len());
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &port.to_string(),
            peers: peers.shown.clone(),
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(asked, answered, world),
            summary: format!(
                "{} spoke an unknown protocol with {asked} bare addresses on UDP port {port} within {}; {answered} answered.",
                world.name_of(device, trail.host),
                tell::span(trail.seconds()),
            ),
            facts: Facts::default()
                .with("port", port)
                .with("addresses", asked)
                .with("addresses_that_answered", answered)
                .with("bytes_out", peers.sent)
                .with("bytes_in", peers.received)
                .with("seconds", trail.seconds()),
            baseline: Facts::default().with("addresses_of_one_service_at_most", PEERS_MIN),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(asked: usize, answered: usize, world: &World) -> Score {
    let mut score = Score::default();
    let doublings = (asked as f64 / PEERS_MIN as f64).log2();
    let reason = format!("{asked} addresses on one port; clients of a service know a handful");
    score.certainty("addresses", (20.0 + 8.0 * doublings).min(50.0), reason);
    let share = answered as f64 / asked.max(1) as f64;
    if share >= 0.2 {
        let reason = format!("{:.0} % of them answered: they are of the same kind", share * 100.0);
        score.certainty("answers", 15.0, reason);
    }
    if world.names().knows_dns() {
        score.certainty("names", 10.0, "no name leads to any of them");
    }
    score.threat("stage", 50.0, "a network without a server cannot be cut off, and passes orders on");
    score
}
