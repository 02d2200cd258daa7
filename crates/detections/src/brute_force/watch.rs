//! One watch per service; the detections of the family only name it.

use std::borrow::Cow;
use std::net::IpAddr;

use learn::rhythm;
use records::{AnyRecord, Login, Timestamp};
use world::{DeviceIndex, Direction, Seen, World};

use super::attempts::{Attempts, WINDOW};
use super::sealed;
use crate::bounded::{Bounded, Standing};
use crate::{Detection, Facts, Findings, Report, Score, Supersedes, Watch, tell};

/// Failures within a day before anything is said: mistyping makes a handful.
const FAILURES_MIN: u32 = 20;
/// Over SSH a record is a connection, on which a tool tries up to six passwords (OpenSSH's MaxAuthTries).
const FAILURES_MIN_SSH: u32 = 12;
/// How many times the pair's usual failures of a day.
const ABOVE_HABIT: f64 = 3.0;
/// A success while this many failures stand is what the attacker was after.
const FAILURES_BEFORE_SUCCESS: u32 = 10;
/// Failures in a minute that no hand makes.
const FAST_PER_MINUTE: f64 = 20.0;
/// Pairs that are followed.
const PAIRS_MAX: usize = 50_000;

/// Watches the log-ins of one service.
pub(crate) struct BruteForce {
    detection: &'static Detection,
    service: &'static str,
    pairs: Bounded<(DeviceIndex, IpAddr), Attempts, PAIRS_MAX>,
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

    fn tell(&mut self, device: DeviceIndex, server: IpAddr, world: &World, findings: &mut Findings) {
        let Some(attempts) = self.pairs.get_mut(&(device, server)) else { return };
        let failures = attempts.failures(attempts.last);
        attempts.told = failures;
        let seconds = attempts.last.since(attempts.first).as_secs_f64();
        let name = world.name_of(device, attempts.host);
        let server_name = world.name_at(server);
        let service = title(self.service);
        let ending = match (&attempts.user_found, attempts.success_after) {
            (Some(user), before @ 1..) => {
                format!(" and got in as {user} after {}", tell::count(before, "failure"))
            }
            (None, before @ 1..) => format!(" and got in after {}", tell::count(before, "failure")),
            _ => String::new(),
        };
        findings.report(
            Report {
                detection: self.detection,
                device: Some(device),
                host: attempts.host,
                key: &server.to_string(),
                peers: vec![server],
                first_seen: attempts.first,
                last_seen: attempts.last,
                summary: format!(
                    "{name} failed to log in to {server_name} over {service} {failures} times within {}{ending}.",
                    tell::span(seconds)
                ),
                facts: Facts::default()
                    .with("service", self.service)
                    .with("server", server)
                    .with("failures", u64::from(failures))
                    .with("failures_in_all", attempts.failures_total)
                    .with("successes", attempts.successes)
                    .with("failures_before_success", attempts.success_after)
                    .with_some("user_got_in", attempts.user_found.clone())
                    .with("users", attempts.users.iter().take(20).cloned().collect::<Vec<_>>())
                    .with("users_tried", attempts.users.len() as u64 + u64::from(attempts.users_more))
                    .with("seconds", seconds)
                    .with_some("answer", attempts.status.clone()),
                baseline: Facts::default()
                    .with("usual_failures_per_day", attempts.habit)
                    .with("days_known", attempts.days_known),
                evidence: (&attempts.evidence).into(),
                supersedes: Supersedes::IfSurer,
                score: score(attempts, failures, seconds),
            },
            world,
        );
    }
}

impl Watch for BruteForce {
    fn reads(&self) -> &'static [&'static str] {
        if self.service == sealed::RDP { &["conn", "login"] } else { &["login"] }
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(device) = seen.orig else { return };
        if !matches!(seen.direction, Direction::Internal | Direction::Outward) {
            return;
        }
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
        let (key, least) = ((device, login.id.resp_h), self.failures_min());
        if success && !self.pairs.contains_key(&key) {
            return;
        }
        let attempts = self.pairs.entry(key, || Attempts::new(login.id.orig_h));
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
            self.tell(device, login.id.resp_h, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        let is_stale =
            |attempts: &Attempts| attempts.told > 0 && attempts.failures(attempts.last) > attempts.told;
        for (device, server) in self.pairs.keys_where(is_stale) {
            self.tell(device, server, world, findings);
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

/// A service as people call it.
fn title(service: &str) -> String {
    match service {
        "mysql" => "MySQL".to_owned(),
        "postgresql" => "PostgreSQL".to_owned(),
        "redis" => "Redis".to_owned(),
        "rfb" => "VNC".to_owned(),
        "tds" => "SQL Server".to_owned(),
        "telnet" => "Telnet".to_owned(),
        _ => service.to_uppercase(),
    }
}

fn score(attempts: &Attempts, failures: u32, seconds: f64) -> Score {
    let mut score = Score::default();
    let doublings = (f64::from(failures) / f64::from(FAILURES_MIN)).max(1.0).log2();
    let many = 50.0 + (8.0 * doublings).min(30.0);
    score.certainty("failures", many, format!("{failures} failures within a day; mistyping makes a handful"));
    let per_minute = f64::from(failures) / (seconds / 60.0).max(1.0);
    if per_minute >= FAST_PER_MINUTE {
        score.certainty("speed", 10.0, format!("{per_minute:.0} failures a minute: no hand types so fast"));
    }
    if attempts.users.len() >= 5 {
        score.certainty("users", 8.0, format!("{} user names were tried", attempts.users.len()));
    }
    if attempts.success_after >= FAILURES_BEFORE_SUCCESS {
        score.certainty("success", 15.0, format!("a success after {} failures", attempts.success_after));
        score.threat("success", 35.0, "an account was opened");
    }
    if let Some(rhythm) = rhythm(attempts.times.times())
        && rhythm.evidence >= 6.0
        && rhythm.period >= 30.0
        && attempts.users.len() <= 1
        && attempts.successes == 0
    {
        let reason = format!(
            "one user fails by the clock every {}: a stale password in a service",
            tell::span(rhythm.period)
        );
        score.certainty("stale password", -40.0, reason);
    }
    if attempts.habit > 0.0 {
        let usual = format!("{:.0} failures are usual for a day", attempts.habit);
        score.certainty("habit", -(attempts.habit / f64::from(failures) * 30.0), usual);
    }
    score.threat("stage", 45.0, "it opens the way to the next host");
    score.threat("failures", (3.0 * doublings).min(15.0), format!("{failures} failures"));
    score
}
