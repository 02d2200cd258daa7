//! The contacts of one device with one destination.

use std::net::IpAddr;

use learn::EventTimes;
use records::{Http, Interval, Timestamp, Uid};
use serde::{Deserialize, Serialize};
use world::{Evidence, host_of};

/// Contacts at which the rhythm is looked at; after the last, every time as many again came.
const LOOKS: [u64; 12] = [8, 9, 10, 11, 12, 14, 16, 20, 26, 34, 48, 64];

/// Mean and spread of sizes, as `ln(1+x)`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sizes {
    count: u32,
    mean: f64,
    squares: f64,
    pub(super) total: u64,
}

impl Sizes {
    pub(super) fn note(&mut self, bytes: u64) {
        self.total = self.total.saturating_add(bytes);
        self.count = self.count.saturating_add(1);
        let value = (bytes as f64).ln_1p();
        let from_old = value - self.mean;
        self.mean += from_old / f64::from(self.count);
        self.squares += from_old * (value - self.mean);
    }

    /// Spread in logarithms: 0.1 is ±10 %.
    pub(super) fn spread(&self) -> f64 {
        if self.count == 0 { 0.0 } else { (self.squares / f64::from(self.count)).sqrt() }
    }

    pub(super) fn usual(&self) -> f64 {
        self.mean.exp_m1()
    }
}

/// What the client let be seen of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Client {
    /// User agent of a tool, not a browser.
    pub(super) tool: Option<String>,
    /// A TLS fingerprint that is strange for the device.
    pub(super) strange_tls: bool,
    /// A server name or Host header that is a name, not an address.
    pub(super) named: Option<String>,
    /// HTTP or TLS without any name.
    pub(super) nameless: bool,
    /// HTTP/1.1 without a host, which that demands.
    pub(super) hostless: bool,
}

impl Client {
    /// Takes in whom a request asked for.
    pub(super) fn note_host(&mut self, http: &Http) {
        match http.host.as_deref().map(host_of).filter(|host| !host.is_empty()) {
            Some(host) if host.parse::<IpAddr>().is_err() => self.named = Some(host.to_owned()),
            host => {
                self.nameless = true;
                self.hostless = host.is_none() && http.version.as_deref() == Some("1.1");
            }
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pair {
    pub(super) times: EventTimes,
    pub(super) sent: Sizes,
    pub(super) received: Sizes,
    pub(super) client: Client,
    pub(super) host: IpAddr,
    pub(super) peers: Vec<IpAddr>,
    pub(super) service: Option<String>,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) evidence: Evidence<6, 6>,
    pub(super) is_told: bool,
    looked_at: u64,
    /// Whether something was noted since the last look.
    is_changed: bool,
}

impl Pair {
    pub(super) fn new(host: IpAddr) -> Self {
        Self {
            times: EventTimes::default(),
            sent: Sizes::default(),
            received: Sizes::default(),
            client: Client::default(),
            host,
            peers: Vec::new(),
            service: None,
            first: Timestamp(i64::MAX),
            last: Timestamp(i64::MIN),
            evidence: Evidence::default(),
            is_told: false,
            looked_at: 0,
            is_changed: false,
        }
    }

    /// Notes that something happened at `at` on connection `uid`.
    pub(super) fn note(&mut self, at: Timestamp, uid: Uid, peer: IpAddr) {
        const PEERS_KEPT: usize = 8;
        self.is_changed = true;
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        if !self.times.note(at.0) {
            return;
        }
        if !self.peers.contains(&peer) && self.peers.len() < PEERS_KEPT {
            self.peers.push(peer);
        }
        self.evidence.note(uid);
    }

    /// Notes a connection, unless what it carried was noted before it ended: that is the same contact.
    pub(super) fn note_conn(&mut self, at: Timestamp, uid: Uid, peer: IpAddr) {
        if self.evidence.kept().contains(&uid) {
            self.first = self.first.min(at);
        } else {
            self.note(at, uid, peer);
        }
    }

    /// Whether there are contacts enough since the last look.
    pub(super) fn is_due(&mut self) -> bool {
        let noted = self.times.noted();
        let next =
            LOOKS.iter().copied().find(|look| *look > self.looked_at).unwrap_or(self.looked_at * 3 / 2);
        if noted < next {
            return false;
        }
        self.look();
        true
    }

    /// Says that the pair is looked at as it is now.
    pub(super) fn look(&mut self) {
        self.looked_at = self.times.noted();
        self.is_changed = false;
    }

    /// Whether what was reported is no longer all that is known.
    pub(super) fn is_stale(&self) -> bool {
        self.is_told && self.is_changed
    }

    /// Whether the contacts pause: for some minutes, and for longer than they do between two of them.
    pub(super) fn is_at_rest(&self, now: Timestamp) -> bool {
        const REST: Interval = Interval::from_secs(300);
        const PAUSES: f64 = 3.0;
        let between = self.last.since(self.first).as_secs_f64() / self.times.noted().max(1) as f64;
        let quiet = now.since(self.last);
        quiet >= REST && quiet.as_secs_f64() >= between * PAUSES
    }
}
