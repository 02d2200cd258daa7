//! How regular events are: period, jitter, and how unlikely it is that a visitor who comes at random looks so.
//!
//! Events closer together than a window count as one (a burst); several windows are tried. The intervals between
//! them are compared with a memoryless visitor (exponential intervals) of the same median or mean `m`: such a
//! visitor's interval falls into `m·(1±h)` with probability `e^−λ(1−h) − e^−λ(1+h)`, λ = ln 2 or 1. If `r` of `n` intervals do, the evidence is
//! the logarithm of the binomial tail, less the logarithm of the number of windows and bands that were tried
//! (Bonferroni). Regular contacts, jittered ones (bands up to ±60 %) and those with gaps, because the device sleeps,
//! are found alike; missed beats count where the band is narrow. The use of interval dispersion to find beacons
//! is from Active Countermeasures' RITA; the test against a memoryless visitor takes the place of its fixed scores.

use serde::{Deserialize, Serialize};

/// Events that are kept for one destination; the oldest is dropped.
pub const EVENTS_KEPT: usize = 128;

/// Events closer than this are one event already when they are noted.
const SAME_EVENT_NANOS: i64 = 1_000_000_000;
/// Windows within which events are one burst.
const BURST_NANOS: [i64; 4] = [1_500_000_000, 20_000_000_000, 120_000_000_000, 600_000_000_000];
/// A period must be this many windows long, else the merging itself makes random visits look regular.
const WINDOWS_IN_PERIOD: f64 = 4.0;
/// The bands lie around the median (robust against gaps) and around the mean (better for wide jitter).
const CENTRES: usize = 2;
/// Half-widths of the bands, as shares of the centre.
const BANDS: [f64; 7] = [0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6];
/// Bands up to this half-width also accept two, three … periods: beats that were missed.
const BAND_OF_MISSED_BEATS: f64 = 0.1;
/// Half-width of the band over which the period is averaged, where four intervals of five lie in it.
const BAND_OF_MEAN: f64 = 0.6;
/// Evidence for bursts by the clock that suffices against more of it for the clock within them.
const SOUND: f64 = 3.5;
/// More contacts in a row are no burst but a device that sleeps in between.
const CONTACTS_OF_BURST_MAX: f64 = 8.0;
/// Fewer intervals say nothing.
const INTERVALS_MIN: usize = 4;

/// The latest times (nanoseconds) at which something happened, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventTimes {
    times: Vec<i64>,
    noted: u64,
}

impl EventTimes {
    /// Notes an event; it may come late, as records of long connections do. Tells whether it was a new one, not
    /// part of an event that is known.
    pub fn note(&mut self, nanos: i64) -> bool {
        let place = self.times.partition_point(|time| *time <= nanos);
        let near = |at: Option<&i64>| at.is_some_and(|time| (nanos - time).abs() < SAME_EVENT_NANOS);
        if near(place.checked_sub(1).and_then(|before| self.times.get(before))) {
            return false;
        }
        if let Some(next) = self.times.get_mut(place)
            && *next - nanos < SAME_EVENT_NANOS
        {
            *next = nanos;
            return false;
        }
        self.noted += 1;
        if self.times.len() == EVENTS_KEPT {
            if place == 0 {
                return false;
            }
            self.times.remove(0);
            self.times.insert(place - 1, nanos);
        } else {
            self.times.insert(place, nanos);
        }
        true
    }

    /// The events that are kept, in order.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// All events that were noted, those no longer kept included.
    pub fn noted(&self) -> u64 {
        self.noted
    }

    /// Forgets what happened before `nanos`.
    pub fn forget_before(&mut self, nanos: i64) {
        self.times.retain(|time| *time >= nanos);
    }
}

/// What was found regular.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rhythm {
    /// Mean of the regular intervals, in seconds.
    pub period: f64,
    /// Half the width of the spread around the period, as a share of it: 0.3 is ±30 %.
    pub jitter: f64,
    /// Events (bursts counted once).
    pub events: usize,
    /// Intervals that fit.
    pub regular: usize,
    /// Decimal logarithm of how unlikely this is for random visits: 6 is one in a million.
    pub evidence: f64,
}

/// The rhythm of `times` (nanoseconds, ascending), if there are events enough to speak of one.
pub fn rhythm(times: &[i64]) -> Option<Rhythm> {
    let mut best: Option<Rhythm> = None;
    let mut merged_before = usize::MAX;
    for window in BURST_NANOS {
        let (intervals, events) = intervals(times, window);
        if events == merged_before || intervals.len() < INTERVALS_MIN {
            continue;
        }
        merged_before = events;
        let window = window as f64 / 1e9;
        if let Some(found) = rhythm_of(&intervals, window, events)
            && best
                .is_none_or(|best| found.evidence > best.evidence || is_within_bursts(&best, &found, window))
        {
            best = Some(found);
        }
    }
    best
}

