//! What connections of one pair of hosts share: a control connection announces a data connection.
//!
//! All connections between two hosts are followed by the same shard, so this needs no lock and stays
//! deterministic.

use std::collections::BTreeMap;
use std::net::IpAddr;

use records::{Timestamp, Uid};
use rustc_hash::FxHashSet;

/// At most so many announcements are kept; the oldest go first.
const EXPECTED_MAX: usize = 4096;

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

/// Announcements and what came of them; certificates that were seen.
#[derive(Debug, Default)]
pub struct Shared {
    /// Certificates that this shard has reported.
    pub certificates: CertificatesSeen,
    expected: BTreeMap<(IpAddr, u16), Expected>,
    order: std::collections::VecDeque<(IpAddr, u16)>,
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
    /// Announces a connection to this responder.
    pub fn expect(&mut self, responder: (IpAddr, u16), expected: Expected) {
        if self.expected.insert(responder, expected).is_none() {
            self.order.push_back(responder);
        }
        while self.expected.len() > EXPECTED_MAX {
            let Some(oldest) = self.order.pop_front() else { break };
            self.expected.remove(&oldest);
        }
    }

    /// The announcement of a connection to this responder.
    pub fn expected(&mut self, responder: (IpAddr, u16)) -> Option<&mut Expected> {
        self.expected.get_mut(&responder)
    }

    /// Takes the announcement away, when its transfer is over and told.
    pub fn forget(&mut self, responder: (IpAddr, u16)) -> Option<Expected> {
        self.order.retain(|entry| *entry != responder);
        self.expected.remove(&responder)
    }
}
