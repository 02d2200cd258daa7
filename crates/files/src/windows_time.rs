//! Times of Windows.

use records::Timestamp;

/// From a count of 100 nanoseconds since 1601; none for zero, and for what is out of range.
pub(crate) fn timestamp(file_time: u64) -> Option<Timestamp> {
    const BEFORE_UNIX: i64 = 116_444_736_000_000_000;
    let since_1970 = i64::try_from(file_time).ok().filter(|time| *time > 0)? - BEFORE_UNIX;
    since_1970.checked_mul(100).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_count_from_1601() {
        assert_eq!(timestamp(116_444_736_000_000_000), Some(Timestamp(0)));
        assert_eq!((timestamp(0), timestamp(u64::MAX), timestamp(i64::MAX as u64)), (None, None, None));
    }
}