/// Whether the rhythm so far is one of the contacts within bursts, now that bursts that are single events show a sound
/// rhythm of their own: a fixed pause between the contacts of a burst says more often the same, but less.
fn is_within_bursts(so_far: &Rhythm, of_bursts: &Rhythm, window: f64) -> bool {
    let contacts_of_burst = so_far.events as f64 / of_bursts.events.max(1) as f64;
    so_far.period < window && of_bursts.evidence >= SOUND && contacts_of_burst <= CONTACTS_OF_BURST_MAX
}

fn intervals(times: &[i64], window: i64) -> (Vec<f64>, usize) {
    let mut intervals = Vec::with_capacity(times.len());
    let mut events = 0;
    let (mut burst_start, mut last) = (None::<i64>, 0);
    for &time in times {
        match burst_start {
            Some(_) if time - last < window => {}
            before => {
                if let Some(before) = before {
                    intervals.push((time - before) as f64 / 1e9);
                }
                burst_start = Some(time);
                events += 1;
            }
        }
        last = time;
    }
    (intervals, events)
}

fn rhythm_of(intervals: &[f64], window: f64, events: usize) -> Option<Rhythm> {
    let mut sorted = intervals.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = *sorted.get(sorted.len() / 2)?;
    if median <= window * WINDOWS_IN_PERIOD {
        return None;
    }
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let trials = (CENTRES * BANDS.len() * BURST_NANOS.len()) as f64;
    let mut best: Option<(f64, f64, f64, usize)> = None;
    for (centre, rate) in [(median, std::f64::consts::LN_2), (mean, 1.0)] {
        for band in BANDS {
            let regular = sorted.iter().filter(|interval| beats(**interval, centre, band).is_some()).count();
            let evidence = -log_binomial_tail(sorted.len(), regular, chance(band, rate)) - trials.log10();
            if best.is_none_or(|(before, ..)| evidence > before) {
                best = Some((evidence, centre, band, regular));
            }
        }
    }
    let (evidence, centre, band, regular) = best?;
    // The band that proves the rhythm best may cut its edges off; the mean needs them. A median that lies off the middle
    // cuts one edge still: the mean of what is near does not.
    let near: Vec<f64> = near(&sorted, centre);
    let (centre, band) = if near.len() * 5 >= sorted.len() * 4 {
        (near.iter().sum::<f64>() / near.len() as f64, BAND_OF_MEAN)
    } else {
        (centre, band)
    };
    let (mut span, mut beats_seen, mut single) = (0.0, 0.0, Vec::new());
    for interval in &sorted {
        if let Some(count) = beats(*interval, centre, band) {
            span += interval;
            beats_seen += count;
            if count < 1.5 {
                single.push(*interval);
            }
        }
    }
    let period = if beats_seen > 0.0 { span / beats_seen } else { centre };
    // Of a uniform spread ±j, the middle 80 % is 1.6·j wide.
    let at = |share: f64| single.get((share * (single.len().max(1) - 1) as f64).round() as usize);
    let jitter = match (at(0.1), at(0.9)) {
        (Some(low), Some(high)) => ((high - low) / (1.6 * period)).clamp(0.0, 1.0),
        _ => 0.0,
    };
    Some(Rhythm { period, jitter, events, regular, evidence: evidence.max(0.0) })
}

/// The intervals around the centre, for its mean.
fn near(intervals: &[f64], centre: f64) -> Vec<f64> {
    let is_near = |interval: &f64| beats(*interval, centre, BAND_OF_MEAN).is_some();
    intervals.iter().copied().filter(is_near).collect()
}

/// How many periods the interval is, if it lies in the band.
fn beats(interval: f64, centre: f64, band: f64) -> Option<f64> {
    let ratio = interval / centre;
    let count = if band <= BAND_OF_MISSED_BEATS { ratio.round().max(1.0) } else { 1.0 };
    ((ratio - count).abs() <= band).then_some(count)
}

/// Probability that a memoryless visitor's interval lies in the band; `rate` is his visits per centre interval.
fn chance(band: f64, rate: f64) -> f64 {
    let one = (-rate * (1.0 - band)).exp() - (-rate * (1.0 + band)).exp();
    if band > BAND_OF_MISSED_BEATS {
        return one;
    }
    // Each further beat is e^−rate times as likely as the one before.
    one / (1.0 - (-rate).exp())
}

