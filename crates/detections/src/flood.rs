//! What floods have in common, whichever way they go: connections that carry nothing, counted by the minute.

use records::{Conn, Interval, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Score;

pub(crate) const MINUTE: Interval = Interval::from_secs(60);

/// The minute that runs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Minute(Timestamp);

impl Minute {
    /// None has begun yet.
    pub(crate) const fn new() -> Self {
        Self(Timestamp(i64::MIN))
    }

    /// Whether another one begins with what is at `at`; what was counted is over then.
    pub(crate) fn begins(&mut self, at: Timestamp) -> bool {
        let is_over = self.0 == Timestamp(i64::MIN) || at.since(self.0).0.saturating_abs() > MINUTE.0;
        if is_over {
            self.0 = at;
        }
        is_over
    }
}

/// A TCP connection that carried nothing.
pub(crate) fn is_empty(conn: &Conn) -> bool {
    conn.proto == "tcp" && conn.orig_bytes.unwrap_or(0) == 0 && conn.resp_bytes.unwrap_or(0) == 0
}

/// Whether a flood of this size is to be told: repeats are told on a logarithmic scale.
pub(crate) fn is_due(size: u64, told: u64) -> bool {
    told == 0 || size >= told.saturating_mul(2)
}

/// What a count adds to the certainty where it is a flood's: so many points for `least`, so many for each doubling, so
/// many at most.
pub(crate) fn score_count(
    score: &mut Score,
    name: &'static str,
    (count, least): (u64, u64),
    (points, doubling, most): (f64, f64, f64),
    what: &str,
) {
    if count >= least {
        let doublings = (count as f64 / least as f64).log2();
        score.certainty(name, (points + doubling * doublings).min(most), format!("{count} {what}"));
    }
}
