//! The rhythms that must be found: 10 seconds to 30 days, jitter to ±50 %, devices that sleep, contacts in bursts.
#![cfg(test)]

use learn::{EventTimes, Rhythm, rhythm};
use proptest::prelude::*;

const SECOND: f64 = 1e9;
const DAY: f64 = 86_400.0;
const PERIODS: std::ops::Range<f64> = 10.0..30.0 * DAY;
/// What a detection asks for before it speaks: one in about three thousand random visitors.
const SOUND: f64 = 3.5;

/// Uniform numbers in [0, 1) from a seed (xorshift).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Seconds at which a beacon calls: each interval is drawn evenly from ± jitter around the period.
fn beacon(period: f64, jitter: f64, contacts: usize, seed: u64) -> Vec<f64> {
    let mut next = noise(seed);
    let mut time = 1.0;
    let mut step = || {
        time += period * (1.0 + jitter * (2.0 * next() - 1.0));
        time
    };
    (0..contacts).map(|_| step()).collect()
}

/// What is found in contacts at these seconds, noted one by one.
fn found(seconds: &[f64]) -> Rhythm {
    let mut times = EventTimes::default();
    for second in seconds {
        times.note((second * SECOND) as i64);
    }
    rhythm(times.times()).expect("contacts enough")
}

fn mean_interval(seconds: &[f64]) -> f64 {
    let kept = &seconds[seconds.len().saturating_sub(learn::EVENTS_KEPT)..];
    (kept[kept.len() - 1] - kept[0]) / (kept.len() - 1) as f64
}

#[test]
fn intervals_drawn_evenly_have_the_mean_and_the_spread_of_their_bounds() {
    for (low, high, contacts) in
        [(200.0, 350.0, 950), (45.0, 75.0, 500), (10.0, 30.0, 2_000), (1_800.0, 5_400.0, 300)]
    {
        let (mean, spread) = (f64::midpoint(low, high), (high - low) / (high + low));
        for seed in 1..50 {
            let found = found(&beacon(mean, spread, contacts, seed));
            assert!((found.period / mean - 1.0).abs() < 0.1, "{low} {high}: {found:?}");
            assert!((found.jitter - spread).abs() < 0.11, "{low} {high}: {found:?}");
            assert!(found.evidence > 10.0, "{low} {high}: {found:?}");
        }
    }
}

#[test]
fn an_exact_clock_is_found_as_it_is() {
    for period in [10.0, 60.0, 3_600.0, DAY, 7.0 * DAY, 30.0 * DAY] {
        let found = found(&beacon(period, 0.0, 12, 1));
        assert!((found.period / period - 1.0).abs() < 1e-6 && found.jitter < 1e-6, "{found:?}");
        assert_eq!((found.events, found.regular), (12, 11));
        // By hand: 11 of 11 intervals within ± 2 % of the mean. Of a memoryless visitor's, (e^-0.98 - e^-1.02) / (1 - e^-1)
        // = 0.0233 lie there or at two, three … periods; 14 kinds of band and 4 of bursts were tried. 11·log(1/0.0233) − log 56.
        assert!((found.evidence - 16.2).abs() < 1.0, "{found:?}");
    }
}

proptest! {
    #[test]
    fn any_period_is_named_within_two_percent(period in PERIODS, jitter in 0.0_f64..0.15, seed in 1_u64..100_000) {
        let times = beacon(period, jitter, 13, seed);
        let found = found(&times);
        prop_assert!(found.evidence >= SOUND && (found.period / mean_interval(&times) - 1.0).abs() < 0.02, "{found:?}");
    }

    #[test]
    fn the_widest_jitter_is_found_with_more_contacts(period in PERIODS, jitter in 0.0_f64..=0.5, seed in 1_u64..100_000) {
        let times = beacon(period, jitter, 60, seed);
        let found = found(&times);
        prop_assert!(found.evidence >= SOUND, "{found:?}");
        // Sixty intervals that spread so widely tell their bounds roughly, and the mean with them.
        prop_assert!((found.period / mean_interval(&times) - 1.0).abs() < 0.2, "{found:?}");
        prop_assert!((found.jitter - jitter).abs() < 0.25, "{found:?}");
    }

    #[test]
    fn a_device_that_sleeps_keeps_its_rhythm(
        period in 10.0_f64..3_600.0,
        jitter in 0.0_f64..=0.3,
        awake_hours in 8.0_f64..16.0,
        seed in 1_u64..100_000,
    ) {
        // It goes on where it was when it fell asleep, so that the night's interval has nothing of the clock.
        let times: Vec<f64> = (0..10)
            .flat_map(|day| {
                let contacts = ((awake_hours * 3_600.0 / period) as usize).clamp(4, 40);
                beacon(period, jitter, contacts, seed + day).into_iter().map(move |time| time + day as f64 * DAY)
            })
            .collect();
        let found = found(&times);
        prop_assert!(found.evidence >= SOUND, "{found:?}");
        prop_assert!((found.period / period - 1.0).abs() < 0.15, "{found:?}");
    }

    #[test]
    fn contacts_in_bursts_are_one_each(
        period in 120.0_f64..30.0 * DAY,
        jitter in 0.0_f64..=0.3,
        burst in prop::collection::vec(1.1_f64..6.0, 1..5),
        seed in 1_u64..100_000,
    ) {
        let starts = beacon(period, jitter, 24, seed);
        let times: Vec<f64> = starts
            .iter()
            .flat_map(|start| std::iter::once(*start).chain(burst.iter().scan(*start, |at, step| { *at += step; Some(*at) })))
            .collect();
        let found = found(&times);
        prop_assert!(found.evidence >= SOUND && (found.period / mean_interval(&starts) - 1.0).abs() < 0.05, "{found:?}");
    }
}
