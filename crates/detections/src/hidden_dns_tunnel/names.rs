//! The names below one domain that one device asked for.

use std::net::IpAddr;

use records::Dns;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::{hash_of, registered_domain};

use super::{Carries, carries};
use crate::letters::looks_random;
use crate::trail::Trail;

/// Names and answers that are remembered, to count each once; further ones count as new.
const HASHES_KEPT: usize = 256;
/// Longer than any top-level domain.
const TOP_LEVEL_MAX: usize = 24;
const TYPES_KEPT: usize = 8;
const EXAMPLE_MAX: usize = 120;

/// Domain and the part below it. No domain where the name lies below no top-level domain that could exist: a client
/// then asks its own server directly. Names of computers for addresses (`arpa`) and of services (`_ldap._tcp`) are no
/// such names.
pub(super) fn zone_of(query: &str) -> Option<(Option<&str>, &str)> {
    let top = query.rsplit('.').next()?;
    if top.eq_ignore_ascii_case("arpa") || query.starts_with('_') || !query.contains('.') {
        return None;
    }
    let is_possible = top.len() <= TOP_LEVEL_MAX
        && (top.starts_with("xn--") || top.bytes().all(|byte| byte.is_ascii_alphabetic()));
    if !is_possible {
        return Some((None, query));
    }
    let domain = registered_domain(query)?;
    let below = query.get(..query.len() - domain.len())?.trim_end_matches('.');
    (!below.is_empty()).then_some((Some(domain), below))
}

/// What was asked for and answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Names {
    pub(super) zone: String,
    pub(super) server: IpAddr,
    pub(super) trail: Trail,
    /// Distinct names, and the bytes in them.
    pub(super) count: u64,
    pub(super) bytes: u64,
    pub(super) longest: u64,
    /// Distinct names that are no words.
    pub(super) coded: u64,
    pub(super) queries: u64,
    /// Bytes in distinct answers that hold text.
    pub(super) answered: u64,
    /// Queries of types that hold what they want.
    pub(super) opaque: u64,
    /// Answers that are an address of 127.0.0.0/8.
    pub(super) listed: u64,
    pub(super) types: Vec<String>,
    pub(super) example: String,
    seen: FxHashSet<u64>,
    told_bytes: u64,
}

impl Names {
    pub(super) fn new(host: IpAddr, zone: String) -> Self {
        Self {
            zone,
            server: host,
            trail: Trail::new(host),
            count: 0,
            bytes: 0,
            longest: 0,
            coded: 0,
            queries: 0,
            answered: 0,
            opaque: 0,
            listed: 0,
            types: Vec::new(),
            example: String::new(),
            seen: FxHashSet::default(),
            told_bytes: 0,
        }
    }

    /// Notes a query for `name` below the domain.
    pub(super) fn note(&mut self, dns: &Dns, name: &str) {
        self.server = dns.id.resp_h;
        self.queries += 1;
        self.trail.note(dns.id.orig_h, dns.ts, dns.ts, dns.uid);
        let carries = carries(dns);
        self.opaque += u64::from(carries == Carries::Opaque);
        if let Some(kind) = &dns.qtype_name
            && self.types.len() < TYPES_KEPT
            && !self.types.iter().any(|known| known == kind)
        {
            self.types.push(kind.to_string());
        }
        if self.is_new(name) {
            let bytes = raw_len(name);
            self.count += 1;
            self.coded += u64::from(name.split('.').any(looks_random));
            self.bytes = self.bytes.saturating_add(bytes);
            if bytes > self.longest {
                self.longest = bytes;
                self.example = name.chars().take(EXAMPLE_MAX).collect();
            }
        }
        for answer in dns.answers.iter().flatten() {
            if answer.starts_with("127.") {
                self.listed += 1;
            } else if carries == Carries::Text && self.is_new(answer) {
                self.answered = self.answered.saturating_add(raw_len(answer));
            }
        }
    }

    /// Mean length of the names below the domain.
    pub(super) fn usual_length(&self) -> f64 {
        self.bytes as f64 / self.count.max(1) as f64
    }

    /// Whether a quarter more was carried than was told.
    pub(super) fn is_due(&self) -> bool {
        self.told_bytes == 0 || self.bytes >= self.told_bytes.saturating_add(self.told_bytes / 4)
    }

    /// Whether something was carried since it was told.
    pub(super) fn is_stale(&self) -> bool {
        self.told_bytes > 0 && self.bytes > self.told_bytes
    }

    pub(super) fn told(&mut self) {
        self.told_bytes = self.bytes.max(1);
    }

    fn is_new(&mut self, text: &str) -> bool {
        let hash = hash_of(text);
        if self.seen.len() < HASHES_KEPT { self.seen.insert(hash) } else { !self.seen.contains(&hash) }
    }
}

/// Bytes on the wire: what is no text stands in records as `\xhh`.
fn raw_len(text: &str) -> u64 {
    let escapes = text.matches("\\x").count();
    text.len().saturating_sub(3 * escapes) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_below_impossible_domains_belong_to_their_server() {
        assert_eq!(zone_of("a.b.example.co.jp"), Some((Some("example.co.jp"), "a.b")));
        assert_eq!(zone_of("dnscat.0b9801f5"), Some((None, "dnscat.0b9801f5")));
        for name in ["example.com", "printer", "1.0.0.127.in-addr.arpa", "_ldap._tcp.example.com"] {
            assert_eq!(zone_of(name), None, "{name}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_count_once() {
        assert_eq!(raw_len("ab\\xff\\x00c"), 5);
    }
}
