//! Things that are referred to from several places, by number; what nothing refers to is swept away now and
//! then.

use rustc_hash::FxHashMap;

/// No sweep below so many things.
const SWEEP_MIN: usize = 256;

/// Things by number.
pub(super) struct Arena<T> {
    /// They are large, and a table has more room than it needs.
    things: FxHashMap<u32, Box<T>>,
    next: u32,
    sweep_at: usize,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { things: FxHashMap::default(), next: 0, sweep_at: SWEEP_MIN }
    }
}

impl<T> Arena<T> {
    /// Adds a thing and gives its number.
    pub(super) fn insert(&mut self, thing: T) -> u32 {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.things.insert(number, Box::new(thing));
        number
    }

    /// The thing with this number.
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.things.get(&number).map(Box::as_ref)
    }

    /// See [`Arena::get`].
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.things.get_mut(&number).map(Box::as_mut)
    }

    /// Whether so much has come since the last sweep that another pays.
    pub(super) fn is_crowded(&self) -> bool {
        self.things.len() >= self.sweep_at
    }

    /// Sweeps away all but these.
    pub(super) fn keep(&mut self, held: impl Iterator<Item = u32>) {
        let mut kept = FxHashMap::default();
        for number in held {
            if let Some(thing) = self.things.remove(&number) {
                kept.insert(number, thing);
            }
        }
        self.things = kept;
        self.sweep_at = (self.things.len() * 2).max(SWEEP_MIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_refers_to_is_swept_away() {
        let mut arena = Arena::default();
        let numbers: Vec<_> = (0..SWEEP_MIN).map(|thing| arena.insert(thing)).collect();
        assert!(arena.is_crowded());
        arena.keep(numbers.iter().copied().take(3));
        assert!(!arena.is_crowded());
        assert_eq!((arena.get(numbers[2]), arena.get(numbers[3])), (Some(&2), None));
    }
}
