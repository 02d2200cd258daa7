//! The different things that one device did within a while.

use std::net::IpAddr;

use records::{Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{Evidence, Seen};

use crate::days::Days;

const PEERS_KEPT: usize = 64;
/// Things this close together are done at once.
pub(crate) const MINUTE: Interval = Interval::from_secs(60);

/// A count of different items, with what is needed to tell of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tally<I, E> {
    /// The different items, sorted.
    pub(crate) items: Vec<I>,
    /// All that was noted, repeats too.
    pub(crate) events: u64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    /// The address of the device when it was last seen.
    pub(crate) host: IpAddr,
    pub(crate) peers: Vec<IpAddr>,
    pub(crate) evidence: Evidence<8, 8>,
    /// Start of the minute that runs, new items in it, most in any.
    minute: (Timestamp, u32, u32),
    told: usize,
    /// Days on which it was told of.
    pub(crate) days: Days,
    /// What the detection keeps besides.
    pub(crate) extra: E,
}

impl<I, E: Default> Default for Tally<I, E> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            events: 0,
            first: Timestamp(i64::MAX),
            last: Timestamp(i64::MIN),
            host: IpAddr::from([0, 0, 0, 0]),
            peers: Vec::new(),
            evidence: Evidence::default(),
            minute: (Timestamp(i64::MIN), 0, 0),
            told: 0,
            days: Days::default(),
            extra: E::default(),
        }
    }
}

impl<I: Ord, E: Default> Tally<I, E> {
    /// Notes `item`, done by `host` to `peer`; tells whether it is new. At most `kept` items are kept: far more than
    /// any threshold, so that what comes after them changes no verdict.
    pub(crate) fn note(&mut self, seen: &Seen<'_>, host: IpAddr, peer: IpAddr, item: I, kept: usize) -> bool {
        self.events += 1;
        self.first = self.first.min(seen.ts);
        self.last = self.last.max(seen.ts);
        self.host = host;
        let place = match self.items.binary_search(&item) {
            Ok(_) => return false,
            Err(_) if self.items.len() >= kept => return false,
            Err(place) => place,
        };
        self.items.insert(place, item);
        let (start, items, most) = self.minute;
        let runs = items > 0 && seen.ts.since(start).0.abs() < MINUTE.0;
        let (start, items) = if runs { (start, items + 1) } else { (seen.ts, 1) };
        self.minute = (start, items, most.max(items));
        self.show(seen, peer);
        true
    }

    /// Keeps the connection as evidence and the other end as a peer.
    pub(crate) fn show(&mut self, seen: &Seen<'_>, peer: IpAddr) {
        if let Some(uid) = seen.uid {
            self.evidence.note(uid);
        }
        if self.peers.len() < PEERS_KEPT && !self.peers.contains(&peer) {
            self.peers.push(peer);
        }
    }

    /// Most new items within a minute.
    pub(crate) fn fastest(&self) -> u32 {
        self.minute.2
    }

    /// From the first to the last.
    pub(crate) fn seconds(&self) -> f64 {
        self.last.since(self.first).as_secs_f64().max(0.0)
    }

    /// Whether there are half as many again as were told.
    pub(super) fn is_worth_telling(&self) -> bool {
        self.items.len() * 2 >= self.told * 3
    }

    /// Whether there is more than was told.
    pub(super) fn is_untold(&self) -> bool {
        self.told > 0 && self.told < self.items.len()
    }

    pub(super) fn told(&mut self) {
        self.told = self.items.len();
        self.days.note(self.last);
    }

    /// Begins anew; the days stay.
    pub(super) fn restart(&mut self) {
        *self = Self { days: std::mem::take(&mut self.days), ..Self::default() };
    }
}
