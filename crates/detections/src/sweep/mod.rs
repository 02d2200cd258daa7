//! The core of the sweeps: one device tries many hosts, of which it uses none.

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::attempt::{Answer, attempt};
use crate::tally::{Interest, Tally};
use crate::{Score, tell};

/// A sweep is forgotten when nothing was tried for so long.
pub(crate) const WINDOW: Interval = Interval::from_secs(86_400);
/// Targets that are kept of a device: a sweep is proven long before.
pub(crate) const TARGETS_KEPT: usize = 1024;
/// Hosts that are kept of those that the device uses.
const USED_KEPT: usize = 256;

/// What was tried: a host, and its port where it has one.
pub(crate) type Target = (IpAddr, u16);

/// What became of the attempts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Different hosts that were tried.
    pub(crate) hosts: u32,
    /// Targets that refused or did not answer.
    pub(crate) failed: u32,
    /// Hosts that were used besides, sorted.
    used: Vec<IpAddr>,
    ports: Vec<u16>,
    /// Hosts that were pinged at once by messages without content.
    pub(crate) empty: Burst,
}

/// Different hosts that were tried at once, and the most in any such while.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Burst {
    since: Timestamp,
    hosts: Vec<IpAddr>,
    pub(crate) most: usize,
}

impl Burst {
    /// Notes that `host` was tried; what lies further apart than `at_once` is another burst.
    pub(crate) fn note(&mut self, host: IpAddr, at: Timestamp, at_once: Interval) {
        if self.hosts.is_empty() || at.since(self.since).0.saturating_abs() > at_once.0 {
            self.since = at;
            self.hosts.clear();
        }
        if self.hosts.len() < USED_KEPT && !self.hosts.contains(&host) {
            self.hosts.push(host);
        }
        self.most = self.most.max(self.hosts.len());
    }

    /// Hosts of the burst that runs.
    pub(crate) fn hosts(&self) -> usize {
        self.hosts.len()
    }
}

/// A tally of targets.
pub(crate) type Sweep = Tally<Target, Outcome>;

/// The connection and what it tried, where one device of ours tries another. A service that the device used before is
/// no attempt: who manages many hosts finds some of them switched off.
pub(crate) fn internal_attempt<'a>(
    seen: &Seen<'a>,
    world: &World,
) -> Option<(&'a Conn, DeviceIndex, Answer)> {
    let (AnyRecord::Conn(conn), Some(device), Direction::Internal) = (seen.record, seen.orig, seen.direction)
    else {
        return None;
    };
    let answer = attempt(conn)?;
    let is_known = || {
        let habit = world.habit(device);
        habit.is_some_and(|habit| habit.service(conn.id.resp_h, conn.id.resp_p).is_some())
    };
    if answer != Answer::Used && is_known() {
        return None;
    }
    Some((conn, device, answer))
}

/// A use counts only beside attempts that came to nothing.
pub(crate) fn interest(device: DeviceIndex, answer: Answer) -> Interest {
    if answer == Answer::Used { Interest::Follow(device) } else { Interest::Begin(device) }
}

/// Notes an attempt; tells whether its target is new.
pub(crate) fn note(sweep: &mut Sweep, seen: &Seen<'_>, conn: &Conn, answer: Answer) -> bool {
    let (target, port) = (conn.id.resp_h, conn.id.resp_p);
    if answer == Answer::Used {
        if let Err(place) = sweep.extra.used.binary_search(&target)
            && sweep.extra.used.len() < USED_KEPT
        {
            sweep.extra.used.insert(place, target);
        }
        return false;
    }
    if !sweep.note(seen, conn.id.orig_h, target, (target, port), TARGETS_KEPT) {
        return false;
    }
    let from = sweep.items.partition_point(|known| known.0 < target);
    let is_new_host = sweep.items.get(from + 1).is_none_or(|next| next.0 != target);
    let extra = &mut sweep.extra;
    extra.hosts += u32::from(is_new_host);
    extra.failed += u32::from(answer == Answer::Failed);
    if let Err(place) = extra.ports.binary_search(&port) {
        extra.ports.insert(place, port);
    }
    true
}

impl Outcome {
    /// Hosts that were used while the others were only tried.
    pub(crate) fn used(&self) -> usize {
        self.used.len()
    }

    /// The ports that were tried, as far as a sentence can hold them.
    pub(crate) fn ports_in_words(&self) -> String {
        const TOLD: usize = 12;
        let words: Vec<String> = self.ports.iter().take(TOLD).map(u16::to_string).collect();
        words.join(", ") + if self.ports.len() > TOLD { " …" } else { "" }
    }
}

/// What all sweeps have in their certainty: how many, how fast, how many to no avail.
pub(crate) fn score(sweep: &Sweep, base: f64, weight: f64, least: f64, fast: u32) -> Score {
    let mut score = Score::default();
    let doublings = (weight / least).max(1.0).log2();
    let hosts = sweep.extra.hosts;
    score.certainty(
        "hosts",
        base + (10.0 * doublings).min(25.0),
        format!("{} were tried and not used", tell::count(hosts, "host")),
    );
    if sweep.fastest() >= fast {
        let reason = format!("{} new targets within a minute", sweep.fastest());
        score.certainty("speed", 25.0, reason);
    }
    let failed = f64::from(sweep.extra.failed) / (sweep.items.len().max(1) as f64);
    let percent = format!("{:.0} % refused or did not answer", failed * 100.0);
    if failed >= 0.6 {
        score.certainty("failures", 15.0, percent);
    } else if failed < 0.4 {
        score.certainty("failures", -10.0, percent);
    }
    let used = sweep.extra.used();
    if used >= hosts as usize {
        let reason = format!("it used {used} hosts meanwhile: who works with many finds some switched off");
        score.certainty("uses others", -30.0, reason);
    }
    score.threat("stage", 35.0, "looking around is an early stage: nothing is lost yet");
    score.threat("hosts", (4.0 * doublings).min(20.0), tell::count(hosts, "host"));
    score
}
