//! Devices behind changing addresses.
//!
//! A device is known by its hardware address (DHCP, or the link layer where the address is not a router's), by the
//! name of its computer account, or, for want of these, by its IP address. Bounded: at most [`DEVICES_MAX`]
//! devices are followed, later ones have no device; of each the oldest address spans, users and names go first.

use std::net::IpAddr;

use records::{HardwareAddress, Interval, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::device::{Device, NameSource};
use crate::domains::Domains;

/// Devices that are followed.
pub(crate) const DEVICES_MAX: usize = 262_144;
const TEXTS_KEPT: usize = 16;
const MACS_KEPT: usize = 8;
/// An address that began to be used so shortly before its lease was told belongs to who leased it.
const GHOST: Interval = Interval::from_secs(300);
/// A hardware address seen with two addresses within this time belongs to a router or a host with many addresses.
const MOVE_PAUSE: Interval = Interval::from_secs(600);

/// A device's place in the list of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeviceIndex(pub u32);

/// Why an address is taken for a device's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Reason {
    Traffic,
    Lease,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Binding {
    device: DeviceIndex,
    reason: Reason,
    mac_checked: Timestamp,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Hardware {
    device: DeviceIndex,
    /// A router's, or of a host with several addresses: says nothing of who it is.
    is_shared: bool,
}

/// All devices.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Devices {
    all: Vec<Device>,
    by_address: FxHashMap<IpAddr, Binding>,
    by_mac: FxHashMap<u64, Hardware>,
    by_name: FxHashMap<String, DeviceIndex>,
    /// Devices that turned out to be others.
    merged: FxHashMap<DeviceIndex, DeviceIndex>,
    pub(crate) domains: Domains,
    /// Numbers of the ids that are taken, of as many devices as the count says: what was restored comes later.
    #[serde(skip)]
    ids: (FxHashSet<u64>, usize),
}

impl Devices {
    /// The device that holds `address` now.
    pub fn at(&self, address: IpAddr) -> Option<DeviceIndex> {
        self.by_address.get(&address).map(|binding| binding.device)
    }

    /// What is known of it; of one that turned out to be another, what is known of that.
    pub fn get(&self, index: DeviceIndex) -> Option<&Device> {
        self.all.get(self.known_as(index).0 as usize)
    }

    /// The place of the device that this one turned out to be, else its own.
    pub fn known_as(&self, index: DeviceIndex) -> DeviceIndex {
        const STEPS: usize = 4;
        let next = |index: &DeviceIndex| self.merged.get(index).copied();
        std::iter::successors(Some(index), next).take(STEPS).last().unwrap_or(index)
    }

    /// All devices in the order in which they appeared.
    pub fn all(&self) -> &[Device] {
        &self.all
    }

    /// Notes traffic of `address`, one of ours, and tells whose it is. `mac` is the link-layer address, if known.
    pub fn touch(
        &mut self,
        address: IpAddr,
        mac: Option<HardwareAddress>,
        at: Timestamp,
    ) -> Option<DeviceIndex> {
        const MAC_AGAIN: Interval = Interval::from_secs(60);
        if let Some(binding) = self.by_address.get_mut(&address) {
            let device = binding.device;
            let due = mac.is_some() && (at.since(binding.mac_checked).0.abs() > MAC_AGAIN.0);
            if due {
                binding.mac_checked = at;
            }
            if !due {
                self.all.get_mut(device.0 as usize)?.touch(address, at);
                return Some(device);
            }
        }
        let device = self.owner(address, mac.and_then(of_one_device), at)?;
        self.all.get_mut(device.0 as usize)?.touch(address, at);
        Some(device)
    }

    /// Notes that a link-layer address carried an outside address: it is a router's.
    pub fn is_router(&mut self, mac: HardwareAddress) {
        if let Some(mac) = of_one_device(mac) {
            self.share(mac);
        }
    }

    /// Whether a link-layer address is known as a router's, or as that of a host with several addresses.
    pub fn is_shared(&self, mac: HardwareAddress) -> bool {
        of_one_device(mac).and_then(|mac| self.by_mac.get(&mac)).is_some_and(|known| known.is_shared)
    }

    /// Notes a lease: `mac` holds `address` from now on.
    pub fn lease(&mut self, address: IpAddr, mac: &str, at: Timestamp) -> Option<DeviceIndex> {
        let mac = HardwareAddress::parse(mac).and_then(of_one_device)?;
        let known = self.by_mac.get(&mac).map(|known| known.device);
        let device = match known.filter(|device| self.get(*device).is_some()) {
            Some(known) => {
                self.take_over_ghost(address, known, at);
                known
            }
            None => {
                let anonymous = self
                    .at(address)
                    .filter(|index| self.get(*index).is_some_and(|device| device.macs.is_empty()));
                let device = match anonymous {
                    Some(device) => device,
                    None => self.new_device(&HardwareAddress::from_number(mac).to_string(), at)?,
                };
                self.give_mac(device, mac);
                device
            }
        };
        self.bind(address, device, Reason::Lease, at);
        Some(device)
    }

    /// Traffic just after a lease can be told before the lease is, and so make a device of the address alone: nothing
    /// but the known one. Findings on it follow; what it did in these moments is no habit of the known one.
    fn take_over_ghost(&mut self, address: IpAddr, known: DeviceIndex, at: Timestamp) {
        let Some(ghost) = self.at(address).filter(|ghost| *ghost != known) else { return };
        let Some(device) = self.all.get_mut(ghost.0 as usize) else { return };
        let is_ghost = device.macs.is_empty()
            && device.names.is_empty()
            && at.since(device.first_seen).0.abs() < GHOST.0
            && device.addresses.iter().all(|span| span.address == address);
        if !is_ghost {
            return;
        }
        let (spans, users) = (std::mem::take(&mut device.addresses), std::mem::take(&mut device.users));
        self.merged.insert(ghost, known);
        for span in spans {
            self.bind(address, known, Reason::Traffic, span.from);
            if let Some(device) = self.all.get_mut(known.0 as usize) {
                device.touch(address, span.to);
            }
        }
        users.iter().for_each(|user| self.user(address, user));
    }

    /// Forgets a name that only others gave to the device.
    pub(crate) fn forget_unproven_name(&mut self, index: DeviceIndex, name: &str) {
        let index = self.known_as(index);
        if let Some(device) = self.all.get_mut(index.0 as usize) {
            device.names.retain(|known| known.1 > NameSource::Others || !known.0.eq_ignore_ascii_case(name));
        }
    }

    /// Notes that the holder of `address` is called `name`.
    pub fn name(&mut self, address: IpAddr, name: &str, source: NameSource, at: Timestamp) {
        let name = name.trim_end_matches('$').split('.').next().unwrap_or_default();
        if name.is_empty() || name.len() > 63 {
            return;
        }
        let Some(binding) = self.by_address.get(&address).copied() else { return };
        let Some(device) = self.get(binding.device) else { return };
        if device.is_called(name) {
            if let Some(known) = self
                .all
                .get_mut(binding.device.0 as usize)
                .and_then(|device| device.names.iter_mut().find(|known| known.0.eq_ignore_ascii_case(name)))
            {
                known.1 = known.1.max(source);
            }
            return;
        }
        // A proven name on an address without a lease or hardware address of its own: the device moved here.
        let movable =
            source == NameSource::Proven && binding.reason != Reason::Lease && device.macs.is_empty();
        let key = name.to_ascii_lowercase();
        let holder = match self.by_name.get(&key) {
            Some(other) if movable && *other != binding.device => {
                let other = *other;
                self.bind(address, other, Reason::Traffic, at);
                other
            }
            None if movable && device.is_proven() => {
                let Some(new) = self.new_device(&key, at) else { return };
                self.bind(address, new, Reason::Traffic, at);
                new
            }
            _ => binding.device,
        };
        if source == NameSource::Proven {
            self.by_name.insert(key, holder);
        }
        if let Some(device) = self.all.get_mut(holder.0 as usize)
            && !device.is_called(name)
        {
            if device.names.len() == TEXTS_KEPT
                && let Some(place) =
                    (0..TEXTS_KEPT).min_by_key(|place| device.names.get(*place).map(|name| name.1))
            {
                device.names.remove(place);
            }
            device.names.push((name.to_owned(), source));
        }
    }

    /// Notes that `user` logged on from `address`.
    pub fn user(&mut self, address: IpAddr, user: &str) {
        let Some(device) = self.at(address).and_then(|index| self.all.get_mut(index.0 as usize)) else {
            return;
        };
        if user.is_empty() || user.len() > 128 || device.users.last().is_some_and(|last| last == user) {
            return;
        }
        device.users.retain(|known| known != user);
        if device.users.len() == TEXTS_KEPT {
            device.users.remove(0);
        }
        device.users.push(user.to_owned());
    }

    fn owner(&mut self, address: IpAddr, mac: Option<u64>, at: Timestamp) -> Option<DeviceIndex> {
        let bound = self.at(address);
        let Some(mac) = mac else { return bound.or_else(|| self.anonymous(address, at)) };
        let known = self.by_mac.get(&mac).copied();
        let device = match (known, bound) {
            (Some(hardware), _) if hardware.is_shared => {
                return bound.or_else(|| self.anonymous(address, at));
            }
            (Some(hardware), Some(bound)) if hardware.device == bound => return Some(bound),
            (Some(hardware), _) if self.is_elsewhere(hardware.device, address, at) => {
                self.share(mac);
                return bound.or_else(|| self.anonymous(address, at));
            }
            (Some(hardware), _) => hardware.device,
            (None, Some(bound)) if self.get(bound).is_some_and(|device| device.macs.is_empty()) => {
                self.give_mac(bound, mac);
                return Some(bound);
            }
            // A lease is better evidence than a link-layer address that may be a router's.
            (None, Some(bound)) if self.is_leased(address) => return Some(bound),
            (None, _) => {
                let device = self.new_device(&HardwareAddress::from_number(mac).to_string(), at)?;
                self.give_mac(device, mac);
                device
            }
        };
        self.bind(address, device, Reason::Traffic, at);
        Some(device)
    }

    /// Whether the device was active at another address of the same family a moment ago.
    fn is_elsewhere(&self, device: DeviceIndex, address: IpAddr, at: Timestamp) -> bool {
        self.get(device).is_some_and(|device| {
            device.addresses.iter().any(|span| {
                span.address != address
                    && span.address.is_ipv4()
                    && address.is_ipv4()
                    && at.since(span.to).0.abs() < MOVE_PAUSE.0
            })
        })
    }

    fn is_leased(&self, address: IpAddr) -> bool {
        self.by_address.get(&address).is_some_and(|binding| binding.reason == Reason::Lease)
    }

    fn anonymous(&mut self, address: IpAddr, at: Timestamp) -> Option<DeviceIndex> {
        let device = self.new_device(&address.to_string(), at)?;
        self.bind(address, device, Reason::Traffic, at);
        Some(device)
    }

    fn bind(&mut self, address: IpAddr, device: DeviceIndex, reason: Reason, at: Timestamp) {
        let before = self.by_address.insert(address, Binding { device, reason, mac_checked: at });
        if let Some(entry) = self.all.get_mut(device.0 as usize) {
            if before.is_some_and(|before| before.device == device) {
                entry.touch(address, at);
            } else {
                entry.hold(address, at);
            }
        }
    }

    fn give_mac(&mut self, device: DeviceIndex, mac: u64) {
        self.by_mac.insert(mac, Hardware { device, is_shared: false });
        if let Some(device) = self.all.get_mut(device.0 as usize)
            && device.macs.len() < MACS_KEPT
        {
            device.macs.push(mac);
        }
    }

    fn share(&mut self, mac: u64) {
        let Some(hardware) = self.by_mac.get_mut(&mac) else {
            if self.by_mac.len() < DEVICES_MAX {
                self.by_mac.insert(mac, Hardware { device: DeviceIndex(u32::MAX), is_shared: true });
            }
            return;
        };
        if hardware.is_shared {
            return;
        }
        hardware.is_shared = true;
        let owner = hardware.device;
        if let Some(device) = self.all.get_mut(owner.0 as usize) {
            device.macs.retain(|known| *known != mac);
        }
    }

    fn new_device(&mut self, identity: &str, at: Timestamp) -> Option<DeviceIndex> {
        if self.all.len() >= DEVICES_MAX {
            return None;
        }
        let index = DeviceIndex(u32::try_from(self.all.len()).ok()?);
        let id = self.new_id(identity);
        self.all.push(Device {
            id,
            names: Vec::new(),
            addresses: Vec::new(),
            macs: Vec::new(),
            users: Vec::new(),
            first_seen: at,
            last_seen: at,
        });
        Some(index)
    }

    /// The id of a device that is first known by `identity`; a second device of the same first address gets another.
    fn new_id(&mut self, identity: &str) -> String {
        let (taken, counted) = &mut self.ids;
        for device in self.all.iter().skip(*counted) {
            taken.extend(device.id.get(1..).and_then(|digits| u64::from_str_radix(digits, 16).ok()));
        }
        *counted = self.all.len();
        // A seed that no other device had: a clash of two hashes is rare, and a third try all but unheard of.
        let mut seed = 0;
        let mut number = id_number(identity, seed);
        while taken.contains(&number) {
            seed += if seed == 0 { self.all.len() as u64 } else { DEVICES_MAX as u64 };
            number = id_number(identity, seed);
        }
        format!("d{number:012x}")
    }
}

fn id_number(identity: &str, seed: u64) -> u64 {
    // FNV-1a: stable across versions, which the hash maps' own hash need not be.
    let hash = identity.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash & 0xffff_ffff_ffff
}

/// The number of an address that one device can have: neither the zero address nor a group's.
fn of_one_device(mac: HardwareAddress) -> Option<u64> {
    let number = mac.to_number();
    (number != 0 && number >> 40 & 1 == 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: &str = "00:0c:29:ca:c8:46";

    fn at(minutes: i64) -> Timestamp {
        Timestamp(0) + Interval::from_secs(minutes * 60)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_lease_takes_the_device_along() {
        let mut devices = Devices::default();
        let first = devices.lease(ip("10.0.0.5"), MAC, at(0)).unwrap();
        devices.name(ip("10.0.0.5"), "HN-PC09", NameSource::Proven, at(0));
        devices.touch(ip("10.0.0.5"), None, at(5));
        assert_eq!(devices.lease(ip("10.0.0.9"), MAC, at(600)), Some(first));
        assert_eq!(devices.at(ip("10.0.0.9")), Some(first));
        let device = devices.get(first).unwrap();
        assert_eq!(device.name(), "HN-PC09");
        assert_eq!(device.addresses_between(at(590), at(610)), [ip("10.0.0.9")]);
        let other = devices.lease(ip("10.0.0.5"), "00:0c:29:ca:c8:47", at(700)).unwrap();
        assert_ne!(other, first);
    }

    #[test]
    fn traffic_told_before_its_lease_makes_no_other_device() {
        let mut devices = Devices::default();
        let first = devices.lease(ip("10.0.0.5"), MAC, at(0)).unwrap();
        devices.name(ip("10.0.0.5"), "HN-PC09", NameSource::Proven, at(0));
        let ghost = devices.touch(ip("10.0.0.9"), None, at(598)).unwrap();
        devices.user(ip("10.0.0.9"), "taro");
        assert_ne!(ghost, first);
        assert_eq!(devices.lease(ip("10.0.0.9"), MAC, at(600)), Some(first));
        assert_eq!(devices.touch(ip("10.0.0.9"), None, at(601)), Some(first));
        assert_eq!((devices.known_as(ghost), devices.get(ghost)), (first, devices.get(first)));
        let device = devices.get(first).unwrap();
        assert_eq!((device.users.as_slice(), device.addresses.len()), (["taro".to_owned()].as_slice(), 2));
        assert_eq!(device.addresses_between(at(598), at(599)), [ip("10.0.0.9")]);
        assert_eq!(devices.all().iter().filter(|device| !device.addresses.is_empty()).count(), 1);
    }

    #[test]
    fn who_had_the_address_for_long_is_not_taken_for_its_next_holder() {
        let mut devices = Devices::default();
        let first = devices.lease(ip("10.0.0.5"), MAC, at(0)).unwrap();
        let old = devices.touch(ip("10.0.0.9"), None, at(10)).unwrap();
        devices.touch(ip("10.0.0.9"), None, at(599));
        assert_eq!(devices.lease(ip("10.0.0.9"), MAC, at(600)), Some(first));
        assert_eq!(devices.known_as(old), old);
    }

    #[test]
    fn ids_are_unique_also_after_the_state_is_restored() {
        let mut devices = Devices::default();
        for turn in 0..3 {
            for _ in 0..1500 {
                devices.new_device("10.0.0.5", at(0)).unwrap();
            }
            for _ in 0..turn {
                devices.new_device("10.0.0.6", at(0)).unwrap();
            }
            devices = postcard::from_bytes(&postcard::to_allocvec(&devices).unwrap()).unwrap();
        }
        let ids: FxHashSet<&str> = devices.all().iter().map(|device| device.id.as_str()).collect();
        assert_eq!(ids.len(), devices.all().len());
    }

    #[test]
    fn a_router_does_not_make_all_hosts_one() {
        let mut devices = Devices::default();
        let first = devices.touch(ip("10.0.1.1"), HardwareAddress::parse(MAC), at(0));
        let second = devices.touch(ip("10.0.1.2"), HardwareAddress::parse(MAC), at(1));
        assert_ne!(first, second);
        assert!(devices.all().iter().all(|device| device.macs.is_empty()));
    }

    #[test]
    fn a_computer_account_is_followed_without_dhcp() {
        let mut devices = Devices::default();
        let first = devices.touch(ip("10.0.1.1"), None, at(0)).unwrap();
        devices.name(ip("10.0.1.1"), "HN-PC01$", NameSource::Proven, at(0));
        devices.touch(ip("10.0.1.77"), None, at(900));
        devices.name(ip("10.0.1.77"), "hn-pc01$", NameSource::Proven, at(901));
        assert_eq!(devices.at(ip("10.0.1.77")), Some(first));
    }

    #[test]
    fn addresses_of_nobody_and_of_groups_are_no_devices() {
        let number = |text| HardwareAddress::parse(text).and_then(of_one_device);
        assert_eq!(number(MAC), Some(0x000c_29ca_c846));
        for text in ["ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "01:00:5e:00:00:fb", "x"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
