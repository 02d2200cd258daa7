//! What each device took from internal servers and sent to the outside within the last day.
//!
//! Bounded: of each device [`PEERS_KEPT`] servers and as many destinations, the one quiet longest goes first;
//! [`NAMES_KEPT`] names of files.

use std::net::IpAddr;

use records::{Conn, SmbTransfer, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{DeviceIndex, Evidence, hash_of};

pub(crate) const PEERS_KEPT: usize = 32;
pub(crate) const NAMES_KEPT: usize = 24;
/// A connection that carries less is no transfer.
const BYTES_MIN: u64 = 10_000;
/// Ports of services from which nobody takes data worth counting.
const NO_SOURCES: [u16; 8] = [53, 67, 88, 123, 137, 161, 389, 514];

/// A day in buckets of two hours, an hour in buckets of ten minutes.
const DAY_BUCKETS: usize = 12;
const HOUR_BUCKETS: usize = 6;

/// Bytes over a sliding window of buckets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Window<const N: usize> {
    #[serde(with = "buckets")]
    buckets: [u64; N],
    newest: i64,
}

mod buckets {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer, const N: usize>(
        buckets: &[u64; N],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        buckets.as_slice().serialize(to)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>, const N: usize>(
        from: D,
    ) -> Result<[u64; N], D::Error> {
        let buckets = Vec::<u64>::deserialize(from)?;
        buckets.try_into().map_err(|_| D::Error::custom("another number of buckets"))
    }
}

impl<const N: usize> Window<N> {
    fn advance(&mut self, bucket: i64) {
        let steps = bucket - self.newest;
        // A jump back in time starts afresh; a little late is counted into the newest.
        if steps >= N as i64 || steps < -(N as i64) {
            self.buckets = [0; N];
            self.newest = bucket;
        } else if steps > 0 {
            for step in 1..=steps {
                if let Some(old) = self.buckets.get_mut(Self::place(self.newest + step)) {
                    *old = 0;
                }
            }
            self.newest = bucket;
        }
    }

    fn add(&mut self, bucket: i64, bytes: u64) {
        self.advance(bucket);
        let place = Self::place(bucket.clamp(self.newest - (N as i64 - 1), self.newest));
        if let Some(sum) = self.buckets.get_mut(place) {
            *sum = sum.saturating_add(bytes);
        }
    }

    fn sum(&self) -> u64 {
        self.buckets.iter().fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }

    fn place(bucket: i64) -> usize {
        usize::try_from(bucket.rem_euclid(N as i64)).unwrap_or(0)
    }
}

/// What went between a device and one peer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeerVolume {
    key: u64,
    /// Its address, the latest one.
    pub address: IpAddr,
    /// Its registered domain, where DNS gave one.
    pub domain: Option<String>,
    /// Port of the service, the latest one.
    pub port: u16,
    day: Window<DAY_BUCKETS>,
    hour: Window<HOUR_BUCKETS>,
    other_way: Window<DAY_BUCKETS>,
    /// When the transfers of the last day began.
    pub first: Timestamp,
    /// When the latest ended.
    pub last: Timestamp,
    /// Connections, the first and the latest.
    pub evidence: Evidence<6, 6>,
}

impl PeerVolume {
    /// Bytes that counted (taken from the server, or sent to the destination) within a day.
    pub fn day_bytes(&self) -> u64 {
        self.day.sum()
    }

    /// Bytes that counted within an hour.
    pub fn hour_bytes(&self) -> u64 {
        self.hour.sum()
    }

    /// Which peer it is: the same number for the same domain or address.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// The registered domain, else the address.
    pub fn name(&self) -> String {
        self.domain.clone().unwrap_or_else(|| self.address.to_string())
    }

    /// Bytes that went the other way within a day.
    pub fn other_way_bytes(&self) -> u64 {
        self.other_way.sum()
    }

    fn add(&mut self, conn: &Conn, end: Timestamp, bytes: u64, other_way: u64) {
        const DAY: i64 = 86_400_000_000_000;
        if end.since(self.last).0.abs() > DAY {
            self.first = conn.ts;
            self.evidence = Evidence::default();
        }
        self.first = self.first.min(conn.ts);
        self.last = self.last.max(end);
        let minutes = end.0.div_euclid(60_000_000_000);
        self.day.add(minutes.div_euclid(120), bytes);
        self.hour.add(minutes.div_euclid(10), bytes);
        self.other_way.add(minutes.div_euclid(120), other_way);
        self.evidence.note(conn.uid);
    }
}

/// What one device moved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Volume {
    /// By internal server: bytes taken.
    pub taken: Vec<PeerVolume>,
    /// By outside destination: bytes sent.
    pub sent: Vec<PeerVolume>,
    /// Names of files that were read from shares, the latest last.
    pub names: Vec<String>,
}

impl Volume {
    /// The destination that `address` belongs to, as it was last noted.
    pub fn sent_to(&self, address: IpAddr) -> Option<&PeerVolume> {
        self.sent.iter().filter(|peer| peer.address == address).max_by_key(|peer| peer.last)
    }

    /// Bytes taken from internal servers within the last day.
    pub fn taken_bytes(&self, now: Timestamp) -> u64 {
        self.recently_taken(now).map(PeerVolume::day_bytes).sum()
    }

