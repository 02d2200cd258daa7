//! Points and spans of traffic time.

use serde::{Deserialize, Serialize};

/// A point in time: nanoseconds since the Unix epoch (UTC).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

/// A span of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Interval(pub i64);

impl Interval {
    /// That many whole seconds.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// That many milliseconds.
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds.saturating_mul(1_000_000))
    }

    /// That many seconds, rounded to a nanosecond; out of range saturates.
    pub fn from_secs_f64(seconds: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
        Self((seconds * 1e9) as i64)
    }

    /// Reads seconds in decimal, as `-1.25` or `9.5e-07`, to the microsecond, which is what Zeek knows of times; `None` for
    /// what is no number or out of range.
    pub fn parse_seconds(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_plain(whole) || !is_plain(fraction) {
            let nanoseconds = (text.parse::<f64>().ok()? * 1e6).round() * 1e3;
            #[expect(clippy::cast_possible_truncation, reason = "it is checked to fit")]
            return (nanoseconds.abs() < 9.2e18).then_some(Self(nanoseconds as i64));
        }
        let digit = |place: usize| i64::from(fraction.as_bytes().get(place).map_or(0, |byte| byte - b'0'));
        let micros = (0..6).fold(0, |micros, place| micros * 10 + digit(place)) + i64::from(digit(6) >= 5);
        let seconds = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?;
        let span = seconds.checked_add(micros)?.checked_mul(1000)?;
        Some(Self(if digits.len() < text.len() { -span } else { span }))
    }

    /// The span in seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Timestamp {
    /// From seconds since the epoch, rounded to a nanosecond.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Self(Interval::from_secs_f64(seconds).0)
    }

    /// Seconds since the epoch.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span from `earlier` to this point; negative where this is the earlier one.
    pub const fn since(self, earlier: Self) -> Interval {
        Interval(self.0.saturating_sub(earlier.0))
    }

    /// Days since the epoch (UTC), which name the lake's partitions.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(86_400_000_000_000)
    }

    /// Reads a date with a time as RFC 3339 and Suricata write it: `2026-11-15T23:55:00.080246+0000`; `None` for what
    /// is none.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| -> Option<i64> {
            let digits = text.get(from..to)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let is_sign =
            |place: usize, signs: &[u8]| text.as_bytes().get(place).is_some_and(|b| signs.contains(b));
        let is_dated = is_sign(4, b"-") && is_sign(7, b"-") && is_sign(10, b"Tt ");
        if !is_dated || !is_sign(13, b":") || !is_sign(16, b":") {
            return None;
        }
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let rest = text.get(19..)?;
        let zone_at = rest.find(['Z', 'z', '+', '-'])?;
        let (fraction, zone) = rest.split_at_checked(zone_at)?;
        let fraction = Interval::parse_seconds(&format!("0{fraction}"))?;
        let seconds = hour * 3600 + minute * 60 + second - zone_seconds(zone)?;
        Self::from_date(year, month, day, seconds)?.0.checked_add(fraction.0).map(Self)
    }

    /// The UTC calendar date as (year, month, day of month).
    ///
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    pub const fn date(self) -> (i64, u32, u32) {
        let shifted = self.day() + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month as u32, day as u32)
    }

    /// So many seconds behind the midnight (UTC) that begins a calendar date; none for a date that cannot be.
    ///
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    pub fn from_date(year: i64, month: i64, day: i64, seconds: i64) -> Option<Self> {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let days = *lengths.get(usize::try_from(month.checked_sub(1)?).ok()?)?;
        if !(-9999..=9999).contains(&year) || !(1..=days).contains(&day) {
            return None;
        }
        let shifted_year = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        days.checked_mul(86_400)?.checked_add(seconds)?.checked_mul(1_000_000_000).map(Self)
    }
}

/// `Z`, `+0100`, `-05:30` in seconds.
fn zone_seconds(zone: &str) -> Option<i64> {
    let digits: String = zone.chars().skip(1).filter(|character| *character != ':').collect();
    match (zone.as_bytes().first()?, digits.len()) {
        (b'Z' | b'z', 0) => Some(0),
        (sign, 4) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let seconds =
                digits.get(..2)?.parse::<i64>().ok()? * 3600 + digits.get(2..)?.parse::<i64>().ok()? * 60;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

impl std::ops::Add<Interval> for Timestamp {
    type Output = Self;
    fn add(self, span: Interval) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl std::ops::Sub<Interval> for Timestamp {
    type Output = Self;
    fn sub(self, span: Interval) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// RFC 3339 in UTC, with fractions of a second only where there are any (to the microsecond).
impl std::fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.date();
        let of_day = self.0.rem_euclid(86_400_000_000_000);
        let seconds = of_day / 1_000_000_000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let micros = of_day % 1_000_000_000 / 1000;
        if micros != 0 {
            write!(formatter, ".{micros:06}")?;
        }
        formatter.write_str("Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_back_as_they_were_told() {
        for (year, month, day) in [(1970, 1, 1), (2024, 2, 29), (1700, 1, 1), (2100, 12, 31), (2000, 3, 1)] {
            let midnight = Timestamp::from_date(year, month, day, 0).unwrap();
            assert_eq!(midnight.date(), (year, month as u32, day as u32));
        }
        assert_eq!(Timestamp::from_date(2024, 2, 29, 61).unwrap().to_string(), "2024-02-29T00:01:01Z");
        for (year, month, day) in
            [(2024, 13, 1), (2024, 1, 0), (2023, 2, 29), (1900, 2, 29), (2024, i64::MIN, 1)]
        {
            assert_eq!(Timestamp::from_date(year, month, day, 0), None, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn timestamps_read_as_rfc_3339() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp(1_709_210_096_000_001_000).to_string(), "2024-02-29T12:34:56.000001Z");
        assert_eq!(Timestamp(-1_000_000_000).to_string(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn dates_are_read_back() {
        for (text, read) in [
            ("2024-02-29T12:34:56.000001Z", "2024-02-29T12:34:56.000001Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("2026-11-15T23:55:00.080246+0000", "2026-11-15T23:55:00.080246Z"),
            ("2026-11-16T01:25:00+01:30", "2026-11-15T23:55:00Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), read);
        }
        for text in ["", "2026-11-15", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-15T24:00:00Z"]
            .iter()
            .chain(&[
                "2026-11-15T23:55:00",
                "2026-11-15T23:55:00.1",
                "2026-11-15T23:55:00+1",
                "9999-01-01T00:00:00Z",
            ])
        {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_are_read_to_the_microsecond() {
        for (text, nanoseconds) in [
            ("1794786048.155924", Some(1_794_786_048_155_924_000)),
            ("0.08187198638916016", Some(81_872_000)),
            ("-1.25", Some(-1_250_000_000)),
            ("-0.000001", Some(-1000)),
            ("9.5367431640625e-07", Some(1000)),
            ("5", Some(5_000_000_000)),
            ("1e300", None),
            ("99999999999", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(Interval::parse_seconds(text), nanoseconds.map(Interval), "{text}");
        }
    }
}
