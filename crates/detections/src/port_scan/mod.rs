#![doc = include_str!("README.md")]

mod inbound;
mod probes;

use std::net::IpAddr;

use records::{AnyRecord, Interval, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Habit, Seen, World};

use crate::attempt::attempt;
use crate::bounded::{Bounded, Standing};
use crate::days::{Days, HABIT_DAYS};
use crate::findings::PAUSE;
use crate::port_scan::inbound::Inbound;
use crate::port_scan::probes::{Probes, Scan};
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "port-scan",
    title: "Port Scan",
    stage: Stage::Recon,
    techniques: &["T1046"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(PortScan::default()),
};

/// Ports without use on one host within a day. Clients that look for a service try a handful; passive FTP and RPC
/// succeed and do not count.
const PORTS_MIN: usize = 25;
/// A scan's ports are forgotten when nothing was tried for so long.
const WINDOW: Interval = Interval::from_secs(86_400);
/// Ports this close together make a fast scan.
const FAST: Interval = Interval::from_secs(60);
/// Pairs of scanner and target that are followed.
const PAIRS_MAX: usize = 100_000;

#[derive(Default, Serialize, Deserialize)]
struct PortScan {
    pairs: Bounded<(DeviceIndex, IpAddr), Probes, PAIRS_MAX>,
    scanners: FxHashMap<DeviceIndex, Scanner>,
    /// Stored behind the rest, since it came later.
    #[serde(skip)]
    inbound: Inbound,
}

/// A device that was seen to scan.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Scanner {
    days: Days,
    first: Timestamp,
    last: Timestamp,
    targets: Vec<(IpAddr, usize)>,
    /// The scan that is told, since no later one tried more.
    fullest: Option<Scan>,
}

