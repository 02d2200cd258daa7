//! Connections that show something.

use records::Uid;
use serde::{Deserialize, Serialize};

/// Connections and files that show something: all are counted, and the first and the latest are kept, since they show
/// how it began and how it is now. One that comes again after it was dropped is counted again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence<const FIRST: usize, const LATEST: usize> {
    kept: Vec<Uid>,
    seen: u64,
}

impl<const FIRST: usize, const LATEST: usize> Default for Evidence<FIRST, LATEST> {
    fn default() -> Self {
        Self { kept: Vec::new(), seen: 0 }
    }
}

impl<const FIRST: usize, const LATEST: usize> Evidence<FIRST, LATEST> {
    /// Notes that `uid` shows it, too.
    pub fn note(&mut self, uid: Uid) {
        if self.kept.contains(&uid) {
            return;
        }
        self.seen = self.seen.saturating_add(1);
        if self.kept.len() >= FIRST + LATEST && FIRST < self.kept.len() {
            self.kept.remove(FIRST);
        }
        if self.kept.len() < FIRST + LATEST {
            self.kept.push(uid);
        }
    }

    /// Those that are kept, in the order in which they came.
    pub fn kept(&self) -> &[Uid] {
        &self.kept
    }

    /// How many there were.
    pub fn seen(&self) -> u64 {
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_latest_are_kept_and_all_are_counted() {
        let mut evidence = Evidence::<2, 3>::default();
        for number in 0..100 {
            evidence.note(Uid::connection(number));
            evidence.note(Uid::connection(number));
        }
        let kept: Vec<Uid> = [0, 1, 97, 98, 99].into_iter().map(Uid::connection).collect();
        assert_eq!((evidence.kept(), evidence.seen()), (kept.as_slice(), 100));
    }
}
