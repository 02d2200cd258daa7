//! The values that one point of a controller is set to.

use std::net::IpAddr;

use records::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bounded::Standing;
use crate::days::Days;
use crate::plant::Command;
use crate::trail::Trail;

/// Days before the present one, and values, from which on a range is known.
const KNOWN_DAYS: usize = 2;
const KNOWN_VALUES: u64 = 20;
/// Beyond a range by more than this part of it is outside.
const MARGIN: f64 = 0.5;
/// A point that always has the same value has a range of this part of it.
const SPAN_OF_SAME: f64 = 0.1;
/// Values outside on so many days belong to the range: the plant was changed.
const LEARNED_DAYS: usize = 3;

/// The range of a point.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Range {
    low: f64,
    high: f64,
    values: u64,
    days: Days,
    last: Timestamp,
    /// Values outside of it, since any were.
    outside: Trail,
    days_outside: Days,
    /// How far outside was told.
    told: f64,
}

impl Range {
    pub(super) fn new(host: IpAddr) -> Self {
        Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            values: 0,
            days: Days::default(),
            last: Timestamp(i64::MIN),
            outside: Trail::new(host),
            days_outside: Days::default(),
            told: 0.0,
        }
    }

    /// Notes a value. Gives by how many times its span it lies outside, if it does and that is news. What lies outside
    /// does not widen the range until it came on several days: else the first wild value would excuse the next.
    pub(super) fn note(&mut self, command: &Command<'_>, value: f64) -> Option<f64> {
        self.last = command.ts;
        let is_known = self.values >= KNOWN_VALUES && self.days.before() >= KNOWN_DAYS;
        let excess = self.excess(value);
        if !is_known || excess <= MARGIN {
            self.learn(command.ts, value);
            return None;
        }
        self.outside.note(command.master, command.ts, command.ts, command.uid);
        self.days_outside.note(command.ts);
        if self.days_outside.before() >= LEARNED_DAYS {
            self.learn(command.ts, value);
            (self.outside, self.days_outside) = (Trail::new(command.master), Days::default());
            self.told = 0.0;
            return None;
        }
        let is_news = excess >= 2.0 * self.told;
        if is_news {
            self.told = excess;
        }
        is_news.then_some(excess)
    }

    fn learn(&mut self, at: Timestamp, value: f64) {
        self.days.note(at);
        self.values = self.values.saturating_add(1);
        self.low = self.low.min(value);
        self.high = self.high.max(value);
    }

    /// By how many times its span a value lies outside.
    fn excess(&self, value: f64) -> f64 {
        let least = SPAN_OF_SAME * self.low.abs().max(self.high.abs()).max(1.0);
        let span = (self.high - self.low).max(least);
        (self.low - value).max(value - self.high).max(0.0) / span
    }

    pub(super) fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    pub(super) fn values(&self) -> u64 {
        self.values
    }

    pub(super) fn days(&self) -> usize {
        self.days.before() + 1
    }

    pub(super) fn outside(&self) -> &Trail {
        &self.outside
    }
}

impl Standing for Range {
    fn standing(&self) -> (bool, Timestamp) {
        (self.days.before() > 0, self.last)
    }
}
