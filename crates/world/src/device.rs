//! One device: its names, addresses and users.

use std::net::IpAddr;

use records::Timestamp;
use serde::{Deserialize, Serialize};

/// So many address spans are kept; the oldest goes first.
const SPANS_KEPT: usize = 32;

/// A time during which a device held an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressSpan {
    /// The address.
    pub address: IpAddr,
    /// First seen with it.
    pub from: Timestamp,
    /// Last seen with it.
    pub to: Timestamp,
}

/// How sure the source of a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NameSource {
    /// What others call so may be a service or a domain rather than the computer: `www`, `example.com`.
    Doubtful,
    /// Others call it so: DNS answers, paths of shares.
    Others,
    /// It says so itself, unproven: NTLM.
    Itself,
    /// DHCP, or a computer account that the domain accepted.
    Proven,
}

/// What is known of one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Stable name, made from the hardware address or the first IP address.
    pub id: String,
    /// Host names, with how sure each is.
    pub names: Vec<(String, NameSource)>,
    /// Addresses and when it held them, the latest last.
    pub addresses: Vec<AddressSpan>,
    /// Hardware addresses.
    pub macs: Vec<u64>,
    /// Users that logged on from it, the latest last.
    pub users: Vec<String>,
    /// First traffic.
    pub first_seen: Timestamp,
    /// Latest traffic.
    pub last_seen: Timestamp,
}

impl Device {
    /// The surest name, else the latest address.
    pub fn name(&self) -> String {
        let best = self.names.iter().max_by_key(|name| name.1);
        match (best, self.addresses.last()) {
            (Some((name, _)), _) => name.clone(),
            (None, Some(span)) => span.address.to_string(),
            (None, None) => self.id.clone(),
        }
    }

    /// The addresses that it held at some time between `from` and `to`.
    pub fn addresses_between(&self, from: Timestamp, to: Timestamp) -> Vec<IpAddr> {
        let mut held: Vec<IpAddr> = self
            .addresses
            .iter()
            .filter(|span| span.from <= to && span.to >= from)
            .map(|span| span.address)
            .collect();
        held.sort_unstable();
        held.dedup();
        held
    }

    pub(crate) fn is_proven(&self) -> bool {
        self.names.iter().any(|name| name.1 == NameSource::Proven)
    }

    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.0.eq_ignore_ascii_case(name))
    }

    pub(crate) fn touch(&mut self, address: IpAddr, at: Timestamp) {
        self.last_seen = self.last_seen.max(at);
        self.first_seen = self.first_seen.min(at);
        if let Some(span) = self.addresses.iter_mut().rev().find(|span| span.address == address) {
            span.to = span.to.max(at);
        } else {
            self.hold(address, at);
        }
    }

    pub(crate) fn hold(&mut self, address: IpAddr, at: Timestamp) {
        if self.addresses.len() == SPANS_KEPT {
            self.addresses.remove(0);
        }
        self.addresses.push(AddressSpan { address, from: at, to: at });
    }
}