/// Decimal logarithm of the probability of at least `hits` successes in `trials`.
fn log_binomial_tail(trials: usize, hits: usize, chance: f64) -> f64 {
    if hits == 0 {
        return 0.0;
    }
    let (win, lose) = (chance.ln(), (1.0 - chance).ln());
    let mut term = (0..hits).map(|k| ((trials - k) as f64).ln() - ((k + 1) as f64).ln()).sum::<f64>()
        + hits as f64 * win
        + (trials - hits) as f64 * lose;
    let largest = term;
    let mut sum = 1.0;
    for k in hits..trials {
        term += ((trials - k) as f64).ln() - ((k + 1) as f64).ln() + win - lose;
        sum += (term - largest).exp();
    }
    ((largest + sum.ln()) / std::f64::consts::LN_10).min(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Uniform numbers in [0, 1) from a seed (xorshift).
    fn noise(mut seed: u64) -> impl FnMut() -> f64 {
        seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    fn beacon(period: f64, jitter: f64, events: usize, seed: u64) -> Vec<i64> {
        let mut next = noise(seed);
        let mut time = 1e9;
        (0..events)
            .map(|_| {
                time += period * (1.0 + jitter * (2.0 * next() - 1.0));
                (time * 1e9) as i64
            })
            .collect()
    }

    fn mean_interval(times: &[i64]) -> f64 {
        (times[times.len() - 1] - times[0]) as f64 / 1e9 / (times.len() - 1) as f64
    }

    #[test]
    fn a_burst_is_one_event() {
        let times: Vec<i64> = beacon(300.0, 0.02, 12, 7)
            .iter()
            .flat_map(|time| [0, 1, 4, 9].map(|seconds| time + seconds * 1_000_000_000))
            .collect();
        let found = rhythm(&times).unwrap();
        assert!((found.period / 300.0 - 1.0).abs() < 0.02, "{found:?}");
        assert_eq!(found.events, 12);
    }

    #[test]
    fn a_device_that_sleeps_at_night_keeps_its_rhythm() {
        let times: Vec<i64> = (0..4)
            .flat_map(|day| {
                beacon(600.0, 0.1, 12, day)
                    .into_iter()
                    .map(move |time| time + day as i64 * 86_400_000_000_000)
            })
            .collect();
        let found = rhythm(&times).unwrap();
        assert!(found.evidence > 10.0 && (found.period / 600.0 - 1.0).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn missed_beats_are_seen_as_such() {
        let times: Vec<i64> = (0..20).filter(|n| n % 5 != 3).map(|n| n * 60_000_000_000).collect();
        let found = rhythm(&times).unwrap();
        assert!((found.period - 60.0).abs() < 0.1 && found.evidence > 6.0, "{found:?}");
    }

    #[test]
    fn a_late_record_takes_its_place() {
        let mut events = EventTimes::default();
        for second in [10, 30, 20, 20] {
            events.note(second * 1_000_000_000);
        }
        assert_eq!(events.times(), [10_000_000_000, 20_000_000_000, 30_000_000_000]);
        assert_eq!(events.noted(), 3);
    }

    #[test]
    fn random_visits_are_not_regular() {
        let mut loud = 0;
        for seed in 1..2000 {
            let mut next = noise(seed);
            let mut time = 0.0;
            let times: Vec<i64> = (0..40)
                .map(|_| {
                    time += -900.0 * (1.0 - next()).ln();
                    (time * 1e9) as i64
                })
                .collect();
            if (8..40).any(|count| rhythm(&times[..count]).is_some_and(|found| found.evidence >= 4.0)) {
                loud += 1;
            }
        }
        assert!(loud <= 6, "{loud} of 2000 series");
    }

    proptest! {
        #[test]
        fn twelve_repeats_suffice(period in 10.0_f64..86_400.0, jitter in 0.0_f64..0.5, seed in 1_u64..10_000) {
            let times = beacon(period, jitter, 13, seed);
            let found = rhythm(&times).unwrap();
            // Narrow jitter is one in thousands; the widest jitter is told from chance less surely: of 100,000 series the
            // least had 0.83.
            let wanted = if jitter < 0.25 { 3.5 } else { 0.6 };
            prop_assert!(found.evidence >= wanted, "{found:?}");
        }

        #[test]
        fn the_period_is_named_within_two_percent(period in 10.0_f64..86_400.0, jitter in 0.0_f64..0.15, seed in 1_u64..10_000) {
            let times = beacon(period, jitter, 13, seed);
            let found = rhythm(&times).unwrap();
            prop_assert!((found.period / mean_interval(&times) - 1.0).abs() < 0.02, "{found:?}");
        }

        #[test]
        fn any_times_are_taken(mut times in proptest::collection::vec(any::<i32>(), 0..200)) {
            times.sort_unstable();
            let times: Vec<i64> = times.iter().map(|time| i64::from(*time) * 1_000_000).collect();
            if let Some(found) = rhythm(&times) {
                prop_assert!(found.period.is_finite() && (0.0..=1.0).contains(&found.jitter));
            }
        }

        #[test]
        fn kept_events_stay_bounded_and_sorted(times in proptest::collection::vec(0_i64..1_000_000_000_000, 0..500)) {
            let mut events = EventTimes::default();
            for time in times {
                events.note(time);
            }
            prop_assert!(events.times().len() <= EVENTS_KEPT && events.times().is_sorted());
        }
    }
}
