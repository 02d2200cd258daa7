#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Conn, Timestamp};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::{Direction, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::flood::{MINUTE, Minute, is_due, is_empty, score_count};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "inbound-dos",
    title: "Inbound DoS",
    stage: Stage::Botnet,
    techniques: &["T1498.001", "T1498.002", "T1499"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(InboundDos::default()),
};

/// Connections from outside to one device within a minute that carried nothing. What roams the Internet tries a port
/// of an address a few times a minute.
const EMPTY_MIN: u64 = 2_000;
/// Datagrams from outside that it did not ask for within a minute.
const PACKETS_MIN: u64 = 60_000;
/// Sources of these at least. One source alone is a scan, or a broken client.
const SOURCES_MIN: usize = 100;
/// Sources that are told apart; there may be more.
const SOURCES_KEPT: usize = 1024;
/// Of a flood so many connections carry something at most, as a share of those that carry nothing.
const USED_SHARE: u64 = 10;
/// Hosts that are followed.
const HOSTS_MAX: usize = 4_096;
const PEERS_TOLD: usize = 16;

/// What one device gets from outside within a minute.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Flood {
    trail: Trail,
    minute: Minute,
    empty: u64,
    used: u64,
    packets: u64,
    sources: FxHashSet<IpAddr>,
    /// The port of the connections in the minute, and whether there were others.
    port: (u16, bool),
    /// The fullest minute: connections, packets, sources.
    most: (u64, u64, usize),
    total: u64,
    peers: Vec<IpAddr>,
    told: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct InboundDos {
    /// By address: a host that is flooded may not speak at all.
    hosts: Bounded<IpAddr, Flood, HOSTS_MAX>,
}

/// What a connection from outside is to a flood.
enum Share {
    Empty,
    Used,
    Packets(u64),
}

fn share(conn: &Conn) -> Option<Share> {
    match &*conn.proto {
        "tcp" if is_empty(conn) => Some(Share::Empty),
        "tcp" => Some(Share::Used),
        "udp" | "icmp" if conn.resp_pkts == 0 => Some(Share::Packets(conn.orig_pkts)),
        _ => None,
    }
}

impl Watch for InboundDos {
    fn reads(&self) -> &'static [&'static str] {
        &["conn"]
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Conn(conn), Direction::Inward) = (seen.record, seen.direction) else { return };
        let Some(share) = share(conn) else { return };
        let host = conn.id.resp_h;
        let flood = self.hosts.entry(host, || Flood::new(host));
        flood.note(conn, seen.end, &share);
        if flood.is_flood() && is_due(flood.total, flood.told) {
            flood.told = flood.total;
            tell(flood, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        for host in self.hosts.keys_where(|flood| now.since(flood.trail.last) > MINUTE) {
            if let Some(flood) = self.hosts.remove(&host)
                && flood.told > 0
                && flood.total > flood.told
            {
                tell(&flood, world, findings);
            }
        }
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + MINUTE + MINUTE, world, findings);
    }

    checkpoint!();
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
            used: 0,
            packets: 0,
            sources: FxHashSet::default(),
            port: (0, false),
            most: (0, 0, 0),
            total: 0,
            peers: Vec::new(),
            told: 0,
        }
    }

    fn note(&mut self, conn: &Conn, end: Timestamp, share: &Share) {
        if self.minute.begins(conn.ts) {
            (self.empty, self.used, self.packets) = (0, 0, 0);
            self.sources.clear();
            self.port = (conn.id.resp_p, false);
        }
        match share {
            Share::Used => {
                self.used += 1;
                return;
            }
            Share::Empty => self.empty += 1,
            Share::Packets(packets) => self.packets = self.packets.saturating_add(*packets),
        }
        self.port.1 |= conn.id.resp_p != self.port.0;
        self.total = self.total.saturating_add(1);
        self.trail.note(conn.id.resp_h, conn.ts, end, conn.uid);
        if self.sources.len() < SOURCES_KEPT {
            self.sources.insert(conn.id.orig_h);
        }
        if self.peers.len() < PEERS_TOLD && !self.peers.contains(&conn.id.orig_h) {
            self.peers.push(conn.id.orig_h);
        }
        if (self.empty, self.packets) > (self.most.0, self.most.1) {
            self.most = (self.empty, self.packets, self.sources.len());
        }
    }

    fn is_flood(&self) -> bool {
        let is_much = self.empty >= EMPTY_MIN || self.packets >= PACKETS_MIN;
        is_much && self.sources.len() >= SOURCES_MIN && self.used <= self.empty.max(self.packets) / USED_SHARE
    }
}

fn tell(flood: &Flood, world: &World, findings: &mut Findings) {
    let trail = &flood.trail;
    let (empty, packets, sources) = flood.most;
    let name = world.name_at(trail.host);
    let what = if empty >= EMPTY_MIN {
        format!("{empty} connections that carried nothing")
    } else {
        format!("{packets} packets that it did not ask for")
    };
    let many = if sources >= SOURCES_KEPT { "more than " } else { "" };
    let port = if flood.port.1 { "several ports".to_owned() } else { format!("port {}", flood.port.0) };
    findings.report(
        Report {
            detection: &DETECTION,
            device: world.devices().at(trail.host),
            host: trail.host,
            key: "flood",
            peers: flood.peers.clone(),
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(flood),
            summary: format!(
                "{name} got {what} within a minute from {many}{sources} hosts outside, at {port}."
            ),
            facts: Facts::default()
                .with("empty_connections_in_a_minute", empty)
                .with("packets_without_answer_in_a_minute", packets)
                .with("sources_in_a_minute", sources)
                .with("port", port)
                .with("connections", flood.total)
                .with("lasted", tell::span(trail.seconds())),
            baseline: Facts::default()
                .with("empty_connections_in_a_minute_at_most", EMPTY_MIN)
                .with("packets_in_a_minute_at_most", PACKETS_MIN),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(flood: &Flood) -> Score {
    let mut score = Score::default();
    let (empty, packets, sources) = flood.most;
    let points = (45.0, 6.0, 75.0);
    let what = "connections without payload within a minute";
    score_count(&mut score, "connections", (empty, EMPTY_MIN), points, what);
    let what = "packets within a minute that were not asked for";
    score_count(&mut score, "packets", (packets, PACKETS_MIN), points, what);
    score.certainty("sources", 15.0, format!("from {sources} hosts outside at once"));
    score.threat("stage", 50.0, "the device cannot serve others meanwhile");
    score
}
