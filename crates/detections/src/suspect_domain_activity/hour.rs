//! The domains that one device asked for within the hour that runs.

use std::net::IpAddr;

use records::{Dns, Interval, Timestamp};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::hash_of;

use crate::generated;
use crate::letters::looks_random;
use crate::trail::Trail;

/// Domains that are told apart; more are not counted.
const DOMAINS_KEPT: usize = 1_024;
const EXAMPLES_KEPT: usize = 20;
/// A domain found so soon after a missing one may be the one that was looked for.
const SOON: Interval = Interval::from_secs(10);
/// A span of missing domains ends after so long: what trickles over a day is no burst.
const SPAN: Interval = Interval::from_secs(3_600);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Hour {
    /// When domains were missing, and the queries that show it.
    pub(super) trail: Trail,
    pub(super) server: Option<IpAddr>,
    /// Missing domains that look like drawn letters.
    pub(super) random: usize,
    /// Domains that were found and that the model takes for generated.
    pub(super) generated: Vec<String>,
    /// Missing domains that were asked for themselves, not a host below them.
    pub(super) bare: usize,
    pub(super) examples: Vec<String>,
    /// The name that was found soon after the last missing one.
    pub(super) found_after: Option<String>,
    missing: FxHashSet<u64>,
    found: FxHashSet<u64>,
    latest: Timestamp,
    told: usize,
}

impl Hour {
    pub(super) fn new(host: IpAddr) -> Self {
        Self {
            trail: Trail::new(host),
            server: None,
            random: 0,
            generated: Vec::new(),
            bare: 0,
            examples: Vec::new(),
            found_after: None,
            missing: FxHashSet::default(),
            found: FxHashSet::default(),
            latest: Timestamp(i64::MIN),
            told: 0,
        }
    }

    pub(super) fn missing(&self) -> usize {
        self.missing.len()
    }

    pub(super) fn found(&self) -> usize {
        self.found.len()
    }

    /// When it last asked for anything.
    pub(super) fn latest(&self) -> Timestamp {
        self.latest
    }

    /// Notes a domain that was found; true where it is another one that the model takes for generated.
    pub(super) fn note_found(&mut self, dns: &Dns, domain: &str) -> bool {
        self.latest = self.latest.max(dns.ts);
        let hash = hash_of(domain);
        // A domain that exists for one type of record and not for another is no missing one.
        if self.missing.remove(&hash) && looks_generated(domain) {
            self.random = self.random.saturating_sub(1);
        }
        if self.found.len() < DOMAINS_KEPT && self.found.insert(hash) {
            let soon = self.trail.last >= self.trail.first && dns.ts.since(self.trail.last) <= SOON;
            if soon && self.told > 0 {
                self.found_after = dns.query.clone();
            }
            if self.generated.len() < EXAMPLES_KEPT && generated::likelihood(domain) >= generated::LIKELY {
                self.server = Some(dns.id.resp_h);
                self.trail.note(dns.id.orig_h, dns.ts, dns.ts, dns.uid);
                self.generated.push(domain.to_owned());
                return true;
            }
        }
        false
    }

    /// Notes a domain that does not exist; true where it was not noted before.
    pub(super) fn note_missing(&mut self, dns: &Dns, query: &str, domain: &str) -> bool {
        if self.latest >= self.trail.first && dns.ts.since(self.trail.first) > SPAN && self.told == 0 {
            *self = Self::new(dns.id.orig_h);
        }
        self.latest = self.latest.max(dns.ts);
        let hash = hash_of(domain);
        if self.missing.len() >= DOMAINS_KEPT || self.found.contains(&hash) || !self.missing.insert(hash) {
            return false;
        }
        self.server = Some(dns.id.resp_h);
        self.trail.note(dns.id.orig_h, dns.ts, dns.ts, dns.uid);
        self.random += usize::from(looks_generated(domain));
        self.bare += usize::from(query.len() == domain.len());
        if self.examples.len() < EXAMPLES_KEPT {
            self.examples.push(domain.to_owned());
        }
        self.found_after = None;
        true
    }

    /// Whether a quarter more domains were missing than was told.
    pub(super) fn is_due(&self) -> bool {
        self.missing.len() * 4 >= self.told * 5
    }

    pub(super) fn is_stale(&self) -> bool {
        self.told > 0 && self.missing.len() > self.told
    }

    pub(super) fn told(&mut self) {
        self.told = self.missing.len();
    }
}

/// Whether a missing domain looks as if a generator had made it.
fn looks_generated(domain: &str) -> bool {
    looks_random(domain.split('.').next().unwrap_or(domain))
        || generated::likelihood(domain) >= generated::ODD
}