    /// The servers that something was taken from within the last day.
    pub fn recently_taken(&self, now: Timestamp) -> impl Iterator<Item = &PeerVolume> {
        const DAY: i64 = 86_400_000_000_000;
        self.taken.iter().filter(move |peer| now.since(peer.last).0 < DAY)
    }
}

/// What all devices moved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Volumes {
    of: Vec<Volume>,
}

impl Volumes {
    /// What one device moved.
    pub fn of(&self, device: DeviceIndex) -> Option<&Volume> {
        self.of.get(device.0 as usize)
    }

    pub(crate) fn note_sent(
        &mut self,
        device: DeviceIndex,
        conn: &Conn,
        end: Timestamp,
        domain: Option<&str>,
    ) {
        let (sent, received) = (conn.orig_bytes.unwrap_or(0), conn.resp_bytes.unwrap_or(0));
        if sent < BYTES_MIN {
            return;
        }
        let key = domain.map_or_else(|| key_of(conn.id.resp_h, 0), hash_of);
        let Some(volume) = self.of_mut(device) else { return };
        let peer = peer(&mut volume.sent, key, conn);
        if peer.domain.as_deref() != domain {
            peer.domain = domain.map(str::to_owned);
        }
        peer.add(conn, end, sent, received);
    }

    pub(crate) fn note_taken(&mut self, device: DeviceIndex, conn: &Conn, end: Timestamp) {
        let (given, taken) = (conn.orig_bytes.unwrap_or(0), conn.resp_bytes.unwrap_or(0));
        if taken < BYTES_MIN || NO_SOURCES.contains(&conn.id.resp_p) {
            return;
        }
        let Some(volume) = self.of_mut(device) else { return };
        peer(&mut volume.taken, key_of(conn.id.resp_h, conn.id.resp_p), conn).add(conn, end, taken, given);
    }

    pub(crate) fn note_file(&mut self, device: DeviceIndex, transfer: &SmbTransfer) {
        let Some(name) = transfer.name.as_ref().filter(|_| transfer.bytes_read > 0) else { return };
        let Some(volume) = self.of_mut(device) else { return };
        if name.len() > 512 || volume.names.contains(name) {
            return;
        }
        if volume.names.len() == NAMES_KEPT {
            volume.names.remove(0);
        }
        volume.names.push(name.clone());
    }

    fn of_mut(&mut self, device: DeviceIndex) -> Option<&mut Volume> {
        let place = device.0 as usize;
        if self.of.len() <= place {
            self.of.resize_with(place + 1, Volume::default);
        }
        self.of.get_mut(place)
    }
}

fn key_of(address: IpAddr, port: u16) -> u64 {
    use std::hash::BuildHasher;
    rustc_hash::FxBuildHasher.hash_one((address, port))
}

fn peer<'a>(peers: &'a mut Vec<PeerVolume>, key: u64, conn: &Conn) -> &'a mut PeerVolume {
    let place = match peers.iter().position(|peer| peer.key == key) {
        Some(place) => place,
        None => {
            if peers.len() == PEERS_KEPT
                && let Some(quiet) =
                    (0..peers.len()).min_by_key(|place| peers.get(*place).map(|peer| peer.last))
            {
                peers.swap_remove(quiet);
            }
            peers.push(PeerVolume {
                key,
                address: conn.id.resp_h,
                domain: None,
                port: conn.id.resp_p,
                day: Window { buckets: [0; DAY_BUCKETS], newest: i64::MIN / 2 },
                hour: Window { buckets: [0; HOUR_BUCKETS], newest: i64::MIN / 2 },
                other_way: Window { buckets: [0; DAY_BUCKETS], newest: i64::MIN / 2 },
                first: conn.ts,
                last: conn.ts,
                evidence: Evidence::default(),
            });
            peers.len() - 1
        }
    };
    #[expect(clippy::indexing_slicing, reason = "the place was found or made just before")]
    let peer = &mut peers[place];
    (peer.address, peer.port) = (conn.id.resp_h, conn.id.resp_p);
    peer
}

#[cfg(test)]
mod tests {
    use records::Interval;

    use super::*;

    #[test]
    fn the_window_slides() {
        let mut window = Window::<4> { buckets: [0; 4], newest: i64::MIN / 2 };
        for (bucket, bytes, sum) in [(10, 5, 5), (11, 1, 6), (9, 2, 8), (13, 1, 7), (14, 1, 3), (-90, 7, 7)] {
            window.add(bucket, bytes);
            assert_eq!(window.sum(), sum, "{bucket}");
        }
    }

    #[test]
    fn what_was_sent_is_summed_by_destination() {
        let mut volumes = Volumes::default();
        for minute in 0..10 {
            let mut conn = Conn { orig_bytes: Some(1_000_000), resp_bytes: Some(10), ..Conn::default() };
            conn.ts = Timestamp(0) + Interval::from_secs(minute * 1200);
            conn.id.resp_h = IpAddr::from([198, 51, 100, (minute % 2) as u8]);
            volumes.note_sent(DeviceIndex(3), &conn, conn.ts, Some("example.com"));
        }
        let volume = volumes.of(DeviceIndex(3)).unwrap();
        assert_eq!(volume.sent.len(), 1);
        assert_eq!((volume.sent[0].day_bytes(), volume.sent[0].hour_bytes()), (10_000_000, 3_000_000));
    }
}
