//! Time stamps that no other frame bears out.
//!
//! One damaged stamp, years ahead, would end all connections. So a leap in time, ahead or back, counts only where the
//! frames after it in the file confirm it; otherwise the frame has the time of the one before it.

/// A step in time of more nanoseconds than this, either way, is a leap: a day. Captures whose frames are out of order by
/// minutes or hours exist, and the times of their frames are right.
const LEAP: u64 = 86_400 * 1_000_000_000;

/// So many frames after a leap are asked.
pub(crate) const WITNESSES: usize = 8;

/// So many leaps of a file are examined; one that has more is believed, whatever it says.
pub(crate) const EXAMINED_MAX: u32 = 10_000;

/// Whether the stamp must be examined, given that of the frame before; that of the first frame always.
#[inline]
pub(crate) fn is_leap(stamp: i64, previous: Option<i64>) -> bool {
    previous.is_none_or(|previous| stamp.abs_diff(previous) > LEAP)
}

/// The time of a frame that seems to leap from the one before, by the stamps of those after it.
pub(crate) fn believed(stamp: i64, previous: Option<i64>, witnesses: &[i64]) -> i64 {
    let contradicts = |witness: i64| {
        let is_back = match previous {
            Some(previous) if stamp < previous => witness > stamp,
            // Before the first frame there is nothing to leap from: only one that leaps ahead does harm.
            Some(_) | None => witness < stamp,
        };
        is_back && witness.abs_diff(stamp) > LEAP
    };
    let against = witnesses.iter().filter(|witness| contradicts(**witness)).count();
    // One of them may be damaged itself.
    let tolerated = usize::from(witnesses.len() >= 3);
    if against == 0 || against + tolerated < witnesses.len() {
        return stamp;
    }
    previous
        .or_else(|| witnesses.iter().copied().filter(|witness| contradicts(*witness)).min())
        .unwrap_or(stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    #[test]
    fn a_leap_counts_where_later_frames_confirm_it() {
        type Case<'a> = (&'a str, i64, Option<i64>, &'a [i64], i64);
        let cases: [Case<'_>; 9] = [
            ("far ahead, alone", 900, Some(10), &[10, 11, 12], 10),
            ("far back, alone", -900, Some(10), &[10, 11, 12], 10),
            ("a pause", 900, Some(10), &[900, 901], 900),
            ("pauses only", 900, Some(10), &[1000, 1100, 1200], 900),
            ("another capture behind it", -900, Some(10), &[-900, -899, -898], -900),
            ("the last frame", 900, Some(10), &[], 900),
            ("one witness is damaged too", 900, Some(10), &[2000, 10, 11, 12], 10),
            ("two captures in turn", 900, Some(10), &[10, 900, 10, 900], 900),
            ("the first frame", 900, None, &[10, 11, 12], 10),
        ];
        for (name, stamp, previous, witnesses, expected) in cases {
            let days = |number: i64| number * DAY;
            let witnesses: Vec<i64> = witnesses.iter().copied().map(days).collect();
            let previous = previous.map(days);
            assert!(is_leap(days(stamp), previous), "{name}");
            assert_eq!(believed(days(stamp), previous, &witnesses), days(expected), "{name}");
        }
        assert!(!is_leap(DAY, Some(0)) && !is_leap(0, Some(DAY)));
        assert!(is_leap(i64::MIN, Some(i64::MAX)));
    }
}
