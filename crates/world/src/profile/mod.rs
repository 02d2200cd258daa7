//! What kind of thing a device is: its operating system, kind and maker, each with what shows it.
//!
//! Signs come from what devices say of themselves (user agents, banners, DHCP) and how they do it (the options that they
//! ask DHCP for, the shape of their TLS hellos). The sign with the most weight decides, and of equals the latest.

mod signs;
mod vendors;

use records::{AnyRecord, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{DeviceIndex, Devices, Seen};

pub use vendors::vendor;

/// So many signs are kept of a device; beyond, the one with the least weight goes.
const SIGNS_KEPT: usize = 24;
/// Longer evidence is cut.
const EVIDENCE_BYTES_MAX: usize = 160;

/// What a sign tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Aspect {
    /// The operating system, e.g. `Windows 10 or 11`.
    OperatingSystem,
    /// The kind of device, e.g. `printer`.
    Kind,
    /// The maker, where the device names it.
    Vendor,
    /// A program that runs on it.
    Software,
}

/// One thing that was seen of a device, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    /// What it is about.
    pub aspect: Aspect,
    /// What it shows.
    pub value: String,
    /// What was seen, e.g. `user agent: curl/7.68.0`.
    pub evidence: String,
    /// 0–100: how far it can be trusted.
    pub weight: u8,
    /// When it was seen first.
    pub first: Timestamp,
    /// When it was seen last.
    pub last: Timestamp,
}

/// What is known of all devices, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profiles {
    signs: Vec<Vec<Sign>>,
}

impl Profiles {
    /// All signs of a device, those with the most weight first.
    pub fn of(&self, device: DeviceIndex) -> &[Sign] {
        self.signs.get(device.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The sign that decides an aspect.
    pub fn conclusion(&self, device: DeviceIndex, aspect: Aspect) -> Option<&Sign> {
        self.of(device)
            .iter()
            .filter(|sign| sign.aspect == aspect)
            .max_by_key(|sign| (sign.weight, sign.last))
    }

    /// Takes in what a record shows of the devices that it names.
    pub(crate) fn learn(&mut self, seen: &Seen<'_>, devices: &Devices) {
        match seen.record {
            AnyRecord::Software(software) => {
                if let Some(device) = devices.at(software.host) {
                    signs::software(software, |found| self.note(device, found, software.ts));
                }
            }
            AnyRecord::Dhcp(dhcp) => {
                let address = dhcp.assigned_addr.or(dhcp.client_addr);
                if let Some(device) = address.and_then(|address| devices.at(address)) {
                    signs::dhcp(dhcp, |found| self.note(device, found, dhcp.ts));
                }
            }
            AnyRecord::Ssl(ssl) => {
                if let (Some(device), Some(ja4)) = (seen.orig, &ssl.ja4) {
                    signs::hello(ja4, |found| self.note(device, found, ssl.ts));
                }
            }
            AnyRecord::Conn(conn) => {
                if let (Some(device), Some(service)) = (seen.resp, &conn.service) {
                    signs::service(service, conn.id.resp_p, |found| self.note(device, found, conn.ts));
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, device: DeviceIndex, found: Found<'_>, at: Timestamp) {
        let place = device.0 as usize;
        if self.signs.len() <= place {
            self.signs.resize_with(place + 1, Vec::new);
        }
        let Some(signs) = self.signs.get_mut(place) else { return };
        let is_same = |sign: &&mut Sign| sign.aspect == found.aspect && sign.value == found.value;
        if let Some(known) = signs.iter_mut().find(is_same) {
            known.last = known.last.max(at);
            known.first = known.first.min(at);
            if found.weight > known.weight {
                (known.weight, known.evidence) = (found.weight, found.told());
            }
            return;
        }
        let evidence = found.told();
        let Found { aspect, value, weight, .. } = found;
        signs.push(Sign { aspect, value: value.to_owned(), evidence, weight, first: at, last: at });
        signs.sort_by_key(|sign| (std::cmp::Reverse(sign.weight), sign.first));
        signs.truncate(SIGNS_KEPT);
    }
}

/// What something that was seen shows.
#[derive(Clone, Copy, Debug)]
struct Found<'a> {
    aspect: Aspect,
    value: &'a str,
    /// Where it was seen, and what it was.
    source: &'static str,
    text: &'a str,
    weight: u8,
}

impl Found<'_> {
    fn told(&self) -> String {
        let text = self.text.get(..self.text.floor_char_boundary(EVIDENCE_BYTES_MAX)).unwrap_or_default();
        format!("{}: {text}", self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str, weight: u8) -> Found<'_> {
        Found { aspect: Aspect::OperatingSystem, value, source: "user agent", text: value, weight }
    }

    #[test]
    fn the_sign_with_the_most_weight_decides_and_of_equals_the_latest() {
        let (mut profiles, device) = (Profiles::default(), DeviceIndex(3));
        assert_eq!(profiles.conclusion(device, Aspect::OperatingSystem), None);
        for (value, weight, at) in [("Windows 7", 60, 1), ("Windows 10 or 11", 60, 2), ("Windows", 40, 3)] {
            profiles.note(device, found(value, weight), Timestamp(at));
        }
        let decided = |profiles: &Profiles| {
            let sign = profiles.conclusion(device, Aspect::OperatingSystem).cloned();
            sign.map(|sign| (sign.value, sign.evidence)).unwrap_or_default()
        };
        let ten = ("Windows 10 or 11".to_owned(), "user agent: Windows 10 or 11".to_owned());
        assert_eq!(decided(&profiles), ten);
        profiles.note(device, found("Windows", 90), Timestamp(4));
        assert_eq!(decided(&profiles).0, "Windows");
        assert_eq!(profiles.of(device).len(), 3);
        assert_eq!(profiles.of(DeviceIndex(0)), []);
    }

    #[test]
    fn signs_are_bounded() {
        let (mut profiles, device) = (Profiles::default(), DeviceIndex(0));
        for number in 0..1000 {
            profiles.note(
                device,
                found(&format!("system {number}"), (number % 100) as u8),
                Timestamp(number),
            );
        }
        assert_eq!(profiles.of(device).len(), SIGNS_KEPT);
        assert!(profiles.of(device).iter().all(|sign| sign.weight > 90));
    }
}
