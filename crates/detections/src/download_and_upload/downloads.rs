//! What one device fetched from rare places outside.

use std::net::IpAddr;

use records::{Conn, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::Evidence;

use crate::bounded::Standing;

/// Downloads of a device that are kept, the latest.
const KEPT: usize = 8;
/// What was fetched longer ago is another matter.
const LATER_MAX: Interval = Interval::from_secs(12 * 3600);
/// Connections to the same place within so long belong to one download.
const PAUSE: Interval = Interval::from_secs(1800);

/// What was fetched from one place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Download {
    /// Registered domain, else the address.
    pub(super) place: String,
    pub(super) address: IpAddr,
    pub(super) bytes: u64,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) evidence: Evidence<3, 3>,
}

/// The downloads of one device.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Downloads {
    latest: Vec<Download>,
}

impl Downloads {
    pub(super) fn note(&mut self, conn: &Conn, end: Timestamp, place: String) {
        let bytes = conn.resp_bytes.unwrap_or(0);
        let same =
            |download: &&mut Download| download.place == place && conn.ts.since(download.last) <= PAUSE;
        if let Some(download) = self.latest.iter_mut().find(same) {
            download.bytes = download.bytes.saturating_add(bytes);
            download.first = download.first.min(conn.ts);
            download.last = download.last.max(end);
            download.address = conn.id.resp_h;
            download.evidence.note(conn.uid);
            return;
        }
        if self.latest.len() >= KEPT {
            // The smallest is the least worth.
            let smallest = self.latest.iter().enumerate().min_by_key(|(_, download)| download.bytes);
            if let Some(place) = smallest.map(|(place, _)| place) {
                self.latest.remove(place);
            }
        }
        let mut evidence = Evidence::default();
        evidence.note(conn.uid);
        let address = conn.id.resp_h;
        self.latest.push(Download { place, address, bytes, first: conn.ts, last: end, evidence });
    }

    /// Those that were over, or nearly so, when something else began.
    pub(super) fn before(&self, begin: Timestamp) -> impl Iterator<Item = &Download> {
        self.latest
            .iter()
            .filter(move |download| download.first <= begin && begin.since(download.last) <= LATER_MAX)
    }
}

impl Standing for Downloads {
    fn standing(&self) -> (bool, Timestamp) {
        let last = self.latest.iter().map(|download| download.last).max();
        (false, last.unwrap_or(Timestamp(i64::MIN)))
    }
}
