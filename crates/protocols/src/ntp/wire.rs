//! The messages of NTP (RFC 5905, section 7.3; control messages: RFC 9327).

use std::net::Ipv4Addr;

use records::{Interval, Timestamp, text_from_bytes};

use crate::take;

/// Length of a message that carries the time, without extensions and authentication.
pub(super) const TIME_BYTES: usize = 48;
const CONTROL_BYTES: usize = 12;
const PRIVATE_BYTES: usize = 8;

/// From the beginning of 1900, where NTP counts from, to that of 1970.
const SECONDS_FROM_1900_TO_1970: i64 = 2_208_988_800;

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Message {
    /// It carries the time.
    Time(Time),
    /// It asks or tells how a server is, or is private.
    Other,
}

/// A message that carries the time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Time {
    pub(super) version: u8,
    pub(super) mode: u8,
    pub(super) stratum: u8,
    pub(super) poll: Interval,
    pub(super) precision: f64,
    pub(super) root_delay: Interval,
    pub(super) root_dispersion: Interval,
    pub(super) reference: String,
    pub(super) reference_set: Timestamp,
    pub(super) origin: Timestamp,
    pub(super) received: Timestamp,
    pub(super) transmitted: Timestamp,
}

/// Whether the version and, where the time is told, the length fit; cheap, for recognition.
pub(super) fn may_be_message(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| {
        (1..=4).contains(&(first >> 3 & 7))
            && match first & 7 {
                1..=5 => datagram.len() >= TIME_BYTES,
                6 | 7 => true,
                _ => false,
            }
    })
}

/// Reads a datagram.
pub(super) fn message(datagram: &[u8]) -> Option<Message> {
    let first = *datagram.first()?;
    let (version, mode) = (first >> 3 & 7, first & 7);
    if !(1..=4).contains(&version) {
        return None;
    }
    match mode {
        1..=5 => time(version, mode, datagram.get(1..)?).map(Message::Time),
        6 => (datagram.len() >= CONTROL_BYTES).then_some(Message::Other),
        7 => (datagram.len() >= PRIVATE_BYTES).then_some(Message::Other),
        _ => None,
    }
}

fn time(version: u8, mode: u8, mut rest: &[u8]) -> Option<Time> {
    let from = &mut rest;
    let stratum = take::u8(from)?;
    Some(Time {
        version,
        mode,
        stratum,
        poll: Interval::from_secs_f64(power_of_two(take::u8(from)?)),
        precision: power_of_two(take::u8(from)?),
        root_delay: short(take::u32(from)?),
        root_dispersion: short(take::u32(from)?),
        reference: reference(stratum, take::u32(from)?),
        reference_set: timestamp(take::u32(from)?, take::u32(from)?),
        origin: timestamp(take::u32(from)?, take::u32(from)?),
        received: timestamp(take::u32(from)?, take::u32(from)?),
        transmitted: timestamp(take::u32(from)?, take::u32(from)?),
    })
}

/// From a signed exponent of two, in seconds.
fn power_of_two(exponent: u8) -> f64 {
    2_f64.powi(i32::from(exponent.cast_signed()))
}

/// Seconds with 16 bits behind the point.
fn short(value: u32) -> Interval {
    Interval::from_secs_f64(f64::from(value) / 65_536.0)
}

/// Seconds since 1900 with 32 bits behind the point, of the first era; zero stands for no time.
fn timestamp(seconds: u32, fraction: u32) -> Timestamp {
    if seconds == 0 && fraction == 0 {
        return Timestamp(0);
    }
    let nanoseconds = (u64::from(fraction) * 1_000_000_000) >> 32;
    let whole = (i64::from(seconds) - SECONDS_FROM_1900_TO_1970) * 1_000_000_000;
    Timestamp(whole.saturating_add_unsigned(nanoseconds))
}

/// A text up to stratum 1, an address above.
fn reference(stratum: u8, value: u32) -> String {
    if stratum <= 1 { text_from_bytes(&value.to_be_bytes()) } else { Ipv4Addr::from_bits(value).to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_since_1900() {
        assert_eq!(timestamp(0, 0), Timestamp(0));
        assert_eq!(timestamp(2_208_988_800, 1 << 31), Timestamp(500_000_000));
        assert_eq!(timestamp(0, 1), Timestamp(-2_208_988_800_000_000_000));
    }

    #[test]
    fn spans_are_powers_of_two() {
        assert_eq!(Interval::from_secs_f64(power_of_two(6)), Interval::from_secs(64));
        assert_eq!(Interval::from_secs_f64(power_of_two(0xff)), Interval::from_millis(500));
        assert_eq!(Interval::from_secs_f64(power_of_two(0x7f)), Interval(i64::MAX));
        assert_eq!(short(0x0001_8000), Interval::from_millis(1500));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = message(&bytes);
        }
    }
}
