#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Conn, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::flood::{MINUTE, Minute, is_due, is_empty, score_count};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "outbound-dos",
    title: "Outbound DoS",
    stage: Stage::Botnet,
    techniques: &["T1498", "T1499"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(OutboundDos::default()),
};

/// Connections without payload to one port of one host within a minute. Clients that cannot reach a service try again
/// a few times a second at most.
const EMPTY_MIN: u64 = 600;
/// Packets of one UDP or ICMP connection that nobody answers, and how many a second.
const PACKETS_MIN: u64 = 20_000;
const PACKETS_PER_SECOND: f64 = 1_000.0;
/// One answer to so many packets is no answer.
const ANSWERED: u64 = 100;
/// Targets that are followed.
const TARGETS_MAX: usize = 50_000;

/// What one device sends to one port of one host.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Flood {
    trail: Trail,
    minute: Minute,
    empty: u64,
    most_in_a_minute: u64,
    connections: u64,
    packets: u64,
    told: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct OutboundDos {
    targets: Bounded<(DeviceIndex, IpAddr, u16), Flood, TARGETS_MAX>,
}

impl Watch for OutboundDos {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Conn(conn), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        if !is_empty(conn) && !is_stream_of_packets(conn) {
            return;
        }
        let key = (device, conn.id.resp_h, conn.id.resp_p);
        let flood = self.targets.entry(key, || Flood::new(conn.id.orig_h));
        flood.note(conn, seen.end);
        let size = flood.connections.saturating_add(flood.packets);
        if flood.is_flood() && is_due(size, flood.told) {
            flood.told = size;
            tell(key, flood, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        for key in self.targets.keys_where(|flood| now.since(flood.trail.last) > MINUTE) {
            if let Some(flood) = self.targets.remove(&key)
                && flood.told > 0
            {
                tell(key, &flood, world, findings);
            }
        }
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + MINUTE + MINUTE, world, findings);
    }

    checkpoint!();
}

/// UDP or ICMP at a rate, and for so long, that is no conversation.
fn is_stream_of_packets(conn: &Conn) -> bool {
    let seconds = conn.duration.map_or(0.0, |duration| duration.as_secs_f64());
    conn.proto != "tcp"
        && conn.orig_pkts >= PACKETS_MIN
        && conn.resp_pkts <= conn.orig_pkts / ANSWERED
        && conn.orig_pkts as f64 >= PACKETS_PER_SECOND * seconds
}

impl Standing for Flood {
    fn standing(&self) -> (bool, Timestamp) {
        (self.told > 0, self.trail.last)
    }
}

impl Flood {
    fn new(host: IpAddr) -> Self {
        Self {
            trail: Trail::new(host),
            minute: Minute::new(),
            empty: 0,
            most_in_a_minute: 0,
            connections: 0,
            packets: 0,
            told: 0,
        }
    }

    fn note(&mut self, conn: &Conn, end: Timestamp) {
        self.trail.note(conn.id.orig_h, conn.ts, end, conn.uid);
        if !is_empty(conn) {
            self.packets = self.packets.saturating_add(conn.orig_pkts);
            return;
        }
        if self.minute.begins(conn.ts) {
            self.empty = 0;
        }
        self.empty += 1;
        self.connections += 1;
        self.most_in_a_minute = self.most_in_a_minute.max(self.empty);
    }

    fn is_flood(&self) -> bool {
        self.most_in_a_minute >= EMPTY_MIN || self.packets >= PACKETS_MIN
    }
}

fn tell(key: (DeviceIndex, IpAddr, u16), flood: &Flood, world: &World, findings: &mut Findings) {
    let (device, target, port) = key;
    let trail = &flood.trail;
    let name = world.name_of(device, trail.host);
    let what = if flood.packets > 0 {
        format!("{} packets that nobody answered", flood.packets)
    } else {
        format!("{} connections that carried nothing", flood.connections)
    };
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &target.to_string(),
            peers: vec![target],
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(flood),
            summary: format!(
                "{name} sent {what} to {target} port {port} within {}.",
                tell::span(trail.seconds())
            ),
            facts: Facts::default()
                .with("target", target)
                .with("port", port)
                .with("empty_connections", flood.connections)
                .with("most_in_a_minute", flood.most_in_a_minute)
                .with("packets_without_answer", flood.packets)
                .with("seconds", trail.seconds()),
            baseline: Facts::default().with("empty_connections_in_a_minute_at_most", EMPTY_MIN),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(flood: &Flood) -> Score {
    let mut score = Score::default();
    let (count, what) = (flood.most_in_a_minute, "connections without payload within a minute");
    score_count(&mut score, "connections", (count, EMPTY_MIN), (60.0, 8.0, 95.0), what);
    let (count, what) = (flood.packets, "packets, and hardly one was answered");
    score_count(&mut score, "packets", (count, PACKETS_MIN), (55.0, 8.0, 95.0), what);
    score.threat("stage", 50.0, "the network is used against others, and answers for it");
    score
}
