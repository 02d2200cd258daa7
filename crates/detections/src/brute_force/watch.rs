//! One watch per service; the detections of the family only name it.

use std::borrow::Cow;
use std::net::IpAddr;

use records::{AnyRecord, Endpoints, Login, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use super::attempts::{Attempts, WINDOW};
use super::sealed;
use super::told::{FAILURES_MIN, Told, score};
use crate::attacked::Attacker;
use crate::bounded::{Bounded, Standing};
use crate::{Detection, Facts, Findings, Report, Supersedes, Watch};

/// Over SSH a record is a connection, on which a tool tries up to six passwords (OpenSSH's MaxAuthTries).
const FAILURES_MIN_SSH: u32 = 12;
/// How many times the pair's usual failures of a day.
const ABOVE_HABIT: f64 = 3.0;
/// Pairs that are followed.
const PAIRS_MAX: usize = 50_000;

/// Watches the log-ins of one service.
pub(crate) struct BruteForce {
    detection: &'static Detection,
    service: &'static str,
    pairs: Bounded<Pair, Attempts, PAIRS_MAX>,
}

/// One of our devices, and whom it tries to log in to, or who tries to log in to it from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Pair {
    pub(super) device: DeviceIndex,
    other: IpAddr,
    /// The attempts come from outside.
    pub(super) is_inward: bool,
}

impl Pair {
    fn of(seen: &Seen<'_>, id: &Endpoints) -> Option<Self> {
        match seen.direction {
            Direction::Internal | Direction::Outward => {
                Some(Self { device: seen.orig?, other: id.resp_h, is_inward: false })
            }
            Direction::Inward => Some(Self { device: seen.resp?, other: id.orig_h, is_inward: true }),
            Direction::Elsewhere => None,
        }
    }
}

impl Standing for Attempts {
    fn standing(&self) -> (bool, Timestamp) {
        (self.failures_total >= u64::from(FAILURES_MIN), self.last)
    }
}

impl BruteForce {
    /// Watches log-ins whose `service` is this, as the `login` record names it.
    pub(crate) fn new(detection: &'static Detection, service: &'static str) -> Self {
        Self { detection, service, pairs: Bounded::default() }
    }

    fn failures_min(&self) -> u32 {
        if self.service == "ssh" { FAILURES_MIN_SSH } else { FAILURES_MIN }
    }

    fn tell(&mut self, pair: Pair, world: &World, findings: &mut Findings) {
        let Some(attempts) = self.pairs.get_mut(&pair) else { return };
        let failures = attempts.failures(attempts.last);
        attempts.told = failures;
        let told = Told { pair, attempts, failures, service: self.service };
        findings.report(
            Report {
                detection: self.detection,
                device: Some(pair.device),
                host: told.host(),
                key: &if pair.is_inward { "from outside".to_owned() } else { pair.other.to_string() },
                peers: vec![pair.other],
                first_seen: attempts.first,
                last_seen: attempts.last,
                summary: told.summary(world),
                facts: told.facts(),
                baseline: Facts::default()
                    .with("usual_failures_per_day", attempts.habit)
                    .with("days_known", attempts.days_known),
                evidence: (&attempts.evidence).into(),
                supersedes: Supersedes::IfSurer,
                score: score(attempts, failures, pair.is_inward),
            },
            world,
        );
        if let Some(attacked) = told.attacked(world) {
            let by = Attacker { device: pair.device, host: attempts.host };
            attacked.report(self.detection, by, Supersedes::IfSurer, world, findings);
        }
    }
}

impl Watch for BruteForce {
    fn reads(&self) -> &'static [&'static str] {
        if self.service == sealed::RDP { &["conn", "login"] } else { &["login"] }
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let login = match seen.record {
            AnyRecord::Login(login) if login.service == self.service => Cow::Borrowed(&**login),
            AnyRecord::Conn(conn) if self.service == sealed::RDP => match sealed::login(conn) {
                Some(login) => Cow::Owned(login),
                None => return,
            },
            _ => return,
        };
        let login = &*login;
        let Some(success) = login.success else { return };
        if !success && !is_wrong_password(login) {
            return;
        }
        let Some(key) = Pair::of(seen, &login.id) else { return };
        let least = self.failures_min();
        if success && !self.pairs.contains_key(&key) {
            return;
        }
        let attempts = self.pairs.entry(key, || Attempts::new(&login.id));
        if success {
            attempts.succeed(login);
        } else {
            attempts.fail(login);
        }
        let failures = attempts.failures(login.ts);
        let is_many = failures >= least && f64::from(failures) >= ABOVE_HABIT * attempts.habit;
        // Repeats are told on a logarithmic scale; a success is told at once.
        let is_due = success || failures * 4 >= attempts.told * 5;
        if is_many && is_due && failures != attempts.told || is_many && success {
            self.tell(key, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        let is_stale =
            |attempts: &Attempts| attempts.told > 0 && attempts.failures(attempts.last) > attempts.told;
        for pair in self.pairs.keys_where(is_stale) {
            self.tell(pair, world, findings);
        }
        // The habit of a pair that fails now and then is kept for a month.
        let keep = WINDOW.0.saturating_mul(30);
        self.pairs.retain(|attempts| now.since(attempts.last).0 <= keep);
    }

    fn save(&self) -> Vec<u8> {
        // Writing to memory fails only for types that postcard cannot hold, which a test would show.
        postcard::to_allocvec(&self.pairs).unwrap_or_default()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), postcard::Error> {
        self.pairs = postcard::from_bytes(state)?;
        Ok(())
    }
}

/// Kerberos also refuses unknown names, expired tickets and clocks that differ, LDAP weak methods: no passwords are
/// guessed there.
pub(crate) fn is_wrong_password(login: &Login) -> bool {
    let status = login.status.as_deref();
    match &*login.service {
        "kerberos" => matches!(status, Some("KDC_ERR_PREAUTH_FAILED" | "KDC_ERR_CLIENT_REVOKED")),
        "ldap" => status == Some("invalid credentials"),
        _ => true,
    }
}
