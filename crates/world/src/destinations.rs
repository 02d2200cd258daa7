//! How rare outside destinations are, for their address, host name and registered domain.
//!
//! Bounded: [`DESTINATIONS_MAX`] of each kind; when that many are known, those without a contact for two weeks are
//! forgotten (they would be rare again anyway), then those without one since yesterday.

use std::hash::Hash;
use std::net::IpAddr;

use learn::Contacts;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{DeviceIndex, registered_domain};

/// Addresses, and names, that are remembered.
pub(crate) const DESTINATIONS_MAX: usize = 1_000_000;

/// Who contacted which destination.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Destinations {
    addresses: FxHashMap<IpAddr, Contacts>,
    /// Host names and registered domains; a host that is its own registered domain is one entry.
    names: FxHashMap<String, Contacts>,
}

impl Destinations {
    /// Notes a contact to an address.
    pub fn note_address(&mut self, address: IpAddr, device: DeviceIndex, day: i32) {
        if let Some(contacts) = self.addresses.get_mut(&address) {
            contacts.note(device.0, day);
        } else if room(&mut self.addresses, day) {
            self.addresses.entry(address).or_default().note(device.0, day);
        }
    }

    /// Notes a contact to a host by name, and to its registered domain.
    pub fn note_name(&mut self, host: &str, device: DeviceIndex, day: i32) {
        self.note_one_name(host, device, day);
        if let Some(domain) = registered_domain(host)
            && domain.len() != host.len()
        {
            self.note_one_name(domain, device, day);
        }
    }

    fn note_one_name(&mut self, name: &str, device: DeviceIndex, day: i32) {
        if let Some(contacts) = self.names.get_mut(name) {
            contacts.note(device.0, day);
        } else if room(&mut self.names, day) {
            self.names.entry(name.to_owned()).or_default().note(device.0, day);
        }
    }

    /// Contacts of an address.
    pub fn address(&self, address: IpAddr) -> Option<&Contacts> {
        self.addresses.get(&address)
    }

    /// Contacts of a host name or registered domain.
    pub fn name(&self, name: &str) -> Option<&Contacts> {
        self.names.get(name)
    }
}

fn room<K: Hash + Eq>(known: &mut FxHashMap<K, Contacts>, day: i32) -> bool {
    if known.len() < DESTINATIONS_MAX {
        return true;
    }
    known.retain(|_, contacts| contacts.last_day() > day - 14);
    if known.len() >= DESTINATIONS_MAX {
        known.retain(|_, contacts| contacts.last_day() >= day);
    }
    known.len() < DESTINATIONS_MAX
}
