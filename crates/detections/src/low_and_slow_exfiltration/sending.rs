//! What one device sends to one destination, piece by piece.

use std::net::IpAddr;

use records::{Conn, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bounded::Standing;
use crate::trail::Trail;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sending {
    pub(super) trail: Trail,
    /// Registered domain of the destination, else its address.
    pub(super) place: String,
    /// Its latest address.
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) pieces: u32,
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) largest: u64,
    /// Different hours, and different days, with pieces.
    pub(super) hours: u32,
    pub(super) days: u16,
    pub(super) most_of_an_hour: u64,
    /// The hour that runs, and what was sent in it.
    hour: i64,
    bytes_of_hour: u64,
    /// Bytes that were told.
    told: u64,
}

impl Sending {
    pub(super) fn new(conn: &Conn, place: &str) -> Self {
        Self {
            trail: Trail::new(conn.id.orig_h),
            place: place.to_owned(),
            address: conn.id.resp_h,
            port: conn.id.resp_p,
            pieces: 0,
            sent: 0,
            received: 0,
            largest: 0,
            hours: 0,
            days: 0,
            most_of_an_hour: 0,
            hour: i64::MIN,
            bytes_of_hour: 0,
            told: 0,
        }
    }

    /// Notes a piece. What ends late belongs to the hour that runs.
    pub(super) fn note(&mut self, conn: &Conn, end: Timestamp) {
        let sent = conn.orig_bytes.unwrap_or(0);
        let hour = end.0.div_euclid(3_600_000_000_000);
        if hour > self.hour {
            self.hours = self.hours.saturating_add(1);
            let is_new_day = self.hour == i64::MIN || hour.div_euclid(24) > self.hour.div_euclid(24);
            self.days = self.days.saturating_add(u16::from(is_new_day));
            (self.hour, self.bytes_of_hour) = (hour, 0);
        }
        self.bytes_of_hour = self.bytes_of_hour.saturating_add(sent);
        self.most_of_an_hour = self.most_of_an_hour.max(self.bytes_of_hour);
        self.pieces = self.pieces.saturating_add(1);
        self.sent = self.sent.saturating_add(sent);
        self.received = self.received.saturating_add(conn.resp_bytes.unwrap_or(0));
        self.largest = self.largest.max(sent);
        (self.address, self.port) = (conn.id.resp_h, conn.id.resp_p);
        self.trail.note(conn.id.orig_h, conn.ts, end, conn.uid);
    }

    /// How many times what came back went out.
    pub(super) fn ratio(&self) -> f64 {
        self.sent as f64 / self.received.max(1) as f64
    }

    /// Whether it is news: the first time, and when it has grown by a quarter.
    pub(super) fn is_due(&self) -> bool {
        self.told == 0 || self.sent >= self.told.saturating_add(self.told / 4)
    }

    /// Whether not all that it sent was told.
    pub(super) fn is_behind(&self) -> bool {
        self.told > 0 && self.sent > self.told
    }

    pub(super) fn told(&mut self) {
        self.told = self.sent;
    }
}

impl Standing for Sending {
    fn standing(&self) -> (bool, Timestamp) {
        (self.told > 0, self.trail.last)
    }
}
