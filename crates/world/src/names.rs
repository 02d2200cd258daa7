//! Names of outside addresses, learned from DNS answers, Host headers and TLS server names.
//!
//! Bounded: of one address the latest [`NAMES_OF_ADDRESS`] names; of addresses [`ADDRESSES_MAX`], of which those
//! without a name in the last week are forgotten when it is full.

use std::net::IpAddr;

use records::{Interval, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Names that are kept of one address.
pub(crate) const NAMES_OF_ADDRESS: usize = 4;
/// Addresses whose names are kept.
pub(crate) const ADDRESSES_MAX: usize = 500_000;
const KEEP: Interval = Interval::from_secs(7 * 86_400);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Name {
    text: String,
    /// Where the registered domain begins in it.
    domain: u16,
    last: Timestamp,
    by_dns: bool,
}

/// The names of addresses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Names {
    by_address: FxHashMap<IpAddr, Vec<Name>>,
    knows_dns: bool,
}

impl Names {
    /// Notes that `address` was called `name`; `by_dns` where the Domain Name System said so.
    pub fn note(&mut self, address: IpAddr, name: &str, by_dns: bool, at: Timestamp) {
        if name.is_empty() || name.len() > 253 || name.parse::<IpAddr>().is_ok() {
            return;
        }
        self.knows_dns |= by_dns;
        if self.by_address.len() >= ADDRESSES_MAX && !self.by_address.contains_key(&address) {
            self.by_address.retain(|_, names| names.iter().any(|name| at.since(name.last) < KEEP));
            if self.by_address.len() >= ADDRESSES_MAX {
                return;
            }
        }
        let names = self.by_address.entry(address).or_default();
        if let Some(place) = names.iter().position(|known| known.text == name) {
            let mut known = names.remove(place);
            known.last = at;
            known.by_dns |= by_dns;
            names.push(known);
            return;
        }
        if names.len() == NAMES_OF_ADDRESS {
            names.remove(0);
        }
        let domain = registered_domain(name).map_or(0, |domain| name.len() - domain.len());
        names.push(Name {
            text: name.to_owned(),
            domain: u16::try_from(domain).unwrap_or(0),
            last: at,
            by_dns,
        });
    }

    /// Whether any answer of DNS was seen.
    pub fn knows_dns(&self) -> bool {
        self.knows_dns
    }

    /// The latest name of `address`.
    pub fn of(&self, address: IpAddr) -> Option<&str> {
        self.by_address.get(&address)?.last().map(|name| name.text.as_str())
    }

    /// The registered domain of the latest name of `address`; the name itself where it has none.
    pub fn domain_of(&self, address: IpAddr) -> Option<&str> {
        let name = self.by_address.get(&address)?.last()?;
        name.text.get(usize::from(name.domain)..)
    }

    /// The registered domain of the latest name that DNS gave `address` for.
    pub fn proven_domain(&self, address: IpAddr) -> Option<&str> {
        let name = self.by_address.get(&address)?.iter().rev().find(|name| name.by_dns)?;
        name.text.get(usize::from(name.domain)..)
    }

    /// Whether DNS was seen to give `address` for `name`.
    pub fn is_proven(&self, address: IpAddr, name: &str) -> bool {
        self.by_address
            .get(&address)
            .is_some_and(|names| names.iter().any(|known| known.by_dns && known.text == name))
    }
}

/// The registered domain of a host name, by the public suffix list: `example.co.jp` of `a.b.example.co.jp`.
pub fn registered_domain(name: &str) -> Option<&str> {
    psl::domain_str(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_name_is_given_and_old_ones_go() {
        let mut names = Names::default();
        let address = "198.51.100.7".parse().unwrap();
        for name in ["a.example", "b.example", "c.example", "d.example", "e.example", "b.example"] {
            names.note(address, name, name.starts_with('b'), Timestamp(0));
        }
        names.note(address, "198.51.100.7", true, Timestamp(0));
        assert_eq!(names.of(address), Some("b.example"));
        assert!(names.is_proven(address, "b.example"));
        assert!(!names.is_proven(address, "a.example"));
    }

    #[test]
    fn the_registered_domain_knows_the_suffixes() {
        assert_eq!(registered_domain("a.b.example.co.jp"), Some("example.co.jp"));
        assert_eq!(registered_domain("www.pcrepair-plus.com"), Some("pcrepair-plus.com"));
    }
}
