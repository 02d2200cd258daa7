//! The ports that one device tried on one host.

use std::net::IpAddr;

use records::{Conn, Timestamp};
use serde::{Deserialize, Serialize};
use world::Evidence;

use super::FAST;
use crate::attempt::Answer;

/// Ports that are kept; more are counted by none: the scan is proven long before.
const PORTS_KEPT: usize = 4096;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Probes {
    /// (port, what became of it), sorted by port.
    ports: Vec<(u16, Answer)>,
    failed: usize,
    used: usize,
    /// Start of the minute that runs, ports in it, most in any.
    minute: (Timestamp, usize, usize),
    told: usize,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) host: IpAddr,
    pub(super) evidence: Evidence<8, 8>,
}

/// What was tried on one host, to be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Scan {
    pub(super) target: IpAddr,
    /// Ports that were tried and not used.
    pub(super) unused: usize,
    used: usize,
    /// Ports that refused or did not answer.
    pub(super) failed: usize,
    /// Most ports within a minute.
    pub(super) fastest: usize,
    pub(super) seconds: f64,
    /// The ports as ranges.
    pub(super) ports: String,
}

impl Scan {
    pub(super) fn tried(&self) -> usize {
        self.unused + self.used
    }

    /// Whether it tells nothing less than `other`: the same host's goes on, or more was tried.
    pub(super) fn is_fuller_than(&self, other: &Self) -> bool {
        self.unused >= other.unused && self.tried() >= other.tried() && self.failed >= other.failed
    }
}

impl Default for Probes {
    fn default() -> Self {
        Self {
            ports: Vec::new(),
            failed: 0,
            used: 0,
            minute: (Timestamp::default(), 0, 0),
            told: 0,
            first: Timestamp(i64::MAX),
            last: Timestamp(i64::MIN),
            host: IpAddr::from([0, 0, 0, 0]),
            evidence: Evidence::default(),
        }
    }
}

impl Probes {
    /// Notes an attempt; tells whether its port is new. A port that is used is remembered only beside others that
    /// are not, since ordinary clients need no memory here.
    pub(super) fn note(&mut self, conn: &Conn, answer: Answer) -> bool {
        if answer == Answer::Used && self.ports.is_empty() {
            return false;
        }
        self.first = self.first.min(conn.ts);
        self.last = self.last.max(conn.ts);
        self.host = conn.id.orig_h;
        let place = match self.ports.binary_search_by_key(&conn.id.resp_p, |port| port.0) {
            Ok(_) => return false,
            Err(_) if self.ports.len() >= PORTS_KEPT => return false,
            Err(place) => place,
        };
        self.ports.insert(place, (conn.id.resp_p, answer));
        match answer {
            Answer::Failed => self.failed += 1,
            Answer::Unused => {}
            Answer::Used => self.used += 1,
        }
        let (start, ports, most) = self.minute;
        let ports = if conn.ts.since(start).0.abs() < FAST.0 { ports + 1 } else { 1 };
        let start = if ports == 1 { conn.ts } else { start };
        self.minute = (start, ports, most.max(ports));
        self.evidence.note(conn.uid);
        true
    }

    /// Ports that were tried and not used.
    pub(super) fn unused(&self) -> usize {
        self.ports.len() - self.used
    }

    /// What was found on `target`, whose probes these are.
    pub(super) fn scan(&self, target: IpAddr) -> Scan {
        Scan {
            target,
            unused: self.unused(),
            used: self.used,
            failed: self.failed,
            fastest: self.minute.2,
            seconds: self.last.since(self.first).as_secs_f64(),
            ports: self.ports_in_words(),
        }
    }

    /// Whether there are half as many again as were told.
    pub(super) fn is_worth_telling(&self) -> bool {
        self.ports.len() * 2 >= self.told * 3
    }

    /// Whether a paused scan has ports that were not told.
    pub(super) fn is_untold(&self, now: Timestamp) -> bool {
        self.told > 0 && self.told < self.ports.len() && now.since(self.last) >= FAST
    }

    pub(super) fn told(&mut self) {
        self.told = self.ports.len();
    }

    /// The ports as ranges: `21-23, 80, 443`, cut where there are many.
    fn ports_in_words(&self) -> String {
        const RANGES: usize = 40;
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        for (port, _) in &self.ports {
            match ranges.last_mut() {
                Some(range) if range.1.checked_add(1) == Some(*port) => range.1 = *port,
                _ => ranges.push((*port, *port)),
            }
        }
        let cut = ranges.len() > RANGES;
        ranges.truncate(RANGES);
        let words: Vec<String> = ranges
            .iter()
            .map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") })
            .collect();
        words.join(", ") + if cut { " …" } else { "" }
    }
}
