//! The evidence of a report, and that of a finding, to which many reports contribute.

use records::Uid;
use serde::{Deserialize, Serialize};
use world::Evidence;

/// What a report shows of its evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    uids: Vec<Uid>,
    /// How many there are, also those that are not shown.
    seen: u64,
    /// With which it begins: a later report that begins with the same one is of the same evidence, grown.
    begin: Option<Uid>,
}

impl Shown {
    /// Shows `uids`, some of `seen`.
    pub(crate) fn some_of(uids: impl IntoIterator<Item = Uid>, seen: u64) -> Self {
        let uids: Vec<Uid> = uids.into_iter().collect();
        Self { begin: uids.first().copied(), seen: seen.max(uids.len() as u64), uids }
    }

    /// Shows `uids`, some of `seen`, before the rest.
    pub(crate) fn with_before(self, uids: impl IntoIterator<Item = Uid>, seen: u64) -> Self {
        let uids = uids.into_iter().chain(self.uids).collect();
        Self { uids, seen: self.seen.saturating_add(seen), begin: self.begin }
    }
}

impl<const FIRST: usize, const LATEST: usize> From<&Evidence<FIRST, LATEST>> for Shown {
    fn from(evidence: &Evidence<FIRST, LATEST>) -> Self {
        Self::some_of(evidence.kept().iter().copied(), evidence.seen())
    }
}

impl FromIterator<Uid> for Shown {
    fn from_iter<I: IntoIterator<Item = Uid>>(uids: I) -> Self {
        Self::some_of(uids, 0)
    }
}

impl From<Uid> for Shown {
    fn from(uid: Uid) -> Self {
        Self::from_iter([uid])
    }
}

/// Evidence that may still grow, of one finding: more than hosts that one device scans at a time.
const GROWING_MAX: usize = 16;

/// The evidence of a finding: of much the first 8 and the latest 16 are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhibits {
    kept: Evidence<8, 16>,
    /// Evidence that a later report may show grown: with which it begins and how much it is, the latest last.
    growing: Vec<(Uid, u64)>,
    /// How much there was before it.
    before: u64,
    /// What is in several of them, and so counted twice.
    twice: u64,
}

impl Exhibits {
    /// Connections and files, in the order in which they were told.
    pub fn kept(&self) -> &[Uid] {
        self.kept.kept()
    }

    /// How many there were, also those that are not kept.
    pub fn seen(&self) -> u64 {
        let growing = self.growing.iter().fold(self.before, |sum, (_, seen)| sum.saturating_add(*seen));
        growing.saturating_sub(self.twice).max(self.kept().len() as u64)
    }

    pub(crate) fn take(&mut self, shown: &Shown) {
        let Some(begin) = shown.begin else { return };
        let place = self.growing.iter().position(|growing| growing.0 == begin);
        let known = if let Some(place) = place {
            self.growing.remove(place).1
        } else {
            let twice = shown.uids.iter().filter(|uid| self.kept().contains(uid)).count();
            self.twice = self.twice.saturating_add(twice as u64);
            0
        };
        self.growing.push((begin, shown.seen.max(known)));
        if self.growing.len() > GROWING_MAX {
            self.before = self.before.saturating_add(self.growing.remove(0).1);
        }
        shown.uids.iter().for_each(|uid| self.kept.note(*uid));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_that_grows_is_counted_once_and_other_evidence_is_added() {
        let mut exhibits = Exhibits::default();
        let mut grows = Evidence::<6, 6>::default();
        for number in 0..500 {
            grows.note(Uid::connection(number));
            exhibits.take(&Shown::from(&grows));
        }
        assert_eq!((exhibits.seen(), exhibits.kept().len()), (500, 24));
        // The same behaviour begins anew, with a connection that was known already.
        let mut other = Evidence::<6, 6>::default();
        for number in 499..600 {
            other.note(Uid::connection(number));
        }
        exhibits.take(&Shown::from(&other));
        assert_eq!(exhibits.seen(), 600);
        assert_eq!(exhibits.kept().first(), Some(&Uid::connection(0)));
        assert_eq!(exhibits.kept().last(), Some(&Uid::connection(599)));
    }

    #[test]
    fn evidence_that_grows_by_turns_is_counted_once() {
        let mut exhibits = Exhibits::default();
        let mut hosts: Vec<Evidence<6, 6>> = vec![Evidence::default(); 5];
        for number in 0..1_000 {
            let host = &mut hosts[(number / 10 % 5) as usize];
            host.note(Uid::connection(number));
            exhibits.take(&Shown::from(&*host));
        }
        assert_eq!(exhibits.seen(), 1_000);
        for number in 1_000..2_000 {
            exhibits.take(&Uid::connection(number).into());
        }
        assert_eq!((exhibits.seen(), exhibits.growing.len()), (2_000, GROWING_MAX));
    }

    #[test]
    fn the_same_connection_told_again_is_one() {
        let mut exhibits = Exhibits::default();
        for number in [1, 2, 1, 1, 2] {
            exhibits.take(&Shown::from(Uid::connection(number)));
        }
        assert_eq!((exhibits.seen(), exhibits.kept().len()), (2, 2));
    }

    #[test]
    fn what_is_shown_before_the_rest_does_not_make_it_other_evidence() {
        let mut exhibits = Exhibits::default();
        for (server, seen) in [(1, 10), (2, 20), (1, 30)] {
            let shown = Shown::some_of([Uid::connection(9)], 100);
            exhibits.take(&shown.with_before([Uid::connection(server)], seen));
        }
        assert_eq!((exhibits.seen(), exhibits.kept().len()), (130, 3));
    }
}
