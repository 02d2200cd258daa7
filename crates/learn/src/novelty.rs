//! How surprising a new value is: a device that meets new values all day is surprised by none.
//!
//! The predictive probability of an unseen value under the Pitman–Yor process (Pitman & Yor 1997; Teh 2006,
//! equation 5): after `n` observations of `K` distinct values it is `(θ + d·K) / (θ + n)`.

use serde::{Deserialize, Serialize};

/// Concentration θ: with 1 the very first value is new with certainty.
const CONCENTRATION: f64 = 1.0;
/// Discount d: how slowly new values cease; ½ makes K grow with √n, as words and web sites do.
const DISCOUNT: f64 = 0.5;

/// Probability that the next value is one never seen, after `observations` of `distinct` values.
pub fn unseen_probability(observations: u64, distinct: u64) -> f64 {
    let distinct = distinct.min(observations) as f64;
    (CONCENTRATION + DISCOUNT * distinct) / (CONCENTRATION + observations as f64)
}

/// A bounded set of seen values (as hashes) with the count of all observations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SeenValues {
    /// (value, times), the most frequent first as far as swapping with the neighbour brings it.
    values: Vec<(u64, u32)>,
    observations: u64,
    distinct: u64,
}

impl SeenValues {
    /// Values that are kept; the least frequent is displaced.
    pub const KEPT: usize = 32;

    /// Notes one observation of `value`.
    pub fn note(&mut self, value: u64) {
        self.observations += 1;
        if let Some(place) = self.values.iter().position(|entry| entry.0 == value) {
            if let Some(entry) = self.values.get_mut(place) {
                entry.1 = entry.1.saturating_add(1);
            }
            let ahead = place.saturating_sub(1);
            if self.values.get(ahead).map(|entry| entry.1) < self.values.get(place).map(|entry| entry.1) {
                self.values.swap(ahead, place);
            }
            return;
        }
        self.distinct += 1;
        if self.values.len() == Self::KEPT {
            self.values.pop();
        }
        self.values.push((value, 1));
    }

    /// How often `value` was seen.
    pub fn times(&self, value: u64) -> u32 {
        self.values.iter().find(|entry| entry.0 == value).map_or(0, |entry| entry.1)
    }

    /// All observations.
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// Probability of what was seen now, as the habit has it: small where a new value comes to a device that has few.
    pub fn probability(&self, value: u64) -> f64 {
        match self.times(value) {
            0 => unseen_probability(self.observations, self.distinct),
            times => (f64::from(times) - DISCOUNT) / (CONCENTRATION + self.observations as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_value_surprises_nobody_and_the_second_kind_of_a_faithful_device_does() {
        assert_eq!(unseen_probability(0, 0), 1.0);
        assert!(unseen_probability(1000, 1) < 0.002);
        assert!(unseen_probability(1000, 900) > 0.4);
    }

    proptest! {
        #[test]
        fn it_is_a_probability_that_falls_with_faith(observations in 0_u64..1_000_000, distinct in 0_u64..1_000_000) {
            let here = unseen_probability(observations, distinct);
            prop_assert!(here > 0.0 && here <= 1.0);
            prop_assert!(unseen_probability(observations + 1, distinct.min(observations)) <= here);
        }

        #[test]
        fn the_set_stays_bounded(values in proptest::collection::vec(0_u64..100, 0..400)) {
            let mut seen = SeenValues::default();
            values.iter().for_each(|value| seen.note(*value));
            prop_assert!(seen.values.len() <= SeenValues::KEPT);
            prop_assert_eq!(seen.observations(), values.len() as u64);
        }
    }
}
