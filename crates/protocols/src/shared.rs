//! What connections of one pair of hosts share: a control connection announces a data connection.
//!
//! All connections between two hosts are followed by the same shard, so this needs no lock and stays
//! deterministic.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use records::{Endpoints, Interval, LocalNetworks, Timestamp, Uid};
use rustc_hash::FxHashSet;

use crate::key_log::KeyLog;

/// An announced connection that does not come within this span is not expected any more.
const EXPECTED_FOR: Interval = Interval::from_secs(5 * 60);

/// At most so many announcements are kept; the oldest go first.
const EXPECTED_MAX: usize = 65_536;

/// So many certificates of a day are remembered; beyond, some are reported again.
const CERTIFICATES_MAX: usize = 65_536;

/// Which certificates have been reported on their day (UTC). A shard sees only its part of the traffic, so the
/// same rule must be applied again where the records of all shards meet.
#[derive(Debug, Default)]
pub struct CertificatesSeen {
    day: i64,
    fingerprints: FxHashSet<String>,
}

impl CertificatesSeen {
    /// Whether the certificate with this fingerprint is seen for the first time on its day.
    pub fn is_new(&mut self, fingerprint: &str, ts: Timestamp) -> bool {
        if ts.day() != self.day {
            self.fingerprints.clear();
            self.day = ts.day();
        }
        if self.fingerprints.contains(fingerprint) {
            return false;
        }
        if self.fingerprints.len() >= CERTIFICATES_MAX {
            self.fingerprints.clear();
        }
        self.fingerprints.insert(fingerprint.to_owned())
    }
}

/// Announcements and what came of them; certificates that were seen; what the operator has told.
#[derive(Debug, Default)]
pub struct Shared {
    /// Certificates that this shard has reported.
    pub certificates: CertificatesSeen,
    /// Secrets of TLS connections that the user has given.
    pub key_log: KeyLog,
    /// Who is local.
    pub local_networks: LocalNetworks,
    expected: BTreeMap<Place, Expected>,
    order: VecDeque<Place>,
}

/// A pair of hosts and the responder of a connection between them. Other pairs may be followed by other shards,
/// so what they announce must not matter.
type Place = ((IpAddr, IpAddr), (IpAddr, u16));

fn place(id: Endpoints, responder: (IpAddr, u16)) -> Place {
    ((id.orig_h.min(id.resp_h), id.orig_h.max(id.resp_h)), responder)
}

/// A connection that another one has announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Protocol that it will carry, e.g. `ftp-data`.
    pub protocol: &'static str,
    /// The connection that announced it.
    pub announced_by: Uid,
    /// When.
    pub ts: Timestamp,
    /// Name of the file that it will carry, where known.
    pub filename: Option<String>,
    /// The file that it carried, once it was seen.
    pub transfer: Option<Transfer>,
}

/// A file that came over an announced connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Name of the file.
    pub fuid: Uid,
    /// Its type by content.
    pub mime_type: Option<&'static str>,
    /// Bytes seen.
    pub bytes: u64,
}

impl Shared {
    /// The connection `id` announces another one between the same hosts, to this responder.
    pub fn expect(&mut self, id: Endpoints, responder: (IpAddr, u16), expected: Expected) {
        let now = expected.ts;
        let place = place(id, responder);
        if self.expected.insert(place, expected).is_none() {
            self.order.push_back(place);
        }
        while let Some(oldest) = self.order.front() {
            let is_stale = self.expected.get(oldest).is_none_or(|it| now.since(it.ts) > EXPECTED_FOR);
            if !is_stale && self.order.len() <= EXPECTED_MAX {
                break;
            }
            self.expected.remove(oldest);
            self.order.pop_front();
        }
    }

    /// What was announced about this connection, which begins at `start`.
    pub fn announced(&self, id: Endpoints, start: Timestamp) -> Option<&Expected> {
        let expected = self.expected.get(&place(id, (id.resp_h, id.resp_p)))?;
        (start.since(expected.ts) <= EXPECTED_FOR).then_some(expected)
    }

    /// What the connection `id`, or another one between the same hosts, announced about this responder.
    pub fn expected(&mut self, id: Endpoints, responder: (IpAddr, u16)) -> Option<&mut Expected> {
        self.expected.get_mut(&place(id, responder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(seconds: i64) -> Expected {
        Expected {
            protocol: "ftp-data",
            announced_by: Uid::connection(1),
            ts: Timestamp(seconds * 1_000_000_000),
            filename: None,
            transfer: None,
        }
    }

    #[test]
    fn an_announcement_holds_between_its_hosts_for_a_while() {
        let mut shared = Shared::default();
        let [one, other, third] = [1, 2, 3].map(|last| IpAddr::from([10, 0, 0, last]));
        let control = Endpoints { orig_h: one, orig_p: 4000, resp_h: other, resp_p: 21 };
        shared.expect(control, (one, 5000), expected(0));
        let back = Endpoints { orig_h: other, orig_p: 20, resp_h: one, resp_p: 5000 };
        let later = |seconds: i64| Timestamp(seconds * 1_000_000_000);
        assert!(shared.announced(back, later(10)).is_some());
        assert!(shared.announced(back, later(301)).is_none());
        assert!(shared.announced(Endpoints { orig_h: third, ..back }, later(10)).is_none());
        shared.expect(control, (one, 5001), expected(301));
        assert_eq!(shared.order.len(), 1);
    }
}