impl Watch for PortScan {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let AnyRecord::Conn(conn) = seen.record else { return };
        if seen.direction == Direction::Inward {
            self.inbound.observe(conn, world, findings);
            return;
        }
        let Some(device) = seen.orig else { return };
        if !matches!(seen.direction, Direction::Internal | Direction::Outward) {
            return;
        }
        let Some(answer) = attempt(conn) else { return };
        let key = (device, conn.id.resp_h);
        if let Some(before) = self.pairs.get(&key).filter(|before| seen.ts.since(before.last) > WINDOW) {
            if before.is_untold(seen.ts) {
                self.tell(device, before.host, key.1, world, findings);
            }
            self.pairs.remove(&key);
        }
        let probes = self.pairs.entry(key, Probes::default);
        let is_new = probes.note(conn, answer);
        if is_new && probes.unused() >= PORTS_MIN && probes.is_worth_telling() {
            self.tell(device, conn.id.orig_h, conn.id.resp_h, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        // What was tried since the last report is told when the scan pauses.
        for (device, target) in self.pairs.keys_where(|probes| probes.is_untold(now)) {
            if let Some(host) = self.pairs.get_mut(&(device, target)).map(|probes| probes.host) {
                self.tell(device, host, target, world, findings);
            }
        }
        self.pairs.retain(|probes| now.since(probes.last) <= WINDOW);
        self.inbound.tick(now, world, findings);
    }

    fn save(&self) -> Vec<u8> {
        // Writing to memory fails only for types that postcard cannot hold, which a test would show.
        let own = postcard::to_allocvec(self).unwrap_or_default();
        postcard::to_extend(&self.inbound, own).unwrap_or_default()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), postcard::Error> {
        let (own, inbound): (Self, _) = postcard::take_from_bytes(state)?;
        *self = own;
        if !inbound.is_empty() {
            self.inbound = postcard::from_bytes(inbound)?;
        }
        Ok(())
    }
}

impl Standing for Probes {
    fn standing(&self) -> (bool, Timestamp) {
        (self.unused() >= PORTS_MIN, self.last)
    }
}

impl PortScan {
    fn tell(
        &mut self,
        device: DeviceIndex,
        host: IpAddr,
        target: IpAddr,
        world: &World,
        findings: &mut Findings,
    ) {
        let Some(probes) = self.pairs.get_mut(&(device, target)) else { return };
        probes.told();
        let scanner = self.scanners.entry(device).or_default();
        let scan = scanner.note(target, probes);
        let habit = world.habit(device);
        let score = score(&scan, scanner, habit);
        let name = world.name_of(device, host);
        let scanned: Vec<String> =
            scanner.targets.iter().map(|(target, ports)| format!("{target}: {ports} ports")).collect();
        findings.report(
            Report {
                detection: &DETECTION,
                device: Some(device),
                host,
                key: "ports",
                peers: scanner.targets.iter().map(|(target, _)| *target).collect(),
                first_seen: scanner.first,
                last_seen: scanner.last,
                summary: format!(
                    "{name} tried {} ports of {} within {}; {} refused or did not answer.",
                    scan.tried(),
                    scan.target,
                    tell::span(scan.seconds),
                    scan.failed,
                ),
                facts: Facts::default()
                    .with("target", scan.target)
                    .with("ports_tried", scan.tried())
                    .with("ports_failed", scan.failed)
                    .with("ports_open", scan.tried() - scan.failed)
                    .with("ports", scan.ports)
                    .with("seconds", scan.seconds)
                    .with("most_ports_in_a_minute", scan.fastest)
                    .with("targets", scanned),
                baseline: Facts::default()
                    .with("days_with_a_scan_before", scanner.days.before())
                    .with("polls_like_a_monitor", habit.is_some_and(Habit::is_monitor)),
                evidence: (&probes.evidence).into(),
                // The same scan again and again is a habit, which takes from the certainty of the first.
                supersedes: Supersedes::always_if(scanner.days.before() > 0),
                score,
            },
            world,
        );
    }
}

impl Scanner {
    /// Notes what was found on `target`; gives the scan to tell of: as long as a finding goes on it never tells less
    /// than before.
    fn note(&mut self, target: IpAddr, probes: &Probes) -> Scan {
        const TARGETS_KEPT: usize = 64;
        if self.days.is_empty() || probes.first.since(self.last) >= PAUSE {
            self.first = probes.first;
            self.targets.clear();
            self.fullest = None;
        }
        self.first = self.first.min(probes.first);
        self.last = self.last.max(probes.last);
        self.days.note(probes.last);
        let scan = probes.scan(target);
        let ports = scan.tried();
        if let Some(known) = self.targets.iter_mut().find(|known| known.0 == target) {
            known.1 = known.1.max(ports);
        } else if self.targets.len() < TARGETS_KEPT {
            self.targets.push((target, ports));
        }
        match &self.fullest {
            Some(fullest) if !scan.is_fuller_than(fullest) => fullest.clone(),
            _ => self.fullest.insert(scan).clone(),
        }
    }
}

fn score(scan: &Scan, scanner: &Scanner, habit: Option<&Habit>) -> Score {
    let mut score = Score::default();
    let unused = scan.unused;
    let failed = scan.failed as f64 / unused.max(1) as f64;
    let doublings = (unused as f64 / PORTS_MIN as f64).log2();
    let many = 40.0 + (10.0 * doublings).clamp(0.0, 25.0);
    score.certainty("ports", many, format!("{unused} ports were tried and not used; clients try a handful"));
    if failed >= 0.8 {
        score.certainty(
            "failures",
            15.0,
            format!("{:.0} % of them refused or did not answer", failed * 100.0),
        );
    } else if failed < 0.5 {
        score.certainty(
            "failures",
            -15.0,
            format!("only {:.0} % of them refused or did not answer", failed * 100.0),
        );
    }
    if scan.fastest >= PORTS_MIN {
        score.certainty("speed", 15.0, format!("{} ports within a minute", scan.fastest));
    }
    if habit.is_some_and(Habit::is_monitor) {
        let reason =
            "it polls services of several hosts by the clock: a monitoring server looks at ports, too";
        score.certainty("monitor", -50.0, reason);
    }
    let days = scanner.days.before();
    if days >= HABIT_DAYS {
        score.certainty("habit", -30.0, format!("it scanned on {days} earlier days"));
    }
    score.threat("stage", 35.0, "looking around is an early stage: nothing is lost yet");
    score.threat("ports", (5.0 * doublings).clamp(0.0, 15.0), format!("{unused} ports"));
    let targets = scanner.targets.len();
    score.threat(
        "targets",
        (5.0 * (targets as f64).log2()).clamp(0.0, 20.0),
        format!("{targets} hosts were scanned"),
    );
    score
}
