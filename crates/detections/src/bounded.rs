//! A map that a sender cannot make large.

use std::hash::Hash;

use records::Timestamp;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// What an entry of a [`Bounded`] map is worth.
pub(crate) trait Standing {
    /// Whether it shows already what is looked for, and when something was added last.
    fn standing(&self) -> (bool, Timestamp);
}

/// A map of at most `MAX` entries. When a newcomer finds it full, a quarter of the entries goes: first those that show
/// nothing yet, the one that is quiet longest first, then in the same order those that show something. So a crowd of
/// empty entries drives out none that shows something, as long as these are no more than three quarters of all; if they
/// are, those that are over make room. The search for those that go is paid for by the newcomers that then have room:
/// each costs constant time on average, whatever a sender does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Bounded<K: Eq + Hash, V, const MAX: usize> {
    entries: FxHashMap<K, V>,
}

impl<K: Eq + Hash, V, const MAX: usize> Default for Bounded<K, V, MAX> {
    fn default() -> Self {
        Self { entries: FxHashMap::default() }
    }
}

impl<K: Copy + Eq + Hash + Ord, V: Standing, const MAX: usize> Bounded<K, V, MAX> {
    /// The entry of `key`, made if there is none.
    pub(crate) fn entry(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        if self.entries.len() >= MAX && !self.entries.contains_key(&key) {
            self.make_room();
        }
        self.entries.entry(key).or_insert_with(make)
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key)
    }

    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(&V) -> bool) {
        self.entries.retain(|_, value| is_kept(value));
    }

    /// The keys of the entries that are so, sorted: reports must come in the same order each time.
    pub(crate) fn keys_where(&self, is_so: impl Fn(&V) -> bool) -> Vec<K> {
        let mut keys: Vec<K> =
            self.entries.iter().filter(|(_, value)| is_so(value)).map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys
    }

    fn make_room(&mut self) {
        const { assert!(MAX >= 4, "a quarter of it must be one entry at least") }
        let mut standings: Vec<_> =
            self.entries.iter().map(|(key, value)| (value.standing(), *key)).collect();
        let going = standings.len().saturating_sub(MAX) + MAX / 4;
        if going < standings.len() {
            // The key decides where all else is equal, so that the same traffic leaves the same entries.
            standings.select_nth_unstable(going);
        }
        for (_, key) in standings.iter().take(going) {
            self.entries.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    thread_local! {
        static ASKED: Cell<usize> = const { Cell::new(0) };
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Noted(bool, Timestamp);

    impl Standing for Noted {
        fn standing(&self) -> (bool, Timestamp) {
            ASKED.set(ASKED.get() + 1);
            (self.0, self.1)
        }
    }

    const MAX: usize = 64;

    proptest! {
        #[test]
        fn it_never_holds_more_and_what_goes_stands_no_higher_than_what_stays(
            arrivals in prop::collection::vec((0_u16..300, prop::bool::weighted(0.1)), 0..2_000),
        ) {
            let mut map = Bounded::<u16, Noted, MAX>::default();
            for (now, (key, shows)) in (0_i64..).zip(arrivals) {
                let before = map.entries.clone();
                let noted = map.entry(key, || Noted(false, Timestamp(0)));
                (noted.0, noted.1) = (noted.0 || shows, Timestamp(now));
                prop_assert!(map.entries.len() <= MAX);
                let went = before.iter().filter(|(old, _)| !map.contains_key(old));
                let highest = went.map(|(old, noted)| ((noted.0, noted.1), *old)).max();
                let stayed = before.iter().filter(|(old, _)| map.contains_key(old));
                let lowest = stayed.map(|(old, noted)| ((noted.0, noted.1), *old)).min();
                if let (Some(highest), Some(lowest)) = (highest, lowest) {
                    prop_assert!(highest < lowest, "{highest:?} went, {lowest:?} stayed");
                }
            }
        }

        #[test]
        fn a_newcomer_costs_no_more_however_they_come(
            arrivals in prop::collection::vec((any::<u16>(), any::<bool>()), 1_000..3_000),
        ) {
            ASKED.set(0);
            let mut map = Bounded::<u16, Noted, MAX>::default();
            for (now, (key, shows)) in (0_i64..).zip(&arrivals) {
                map.entry(*key, || Noted(*shows, Timestamp(now)));
            }
            // Each search looks at all entries, and a quarter of them can come before the next.
            prop_assert!(ASKED.get() <= 4 * arrivals.len());
        }
    }

    #[test]
    fn what_shows_something_outlives_a_flood_of_empty_entries() {
        let mut map = Bounded::<u32, Noted, MAX>::default();
        map.entry(0, || Noted(true, Timestamp(0)));
        for key in 1..100_000 {
            map.entry(key, || Noted(false, Timestamp(i64::from(key))));
        }
        assert_eq!(map.get_mut(&0), Some(&mut Noted(true, Timestamp(0))));
        let latest = map.keys_where(|noted| !noted.0);
        assert!(latest.len() >= MAX * 3 / 4 - 1 && latest.contains(&99_999), "{latest:?}");
    }

    #[test]
    fn a_flood_of_entries_that_show_something_does_not_keep_newcomers_out() {
        let mut map = Bounded::<u32, Noted, MAX>::default();
        for key in 0..1_000 {
            map.entry(key, || Noted(true, Timestamp(i64::from(key))));
        }
        map.entry(5_000, || Noted(true, Timestamp(1_000)));
        for key in 1_001..1_030 {
            map.entry(key, || Noted(true, Timestamp(i64::from(key))));
        }
        assert!(map.contains_key(&5_000));
    }

    #[test]
    fn it_is_stored_as_a_map() {
        let map: FxHashMap<u16, u64> = [(1, 2), (3, 4)].into_iter().collect();
        let stored = postcard::to_allocvec(&map).unwrap();
        let read: Bounded<u16, u64, MAX> = postcard::from_bytes(&stored).unwrap();
        assert_eq!(read.entries, map);
    }
}
