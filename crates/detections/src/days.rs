//! The days on which a device did something: a behaviour of many days is a habit.

use records::Timestamp;
use serde::{Deserialize, Serialize};

/// Earlier days with it before a behaviour counts as a habit of the device.
pub(crate) const HABIT_DAYS: usize = 3;
const DAYS_KEPT: usize = 16;

/// The latest days with a behaviour.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Days(Vec<i64>);

impl Days {
    pub(crate) fn note(&mut self, at: Timestamp) {
        let day = at.day();
        if self.0.last() != Some(&day) {
            if self.0.len() == DAYS_KEPT {
                self.0.remove(0);
            }
            self.0.push(day);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Days before the latest one.
    pub(crate) fn before(&self) -> usize {
        self.0.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use records::Interval;

    use super::*;

    #[test]
    fn a_day_counts_once_and_the_oldest_goes_first() {
        let mut days = Days::default();
        for hour in 0..24 * 40_i64 {
            days.note(Timestamp(0) + Interval::from_secs(hour * 3600));
        }
        assert_eq!((days.0.len(), days.before(), days.is_empty()), (DAYS_KEPT, DAYS_KEPT - 1, false));
        assert_eq!(days.0.first(), Some(&24));
    }
}
