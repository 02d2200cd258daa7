//! What one device asks tickets for, and what in it is new.

use learn::unseen_probability;
use records::{Interval, Timestamp};
use serde::{Deserialize, Serialize};

use crate::days::Days;
use crate::trail::Trail;

/// Services, and users, that are kept of a device; the one asked for longest ago goes.
const VALUES_KEPT: usize = 64;
/// New things of a day that are kept; far more than any threshold.
const FRESH_KEPT: usize = 64;
/// What came up within this time is new still.
const FRESH: Interval = Interval::from_secs(86_400);
/// Earlier days with tickets, and requests on them, after which a device has a habit.
const DAYS_LEARNED: usize = 3;
const REQUESTS_LEARNED: u64 = 10;

/// Values that a device is used to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// Hash of the value, and the latest day.
    values: Vec<(u64, i64)>,
    observations: u64,
    distinct: u64,
    /// The latest day, and the observations on it.
    today: (i64, u64),
}

impl Known {
    /// Notes a value; whether it is new.
    pub(super) fn note(&mut self, value: u64, day: i64) -> bool {
        self.observations += 1;
        self.today = if self.today.0 == day { (day, self.today.1 + 1) } else { (day, 1) };
        if let Some(known) = self.values.iter_mut().find(|known| known.0 == value) {
            known.1 = known.1.max(day);
            return false;
        }
        self.distinct += 1;
        if self.values.len() >= VALUES_KEPT {
            let oldest =
                (0..).zip(&self.values).min_by_key(|(_, known)| (known.1, known.0)).map(|(at, _)| at);
            if let Some(oldest) = oldest {
                self.values.swap_remove(oldest);
            }
        }
        self.values.push((value, day));
        true
    }

    pub(super) fn distinct(&self) -> u64 {
        self.distinct
    }

    /// How many new ones a day brings, by its habit of the `days` before the latest and without the last `fresh`.
    fn expected(&self, days: usize, fresh: usize) -> f64 {
        let (observations, days) = (self.observations.saturating_sub(self.today.1), days.max(1) as f64);
        let distinct = self.distinct.saturating_sub(fresh as u64);
        // Who meets new ones every day meets more of them than the urn of Pitman and Yor has it.
        let by_urn = unseen_probability(observations, distinct) * observations as f64 / days;
        by_urn.max(distinct as f64 / days)
    }
}

/// Of which kind something new is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Service,
    User,
}

/// Something new.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Fresh {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// Several other devices ask for it.
    pub(super) is_common: bool,
    at: Timestamp,
}

/// What one device asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Client {
    pub(super) services: Known,
    pub(super) users: Known,
    days: Days,
    /// Requests before the day that runs.
    requests_before: u64,
    requests_today: u64,
    day: i64,
    pub(super) failures: u32,
    /// The most failures of an earlier day.
    pub(super) failures_usual: u32,
    pub(super) failed_with: Vec<String>,
    pub(super) fresh: Vec<Fresh>,
    /// What shows the new things.
    pub(super) trail: Trail,
    /// Days on which it was told of.
    pub(super) told: Days,
}

/// Kinds of failures that are named.
const FAILURES_KEPT: usize = 8;

impl Client {
    pub(super) fn new(trail: Trail) -> Self {
        Self {
            services: Known::default(),
            users: Known::default(),
            days: Days::default(),
            requests_before: 0,
            requests_today: 0,
            day: i64::MIN,
            failures: 0,
            failures_usual: 0,
            failed_with: Vec::new(),
            fresh: Vec::new(),
            trail,
            told: Days::default(),
        }
    }

    /// Counts a request.
    pub(super) fn count(&mut self, at: Timestamp) {
        if at.day() > self.day {
            self.requests_before += self.requests_today;
            self.requests_today = 0;
            self.failures_usual = self.failures_usual.max(self.failures);
            self.failures = 0;
            self.failed_with.clear();
            self.day = at.day();
        }
        self.requests_today += 1;
        self.days.note(at);
        self.fresh.retain(|fresh| at.since(fresh.at) < FRESH);
    }

    /// Notes a failure; whether they doubled.
    pub(super) fn fail(&mut self, message: &str) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failed_with.len() < FAILURES_KEPT && !self.failed_with.iter().any(|known| known == message) {
            self.failed_with.push(message.to_owned());
        }
        self.failures.is_power_of_two()
    }

    /// Whether it is known what it asks for.
    pub(super) fn is_learned(&self) -> bool {
        self.days.before() >= DAYS_LEARNED && self.requests_before >= REQUESTS_LEARNED
    }

    pub(super) fn days_learned(&self) -> usize {
        self.days.before()
    }

    pub(super) fn add(&mut self, kind: Kind, name: &str, is_common: bool, at: Timestamp) {
        if self.fresh.len() < FRESH_KEPT {
            self.fresh.push(Fresh { kind, name: name.to_owned(), is_common, at });
        }
    }

    /// New things of this kind: those that few others ask for, those that several do, and how many are to be expected
    /// of this device in a day.
    pub(super) fn departure(&self, kind: Kind) -> (usize, usize, f64) {
        let of_kind = || self.fresh.iter().filter(|fresh| fresh.kind == kind);
        let common = of_kind().filter(|fresh| fresh.is_common).count();
        let known = if kind == Kind::Service { &self.services } else { &self.users };
        let expected = known.expected(self.days.before(), of_kind().count());
        (of_kind().count() - common, common, expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_asks_for_new_things_all_day_is_expected_to() {
        let (mut faithful, mut roaming) = (Known::default(), Known::default());
        for number in 0..500 {
            faithful.note(number % 3, number as i64 / 50);
            roaming.note(number / 2, number as i64 / 50);
        }
        assert!(faithful.expected(10, 0) < 0.5 && roaming.expected(10, 0) > 10.0);
        assert_eq!((roaming.values.len(), roaming.distinct()), (VALUES_KEPT, 250));
    }
}
