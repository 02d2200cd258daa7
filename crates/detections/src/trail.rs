//! When a behaviour was seen, from which address, and the connections that show it.

use std::net::IpAddr;

use records::{Timestamp, Uid};
use serde::{Deserialize, Serialize};
use world::Evidence;

/// The trail of a behaviour.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trail {
    /// The address of the device, the latest one.
    pub(crate) host: IpAddr,
    /// When it was seen first.
    pub(crate) first: Timestamp,
    /// When it was seen last.
    pub(crate) last: Timestamp,
    /// The connections.
    pub(crate) evidence: Evidence<6, 6>,
}

impl Trail {
    /// A trail that begins.
    pub(crate) fn new(host: IpAddr) -> Self {
        Self { host, first: Timestamp(i64::MAX), last: Timestamp(i64::MIN), evidence: Evidence::default() }
    }

    /// Notes what lasted from `from` to `until` on connection `uid`.
    pub(crate) fn note(&mut self, host: IpAddr, from: Timestamp, until: Timestamp, uid: Uid) {
        self.host = host;
        self.first = self.first.min(from);
        self.last = self.last.max(until);
        self.evidence.note(uid);
    }

    /// Seconds from its first to its last time.
    pub(crate) fn seconds(&self) -> f64 {
        if self.last < self.first { 0.0 } else { self.last.since(self.first).as_secs_f64() }
    }

    /// Whether `at` is so long after (or before) it that it is another one.
    pub(crate) fn is_over(&self, at: Timestamp, pause: records::Interval) -> bool {
        self.last >= self.first && at.since(self.last).0.saturating_abs() > pause.0
    }
}
