//! A span of traffic time.

use records::Timestamp;

/// From a point in time (included) until another (excluded); `None` is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// The first point in time that belongs to it.
    pub from: Option<Timestamp>,
    /// The first point in time behind it.
    pub until: Option<Timestamp>,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self { from: None, until: None };

    /// Whether the point lies in it.
    pub fn contains(&self, ts: Timestamp) -> bool {
        self.overlaps(ts, ts)
    }

    /// Whether anything between `first` and `last`, both included, may lie in it.
    pub(crate) fn overlaps(&self, first: Timestamp, last: Timestamp) -> bool {
        self.from.is_none_or(|from| last >= from) && self.until.is_none_or(|until| first < until)
    }
}
