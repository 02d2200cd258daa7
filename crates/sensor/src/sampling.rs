//! How many violations in headers are told: a flood of damaged packets must not fill the lake.
//!
//! As Zeek samples its weirds: of each kind and source the first ones, then one of many. The reader decides, before
//! packets go to the shards, so that their number does not matter.

use std::collections::HashMap;
use std::net::IpAddr;

use packets::HeaderWeird;

/// So many of a kind from a source are told …
const TOLD_FIRST: u64 = 25;
/// … then one of so many …
const TOLD_OF: u64 = 1000;
/// … until so long after the first one (nanoseconds): ten minutes.
const SPAN: i64 = 600 * 1_000_000_000;
/// So many kinds and sources are told apart. Further sources count as one.
const COUNTED_MAX: usize = 65_536;

/// Violations of one kind from one source.
#[derive(Clone, Copy, Debug)]
struct Counted {
    since: i64,
    count: u64,
}

/// Counts violations.
#[derive(Debug, Default)]
pub(crate) struct Sampling {
    counted: HashMap<(&'static str, Option<IpAddr>), Counted>,
    swept: i64,
    untold: u64,
}

impl Sampling {
    /// Whether this violation is told. `clock` is traffic time.
    pub(crate) fn tells(&mut self, weird: &HeaderWeird, clock: i64) -> bool {
        let source = weird.addresses.map(|(source, _)| source);
        let mut key = (weird.name, source);
        if self.counted.len() >= COUNTED_MAX && !self.counted.contains_key(&key) {
            self.sweep(clock);
            if self.counted.len() >= COUNTED_MAX {
                key.1 = None;
            }
        }
        let counted = self.counted.entry(key).or_insert(Counted { since: clock, count: 0 });
        if clock.saturating_sub(counted.since) >= SPAN {
            *counted = Counted { since: clock, count: 0 };
        }
        counted.count += 1;
        let tells = counted.count <= TOLD_FIRST || (counted.count - TOLD_FIRST).is_multiple_of(TOLD_OF);
        self.untold += u64::from(!tells);
        tells
    }

    /// How many were not told.
    pub(crate) fn untold(&self) -> u64 {
        self.untold
    }

    /// Forgets those whose span is over; not at each violation, for they are many.
    fn sweep(&mut self, clock: i64) {
        if clock.saturating_sub(self.swept) >= SPAN / 10 || self.swept == 0 {
            self.swept = clock;
            self.counted.retain(|_, counted| clock.saturating_sub(counted.since) < SPAN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weird(name: &'static str, source: [u8; 4]) -> HeaderWeird {
        let addresses = Some((IpAddr::from(source), IpAddr::from([10, 0, 0, 1])));
        HeaderWeird { ts: 0, name, addresses }
    }

    #[test]
    fn a_flood_is_told_in_samples_and_others_are_still_told() {
        let mut sampling = Sampling::default();
        let flood = weird("bad_TCP_header_len", [1, 2, 3, 4]);
        let told = (0..10_025).filter(|_| sampling.tells(&flood, 1)).count();
        assert_eq!((told, sampling.untold()), (35, 9_990));
        assert!(sampling.tells(&weird("bad_TCP_header_len", [1, 2, 3, 5]), 1));
        assert!(sampling.tells(&weird("truncated_header", [1, 2, 3, 4]), 1));
        assert!(sampling.tells(&flood, 1 + SPAN), "the span is over");
    }

    #[test]
    fn sources_without_number_do_not_fill_the_memory() {
        let mut sampling = Sampling::default();
        let told = (0..200_000_u32)
            .filter(|source| sampling.tells(&weird("truncated_header", source.to_be_bytes()), 1))
            .count();
        assert!(sampling.counted.len() <= COUNTED_MAX + 1);
        assert!((COUNTED_MAX..COUNTED_MAX + 200).contains(&told), "{told}");
    }
}
