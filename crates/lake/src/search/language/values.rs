//! Values of the search language: numbers with units, spans of time, points in time.

use records::{Interval, Timestamp};

/// Multiples by the letters people write, longest first; `K` is a thousand, `KiB` is 1024.
const MULTIPLES: [(&str, u64); 14] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("k", 1_000),
    ("m", 1_000_000),
    ("g", 1_000_000_000),
    ("t", 1_000_000_000_000),
    ("b", 1),
    ("", 1),
];

/// Nanoseconds by unit, longest first; a bare number is seconds.
const SPANS: [(&str, i64); 9] = [
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", DAY),
    ("w", 7 * DAY),
    ("", SECOND),
];

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A number with or without a unit: `443`, `1.5M`, `64KiB`.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.to_ascii_lowercase();
    MULTIPLES.iter().find_map(|(unit, multiple)| Some(decimal(text.strip_suffix(unit)?)? * *multiple as f64))
}

/// A whole number, exactly, where it is one.
pub(super) fn whole_number(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    MULTIPLES.iter().find_map(|(unit, multiple)| {
        let digits = text.strip_suffix(unit)?;
        is_digits(digits).then(|| digits.parse::<u64>().ok()?.checked_mul(*multiple))?
    })
}

/// A span of time: `300ms`, `10s`, `5m`, `2h`, `3d`, `1.5h`, or seconds.
pub(super) fn span(text: &str) -> Option<Interval> {
    let text = text.to_ascii_lowercase();
    SPANS.iter().find_map(|(unit, nanoseconds)| {
        let count = decimal(text.strip_suffix(unit)?)?;
        #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
        Some(Interval((count * *nanoseconds as f64).round() as i64))
    })
}

/// Digits with at most one point: not all that `f64` reads, such as `nan` and `1e9`.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    (is_digits(whole) && is_digits(fraction)).then(|| text.parse().ok())?
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A point in time, and how long what was written lasts: a date is a whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) start: Timestamp,
    pub(super) length: Interval,
}

/// `2026-11-16`, `2026-11-16T08:00`, `2026-11-16T08:00:30.5Z`, `…+02:00`; without a zone it is UTC.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let [year, month, day] = parts::<3>(date, '-', [4, 2, 2])?;
    let midnight = Timestamp::from_date(year, month, day, 0)?.0;
    let Some(time) = time else {
        return Some(Moment { start: Timestamp(midnight), length: Interval(DAY) });
    };
    let (clock, zone) = split_zone(time)?;
    let start = midnight.checked_add(of_day(clock)?)?.checked_sub(zone)?;
    Some(Moment { start: Timestamp(start), length: Interval(0) })
}

/// The time of day without its zone, and the zone's distance from UTC in nanoseconds.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(sign) = time.find(['+', '-']) else { return Some((time, 0)) };
    let (clock, zone) = time.split_at_checked(sign)?;
    let [hours, minutes] = parts::<2>(zone.get(1..)?, ':', [2, 2])?;
    let distance = (hours * 60 + minutes) * 60 * SECOND;
    Some((clock, if zone.starts_with('-') { -distance } else { distance }))
}

/// Nanoseconds since midnight of `08:00`, `08:00:30` or `08:00:30.25`.
fn of_day(clock: &str) -> Option<i64> {
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hours, minutes, seconds] = if clock.len() == 5 {
        let [hours, minutes] = parts::<2>(clock, ':', [2, 2])?;
        [hours, minutes, 0]
    } else {
        parts::<3>(clock, ':', [2, 2, 2])?
    };
    if hours > 23 || minutes > 59 || seconds > 60 || fraction.len() > 9 || !is_digits(fraction) {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<9}").parse().ok()?;
    Some(((hours * 60 + minutes) * 60 + seconds) * SECOND + fraction)
}

/// Exactly `N` numbers with that many digits.
fn parts<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    let mut pieces = text.split(separator);
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let piece = pieces.next().filter(|piece| piece.len() == length && is_digits(piece))?;
        *number = piece.parse().ok()?;
    }
    pieces.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_have_units() {
        let cases = [("443", 443), ("1M", 1_000_000), ("64KiB", 65_536), ("2kb", 2_000), ("7b", 7)];
        for (text, expected) in cases {
            assert_eq!(whole_number(text), Some(expected), "{text}");
            assert_eq!(number(text), Some(expected as f64), "{text}");
        }
        assert_eq!(number("1.5M"), Some(1_500_000.0));
        assert_eq!(number("-3"), Some(-3.0));
        assert_eq!(whole_number("18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "M", "1e5", "nan", "1.2.3", "--1", "99999999999999999999"] {
            assert_eq!(whole_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn spans_have_units_of_time() {
        let cases = [
            ("300ms", 300_000_000),
            ("10s", 10 * SECOND),
            ("5m", 300 * SECOND),
            ("1.5h", 5400 * SECOND),
            ("3d", 3 * DAY),
            ("2", 2 * SECOND),
            ("99999999999999w", i64::MAX),
        ];
        for (text, expected) in cases {
            assert_eq!(span(text), Some(Interval(expected)), "{text}");
        }
        assert_eq!(span("5 minutes"), None);
    }

    #[test]
    fn moments_are_iso_8601() {
        let cases = [
            ("1970-01-01", "1970-01-01T00:00:00Z", DAY),
            ("2026-11-16", "2026-11-16T00:00:00Z", DAY),
            ("2024-02-29T23:59", "2024-02-29T23:59:00Z", 0),
            ("2026-11-16T08:00:30.25Z", "2026-11-16T08:00:30.250000Z", 0),
            ("2026-11-16T01:00:00+02:00", "2026-11-15T23:00:00Z", 0),
            ("2026-11-16 01:00:00-02:30", "2026-11-16T03:30:00Z", 0),
        ];
        for (text, expected, length) in cases {
            let found = moment(text).unwrap();
            assert_eq!((found.start.to_string().as_str(), found.length.0), (expected, length), "{text}");
        }
        for wrong in [
            "2026-13-01",
            "2026-02-29",
            "2026-00-01",
            "2026-01-32",
            "9999-01-01",
            "2026-11-16T25:00",
            "26-11-16",
            "T",
            "2026-11-16T08",
            "2026-11-16T08:00+2",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }
}
