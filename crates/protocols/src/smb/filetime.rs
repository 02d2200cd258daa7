//! Times of files, as Windows counts them.

use records::Timestamp;

/// Seconds from 1601 to 1970, in units of 100 ns.
const EPOCH: i128 = 11_644_473_600 * 10_000_000;

/// Times of a file in units of 100 ns since 1601.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FileTimes {
    /// Last change of the content.
    pub(super) modified: u64,
    /// Last access.
    pub(super) accessed: u64,
    /// Creation.
    pub(super) created: u64,
    /// Last change of the metadata.
    pub(super) changed: u64,
}

impl FileTimes {
    /// Whether they are times at all; a pipe has none.
    pub(super) fn are_set(&self) -> bool {
        timestamp(self.modified) > Timestamp(0)
    }
}

/// Such a time as a point in time; what is out of range saturates.
pub(super) fn timestamp(units: u64) -> Timestamp {
    let nanoseconds = (i128::from(units) - EPOCH) * 100;
    Timestamp(i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_count_from_1601() {
        assert_eq!(timestamp(116_444_736_000_000_000), Timestamp(0));
        assert_eq!(timestamp(129_676_767_950_000_001), Timestamp(1_323_203_195_000_000_100));
        assert_eq!((timestamp(0), timestamp(u64::MAX)), (Timestamp(i64::MIN), Timestamp(i64::MAX)));
    }
}
