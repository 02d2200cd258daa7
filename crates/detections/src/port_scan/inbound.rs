//! Scans of one device of ours by one host outside. The Internet tries a few ports of each address all day; who tries
//! hundreds of one means this device.

use std::net::IpAddr;

use records::{Conn, Timestamp};
use serde::{Deserialize, Serialize};
use world::World;

use super::probes::Probes;
use super::{DETECTION, WINDOW};
use crate::attempt::attempt;
use crate::bounded::Bounded;
use crate::{Facts, Findings, Report, Score, Supersedes, tell};

/// Ports of one device that one host outside tried within a day.
const PORTS_MIN: usize = 500;
/// Pairs that are followed.
const PAIRS_MAX: usize = 50_000;

/// What hosts outside tried, by (host outside, device of ours).
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Inbound {
    pairs: Bounded<(IpAddr, IpAddr), Probes, PAIRS_MAX>,
}

impl Inbound {
    /// Takes a connection from outside.
    pub(super) fn observe(&mut self, conn: &Conn, world: &World, findings: &mut Findings) {
        let Some(answer) = attempt(conn) else { return };
        let key = (conn.id.orig_h, conn.id.resp_h);
        let probes = self.pairs.entry(key, Probes::default);
        let is_new = probes.note(conn, answer);
        if is_new && probes.unused() >= PORTS_MIN && probes.is_worth_telling() {
            tell(key, probes, world, findings);
        }
    }

    /// Tells what was tried since the last report when a scan pauses, and forgets.
    pub(super) fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        for key in self.pairs.keys_where(|probes| probes.is_untold(now)) {
            if let Some(probes) = self.pairs.get_mut(&key) {
                tell(key, probes, world, findings);
            }
        }
        self.pairs.retain(|probes| now.since(probes.last) <= WINDOW);
    }
}

fn tell(key: (IpAddr, IpAddr), probes: &mut Probes, world: &World, findings: &mut Findings) {
    probes.told();
    let (outsider, target) = key;
    let scan = probes.scan(target);
    let open = scan.tried().saturating_sub(scan.failed);
    let mut score = Score::default();
    let doublings = (scan.unused as f64 / PORTS_MIN as f64).log2();
    let reason = format!("{} ports were tried and not used by one host outside", scan.unused);
    score.certainty("ports", 45.0 + (8.0 * doublings).clamp(0.0, 30.0), reason);
    if scan.failed * 10 >= scan.unused * 8 {
        let percent = 100.0 * scan.failed as f64 / scan.unused.max(1) as f64;
        score.certainty("failures", 15.0, format!("{percent:.0} % of them refused or did not answer"));
    }
    score.threat(
        "stage",
        20.0,
        "who can be reached from outside is looked at; this one was by somebody who means it",
    );
    if open > 0 {
        score.threat("open", 10.0, format!("{open} ports were found open"));
    }
    let name = world.name_at(target);
    findings.report(
        Report {
            detection: &DETECTION,
            device: world.devices().at(target),
            host: target,
            key: &format!("from {outsider}"),
            peers: vec![outsider],
            first_seen: probes.first,
            last_seen: probes.last,
            score,
            summary: format!(
                "{name} was scanned from outside: {outsider} tried {} of its ports within {}; {open} answered.",
                scan.tried(),
                tell::span(scan.seconds),
            ),
            facts: Facts::default()
                .with("target", target)
                .with("from_outside", true)
                .with("ports_tried", scan.tried())
                .with("ports_failed", scan.failed)
                .with("ports_open", open)
                .with("ports", scan.ports)
                .with("seconds", scan.seconds)
                .with("most_ports_in_a_minute", scan.fastest),
            baseline: Facts::default().with("ports_tried_from_outside_at_most", PORTS_MIN),
            evidence: (&probes.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}
