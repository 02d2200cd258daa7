//! What is told of attempts to log in: on the device that makes them, on one that is guessed at from outside, and on one
//! of ours that let somebody in.

use std::net::IpAddr;

use learn::rhythm;
use world::World;

use super::attempts::Attempts;
use super::watch::Pair;
use crate::attacked::{ATTACKED, Attacked};
use crate::{Facts, Score, tell};

/// Failures within a day before anything is said: mistyping makes a handful.
pub(super) const FAILURES_MIN: u32 = 20;
/// A success while this many failures stand is what the attacker was after.
const FAILURES_BEFORE_SUCCESS: u32 = 10;
/// Failures in a minute that no hand makes.
const FAST_PER_MINUTE: f64 = 20.0;

/// Attempts that are told of.
pub(super) struct Told<'a> {
    pub(super) pair: Pair,
    pub(super) attempts: &'a Attempts,
    pub(super) failures: u32,
    pub(super) service: &'static str,
}

impl Told<'_> {
    /// The address of our device.
    pub(super) fn host(&self) -> IpAddr {
        if self.pair.is_inward { self.attempts.server } else { self.attempts.host }
    }

    pub(super) fn summary(&self, world: &World) -> String {
        let attempts = self.attempts;
        let ending = match (&attempts.user_found, attempts.success_after) {
            (Some(user), before @ 1..) => {
                format!(" and got in as {user} after {}", tell::count(before, "failure"))
            }
            (None, before @ 1..) => format!(" and got in after {}", tell::count(before, "failure")),
            _ => String::new(),
        };
        let (client, server) = if self.pair.is_inward {
            (attempts.host.to_string(), world.name_of(self.pair.device, attempts.server))
        } else {
            (world.name_of(self.pair.device, attempts.host), world.name_at(attempts.server))
        };
        let outside = if self.pair.is_inward { ", which lies outside," } else { "" };
        format!(
            "{client}{outside} failed to log in to {server} over {} {} times within {}{ending}.",
            title(self.service),
            self.failures,
            tell::span(attempts.seconds())
        )
    }

    pub(super) fn facts(&self) -> Facts {
        let attempts = self.attempts;
        let facts = Facts::default()
            .with("service", self.service)
            .with("server", attempts.server)
            .with("failures", u64::from(self.failures))
            .with("failures_in_all", attempts.failures_total)
            .with("successes", attempts.successes)
            .with("failures_before_success", attempts.success_after)
            .with_some("user_got_in", attempts.user_found.clone())
            .with("users", attempts.users.iter().take(20).cloned().collect::<Vec<_>>())
            .with("users_tried", attempts.users.len() as u64 + u64::from(attempts.users_more))
            .with("seconds", attempts.seconds())
            .with_some("answer", attempts.status.clone());
        if self.pair.is_inward { facts.with(ATTACKED, true) } else { facts }
    }

    /// What stands on the server, if it is one of ours and the attacker got in.
    pub(super) fn attacked(&self, world: &World) -> Option<Attacked> {
        let attempts = self.attempts;
        let has_opened = attempts.success_after >= FAILURES_BEFORE_SUCCESS;
        if self.pair.is_inward || !has_opened || world.devices().at(attempts.server).is_none() {
            return None;
        }
        let user = attempts.user_found.as_ref();
        Some(Attacked {
            host: attempts.server,
            first: attempts.first,
            last: attempts.last,
            evidence: (&attempts.evidence).into(),
            score: score(attempts, self.failures, false),
            summary: format!(
                "{} let {} in over {}{} after {}.",
                world.name_at(attempts.server),
                world.name_of(self.pair.device, attempts.host),
                title(self.service),
                user.map(|user| format!(" as {user}")).unwrap_or_default(),
                tell::count(attempts.success_after, "failed log-in"),
            ),
            facts: Facts::default()
                .with("service", self.service)
                .with("failures", u64::from(self.failures))
                .with("failures_before_success", attempts.success_after)
                .with_some("user_got_in", user.cloned()),
        })
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

pub(super) fn score(attempts: &Attempts, failures: u32, is_inward: bool) -> Score {
    let seconds = attempts.seconds();
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
        let harm = if is_inward { 55.0 } else { 35.0 };
        score.threat("success", harm, "an account was opened");
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
    if is_inward {
        score.threat("stage", 25.0, "the Internet guesses at whatever answers there");
    } else {
        score.threat("stage", 45.0, "it opens the way to the next host");
    }
    score.threat("failures", (3.0 * doublings).min(15.0), format!("{failures} failures"));
    score
}
