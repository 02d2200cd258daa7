//! How far a volume or a count lies from the habit.
//!
//! Values are taken as `ln(1 + x)`, since volumes spread over orders of magnitude. Each bucket of the week holds
//! a weighted mean and variance; the tail is that of the Student-t predictive of a Normal-Gamma posterior (Murphy
//! 2007, section 3.6) whose prior is the whole week. A value outside three spreads is learned as if it lay on that
//! edge (Huber), and one whose tail is below 1 % a hundred times slower, so that an attacker cannot teach the model.

use serde::{Deserialize, Serialize};

use crate::tail_probability;

/// Buckets of the week: four hours each, work days apart from the weekend.
pub const WEEK_BUCKETS: usize = 12;

const EDGE_SPREADS: f64 = 3.0;
const SUSPICIOUS_TAIL: f64 = 0.01;
const SUSPICIOUS_WEIGHT: f64 = 0.01;
/// What the prior weighs against the observations of a bucket.
const PRIOR_WEIGHT: f64 = 2.0;
/// Spread of `ln(1+x)` before anything was seen: a factor of e either way.
const PRIOR_SPREAD: f64 = 1.0;
/// The spread never falls below this (a factor of 1.2): a habit of always the same size still allows a little.
const LEAST_SPREAD: f64 = 0.2;
/// Observations that a bucket weighs at most, so that habits can change within weeks.
const WEIGHT_MAX: f64 = 200.0;

/// The bucket of a moment, in seconds since the epoch (UTC).
pub fn week_bucket(seconds: i64) -> usize {
    let hour = seconds.div_euclid(3600);
    let day = hour.div_euclid(24);
    // 1970-01-01 was a Thursday.
    let weekend = (day + 3).rem_euclid(7) >= 5;
    let quarter = usize::try_from(hour.rem_euclid(24) / 4).unwrap_or(0);
    quarter + if weekend { WEEK_BUCKETS / 2 } else { 0 }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Moments {
    weight: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64, weight: f64) {
        if self.weight > WEIGHT_MAX {
            let keep = WEIGHT_MAX / self.weight;
            self.weight *= keep;
            self.squares *= keep;
        }
        self.weight += weight;
        let from_old = value - self.mean;
        self.mean += weight / self.weight * from_old;
        self.squares += weight * from_old * (value - self.mean);
    }

    fn spread(&self) -> f64 {
        if self.weight < 1.5 { PRIOR_SPREAD } else { (self.squares / self.weight).sqrt().max(LEAST_SPREAD) }
    }
}

/// The habit of one volume or count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Magnitude {
    week: Moments,
    buckets: [Moments; WEEK_BUCKETS],
}

impl Magnitude {
    /// Learns that `value` (≥ 0) was seen in `bucket`.
    pub fn learn(&mut self, value: f64, bucket: usize) {
        let weight = if self.tail(value, bucket) < SUSPICIOUS_TAIL { SUSPICIOUS_WEIGHT } else { 1.0 };
        let value = value.max(0.0).ln_1p();
        let edge = |moments: &Moments| {
            let far = EDGE_SPREADS * moments.spread();
            if moments.weight == 0.0 { value } else { value.clamp(moments.mean - far, moments.mean + far) }
        };
        let of_week = edge(&self.week);
        self.week.add(of_week, weight);
        if let Some(bucket) = self.buckets.get_mut(bucket) {
            let of_bucket = edge(bucket);
            bucket.add(of_bucket, weight);
        }
    }

    /// Probability that the habit brings a value of this size or more; ½ before anything was learned.
    pub fn tail(&self, value: f64, bucket: usize) -> f64 {
        let value = value.max(0.0).ln_1p();
        if self.week.weight == 0.0 {
            return 0.5;
        }
        let here = self.buckets.get(bucket).copied().unwrap_or_default();
        let prior_variance = self.week.spread().powi(2);
        let kappa = PRIOR_WEIGHT + here.weight;
        let mean = (PRIOR_WEIGHT * self.week.mean + here.weight * here.mean) / kappa;
        let shape = 1.0 + here.weight / 2.0;
        let apart = here.mean - self.week.mean;
        let rate =
            prior_variance + here.squares / 2.0 + PRIOR_WEIGHT * here.weight * apart * apart / (2.0 * kappa);
        let scale = (rate * (kappa + 1.0) / (shape * kappa)).sqrt().max(LEAST_SPREAD);
        tail_probability((value - mean) / scale, 2.0 * shape)
    }

    /// The usual value: the centre of the whole week.
    pub fn usual(&self) -> f64 {
        self.week.mean.exp_m1().max(0.0)
    }

    /// How much was learned, in observations.
    pub fn weight(&self) -> f64 {
        self.week.weight
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn taught(values: impl IntoIterator<Item = f64>) -> Magnitude {
        let mut magnitude = Magnitude::default();
        values.into_iter().for_each(|value| magnitude.learn(value, 2));
        magnitude
    }

    #[test]
    fn a_hundred_times_the_habit_is_far_out_and_the_habit_is_not() {
        let habit = taught((0..60).map(|n| 1000.0 + f64::from(n % 7) * 150.0));
        assert!(habit.tail(1500.0, 2) > 0.1);
        assert!(habit.tail(150_000.0, 2) < 1e-4);
        assert!((900.0..2000.0).contains(&habit.usual()));
    }

    #[test]
    fn an_attacker_cannot_teach_it() {
        let mut habit = taught((0..60).map(|n| 1000.0 + f64::from(n % 7) * 150.0));
        (0..50).for_each(|_| habit.learn(5_000_000.0, 2));
        assert!(habit.tail(5_000_000.0, 2) < 0.01, "{}", habit.tail(5_000_000.0, 2));
    }

    #[test]
    fn an_unknown_hour_is_judged_by_the_whole_week() {
        let habit = taught((0..60).map(|_| 1000.0));
        assert!(habit.tail(1000.0, 7) > 0.3);
        assert!(habit.tail(1_000_000.0, 7) < 0.02);
    }

    #[test]
    fn the_week_has_its_buckets() {
        // 2026-11-16 was a Monday, 2026-11-14 a Saturday.
        assert_eq!(week_bucket(1_794_787_200), 0);
        assert_eq!(week_bucket(1_794_787_200 + 5 * 3600), 1);
        assert_eq!(week_bucket(1_794_787_200 - 2 * 86_400), 6);
        assert!(week_bucket(-1) < WEEK_BUCKETS);
    }

    proptest! {
        #[test]
        fn the_tail_is_a_probability_and_falls_with_the_value(
            values in proptest::collection::vec(0.0_f64..1e12, 0..50), value in 0.0_f64..1e12, bucket in 0_usize..20,
        ) {
            let habit = taught(values);
            let here = habit.tail(value, bucket);
            prop_assert!((0.0..=1.0).contains(&here), "{here}");
            prop_assert!(habit.tail(value * 2.0 + 1.0, bucket) <= here + 1e-9);
        }
    }
}
