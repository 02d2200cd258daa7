//! The log-in attempts of one device at one host.

use std::net::IpAddr;

use learn::EventTimes;
use records::{Endpoints, Interval, Login, Timestamp};
use serde::{Deserialize, Serialize};
use world::Evidence;

/// Failures count for so long: hand guessing over a working day is one attempt.
pub(super) const WINDOW: Interval = Interval::from_secs(86_400);
const BUCKETS: usize = 24;
const BUCKET: i64 = WINDOW.0 / BUCKETS as i64;
const USERS_KEPT: usize = 64;
/// Weight of a new day in the habit of failures per day.
const HABIT_WEIGHT: f64 = 0.2;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attempts {
    /// Failures per hour of the last day, and which hour each bucket is.
    buckets: [(i64, u32); BUCKETS],
    /// Failures per day that are usual for the pair.
    pub(super) habit: f64,
    day: (i64, u32),
    pub(super) days_known: u32,
    pub(super) successes: u32,
    /// A success while this many failures stood in the window.
    pub(super) success_after: u32,
    pub(super) user_found: Option<String>,
    pub(super) users: Vec<String>,
    pub(super) users_more: u32,
    pub(super) failures_total: u64,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) times: EventTimes,
    /// Who tries.
    pub(super) host: IpAddr,
    /// Where.
    pub(super) server: IpAddr,
    pub(super) status: Option<String>,
    pub(super) evidence: Evidence<8, 8>,
    pub(super) told: u32,
}

impl Attempts {
    pub(super) fn new(id: &Endpoints) -> Self {
        Self {
            buckets: [(0, 0); BUCKETS],
            habit: 0.0,
            day: (0, 0),
            days_known: 0,
            successes: 0,
            success_after: 0,
            user_found: None,
            users: Vec::new(),
            users_more: 0,
            failures_total: 0,
            first: Timestamp(i64::MAX),
            last: Timestamp(i64::MIN),
            times: EventTimes::default(),
            host: id.orig_h,
            server: id.resp_h,
            status: None,
            evidence: Evidence::default(),
            told: 0,
        }
    }

    /// Notes an attempt that failed.
    pub(super) fn fail(&mut self, login: &Login) {
        self.begin(login);
        let hour = login.ts.0.div_euclid(BUCKET);
        let place = usize::try_from(hour.rem_euclid(BUCKETS as i64)).unwrap_or(0);
        if let Some(bucket) = self.buckets.get_mut(place) {
            if bucket.0 != hour {
                *bucket = (hour, 0);
            }
            bucket.1 = bucket.1.saturating_add(1);
        }
        self.count_day(login.ts);
        self.failures_total += 1;
        self.times.note(login.ts.0);
        if let Some(user) = &login.user
            && !self.users.contains(user)
        {
            if self.users.len() < USERS_KEPT {
                self.users.push(user.clone());
            } else {
                self.users_more = self.users_more.saturating_add(1);
            }
        }
        if self.status.is_none() {
            self.status.clone_from(&login.status);
        }
        self.evidence.note(login.uid);
    }

    /// Notes an attempt that succeeded.
    pub(super) fn succeed(&mut self, login: &Login) {
        let failures = self.failures(login.ts);
        self.successes = self.successes.saturating_add(1);
        if failures > self.success_after {
            self.last = self.last.max(login.ts);
            self.success_after = failures;
            self.user_found.clone_from(&login.user);
            self.evidence.note(login.uid);
        }
    }

    /// Failures in the day before `now`.
    pub(super) fn failures(&self, now: Timestamp) -> u32 {
        let newest = now.0.div_euclid(BUCKET);
        let in_window = |hour: i64| (newest - hour).abs() < BUCKETS as i64;
        self.buckets.iter().filter(|bucket| in_window(bucket.0)).map(|bucket| bucket.1).sum()
    }

    /// From the first to the last.
    pub(super) fn seconds(&self) -> f64 {
        self.last.since(self.first).as_secs_f64()
    }

    fn begin(&mut self, login: &Login) {
        if self.last != Timestamp(i64::MIN) && login.ts.since(self.last).0.abs() > WINDOW.0 {
            let (habit, day, days_known) = (self.habit, self.day, self.days_known);
            *self = Self { habit, day, days_known, ..Self::new(&login.id) };
        }
        self.host = login.id.orig_h;
        self.server = login.id.resp_h;
        self.first = self.first.min(login.ts);
        self.last = self.last.max(login.ts);
    }

    fn count_day(&mut self, at: Timestamp) {
        let day = at.day();
        if day == self.day.0 {
            self.day.1 = self.day.1.saturating_add(1);
            return;
        }
        if self.day.1 > 0 {
            let weight = if self.days_known == 0 { 1.0 } else { HABIT_WEIGHT };
            self.habit += weight * (f64::from(self.day.1) - self.habit);
            self.days_known += 1;
        }
        self.day = (day, 1);
    }
}
