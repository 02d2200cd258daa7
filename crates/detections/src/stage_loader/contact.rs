//! When one host was at the services of another, and which ports refused it there.

use records::{Interval, Timestamp, Uid};
use serde::{Deserialize, Serialize};

use crate::bounded::Standing;

/// What comes later than this after the contact has another cause.
const SOON: Interval = Interval::from_secs(60);
/// Contacts with a pause of more than that between them are two; so many are remembered.
const CONTACTS_KEPT: usize = 8;
const REFUSED_KEPT: usize = 4;

/// The contacts of one host with another.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Contact {
    /// Beginning and end of each, the latest last, with a connection that shows it.
    spans: Vec<(Timestamp, Timestamp, Option<Uid>)>,
    refused: Vec<(u16, Timestamp)>,
}

impl Contact {
    pub(super) fn note(&mut self, at: Timestamp, uid: Option<Uid>) {
        let near = |(first, last, _): &&mut (Timestamp, Timestamp, Option<Uid>)| {
            first.since(at).0 <= SOON.0 && at.since(*last).0 <= SOON.0
        };
        if let Some(span) = self.spans.iter_mut().rev().find(near) {
            span.0 = span.0.min(at);
            span.1 = span.1.max(at);
            return;
        }
        if self.spans.len() >= CONTACTS_KEPT {
            self.spans.remove(0);
        }
        self.spans.push((at, at, uid));
    }

    pub(super) fn refuse(&mut self, port: u16, at: Timestamp) {
        self.refused.retain(|known| known.0 != port);
        if self.refused.len() >= REFUSED_KEPT {
            self.refused.remove(0);
        }
        self.refused.push((port, at));
    }

    /// How long before `at` a contact was, if it was not long before.
    pub(super) fn before(&self, at: Timestamp) -> Option<Interval> {
        let soon_after = |(first, last, _): &&(Timestamp, Timestamp, Option<Uid>)| {
            *first < at && at.since(*last).0 <= SOON.0
        };
        self.spans
            .iter()
            .rev()
            .find(soon_after)
            .map(|(first, last, _)| at.since(if *last < at { *last } else { *first }))
    }

    /// Whether the port refused a connection shortly before.
    pub(super) fn has_refused(&self, port: u16, at: Timestamp) -> bool {
        self.refused.iter().any(|known| known.0 == port && known.1 < at && at.since(known.1).0 <= SOON.0)
    }

    pub(super) fn last(&self) -> Timestamp {
        let contacts = self.spans.iter().map(|span| span.1);
        contacts.chain(self.refused.iter().map(|refused| refused.1)).max().unwrap_or(Timestamp(i64::MIN))
    }

    /// A connection that shows the latest.
    pub(super) fn uid(&self) -> Option<Uid> {
        self.spans.last().and_then(|span| span.2)
    }
}

impl Standing for Contact {
    fn standing(&self) -> (bool, Timestamp) {
        (!self.spans.is_empty(), self.last())
    }
}
