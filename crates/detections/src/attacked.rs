//! What stands on the host that was attacked. A finding stands on the device at fault; where the attack succeeded, the
//! host that it succeeded on must be looked at as well, and gets a finding of its own.

use std::net::IpAddr;

use records::Timestamp;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Evidence, Seen, World};

use crate::{ALERT, Detection, Facts, Findings, Report, Score, Shown, Supersedes};

/// The fact by which a finding on the attacked host is told from one on the device at fault.
pub const ATTACKED: &str = "attacked";

/// What was seen of an attack at one host.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Marks {
    first: Timestamp,
    last: Timestamp,
    evidence: Evidence<4, 4>,
}

impl Default for Marks {
    fn default() -> Self {
        Self { first: Timestamp(i64::MAX), last: Timestamp(i64::MIN), evidence: Evidence::default() }
    }
}

impl Marks {
    pub(crate) fn note(&mut self, seen: &Seen<'_>) {
        self.first = self.first.min(seen.ts);
        self.last = self.last.max(seen.ts);
        if let Some(uid) = seen.uid {
            self.evidence.note(uid);
        }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.last.since(self.first).as_secs_f64().max(0.0)
    }

    /// What there is to tell of the host that they were left on.
    pub(crate) fn told(&self, host: IpAddr, score: Score, summary: String, facts: Facts) -> Attacked {
        let (first, last, evidence) = (self.first, self.last, Shown::from(&self.evidence));
        Attacked { host, first, last, evidence, score, summary, facts }
    }
}

/// What there is to tell of a host that an attack succeeded on.
pub(crate) struct Attacked {
    pub(crate) host: IpAddr,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) evidence: Shown,
    pub(crate) score: Score,
    pub(crate) summary: String,
    pub(crate) facts: Facts,
}

/// Who attacked it.
#[derive(Clone, Copy)]
pub(crate) struct Attacker {
    pub(crate) device: DeviceIndex,
    pub(crate) host: IpAddr,
}

impl Attacked {
    /// Reports it beside the finding on the attacker. What is no alert is told there alone; what was one may cease to be.
    pub(crate) fn report(
        self,
        detection: &'static Detection,
        by: Attacker,
        supersedes: Supersedes,
        world: &World,
        findings: &mut Findings,
    ) {
        let is_alert = self.score.total_certainty() >= ALERT;
        let report = Report {
            detection,
            device: world.devices().at(self.host),
            host: self.host,
            key: &format!("attacked by {}", by.device.0),
            peers: vec![by.host],
            first_seen: self.first,
            last_seen: self.last,
            score: self.score,
            summary: self.summary,
            facts: self.facts.with(ATTACKED, true),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
            evidence: self.evidence,
            supersedes,
        };
        if is_alert || findings.knows(&report) {
            findings.report(report, world);
        }
    }
}
