//! Requests that have no response yet: how many there are, and which of them were of a kind whose response means
//! something else.

use std::collections::VecDeque;

/// So often the kind may change among the requests that wait. Beyond that all count as of the last kind: then a body may be
/// missed, but the pairing holds, however many wait.
const RUNS_MAX: usize = 4096;

/// What a request says of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No body comes (`HEAD`).
    Head,
    /// Where it is granted, what follows is not HTTP (`CONNECT`).
    Connect,
    /// Nothing.
    Other,
}

impl Kind {
    /// Of a request with this method.
    pub(super) const fn of(method: &[u8]) -> Self {
        if method.eq_ignore_ascii_case(b"HEAD") {
            Self::Head
        } else if method.eq_ignore_ascii_case(b"CONNECT") {
            Self::Connect
        } else {
            Self::Other
        }
    }
}

/// The requests in order, those of one kind in a row as one.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    runs: VecDeque<Run>,
    requests: u64,
}

#[derive(Debug)]
struct Run {
    kind: Kind,
    requests: u64,
}

impl Unanswered {
    /// A request was sent.
    pub(super) fn push(&mut self, kind: Kind) {
        self.requests += 1;
        let is_full = self.runs.len() >= RUNS_MAX;
        match self.runs.back_mut().filter(|run| is_full || run.kind == kind) {
            Some(run) => run.requests += 1,
            None => self.runs.push_back(Run { kind, requests: 1 }),
        }
    }

    /// The oldest request has its response; false where there is none.
    pub(super) fn pop(&mut self) -> bool {
        let Some(run) = self.runs.front_mut() else { return false };
        run.requests -= 1;
        if run.requests == 0 {
            self.runs.pop_front();
        }
        self.requests -= 1;
        true
    }

    /// How many wait.
    pub(super) const fn len(&self) -> u64 {
        self.requests
    }

    /// Whether the oldest is of this kind.
    pub(super) fn is_next(&self, kind: Kind) -> bool {
        self.runs.front().is_some_and(|run| run.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairing_holds_however_many_requests_wait() {
        let mut unanswered = Unanswered::default();
        let kind = |number: u32| if number % 10_000 == 9_999 { Kind::Head } else { Kind::Other };
        (0..30_000).for_each(|number| unanswered.push(kind(number)));
        assert_eq!(unanswered.len(), 30_000);
        for number in 0..30_000 {
            assert!(unanswered.is_next(kind(number)), "{number}");
            assert!(unanswered.pop());
        }
        assert!(!unanswered.pop());
    }

    #[test]
    fn who_changes_the_kind_all_the_time_is_bounded_and_still_counted() {
        let mut unanswered = Unanswered::default();
        let kind = |number| if number % 2 == 0 { Kind::Connect } else { Kind::Other };
        (0..20_000).for_each(|number| unanswered.push(kind(number)));
        assert_eq!((unanswered.runs.len(), unanswered.len()), (RUNS_MAX, 20_000));
        assert_eq!(std::iter::from_fn(|| unanswered.pop().then_some(())).count(), 20_000);
    }
}
