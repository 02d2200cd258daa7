//! Names in DNS that name no computer: domains, whose addresses are those of their controllers, and services.

use std::net::IpAddr;

use records::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::device::NameSource;
use crate::{DeviceIndex, Devices};

/// Domains that are remembered; of further ones nothing is known.
const DOMAINS_MAX: usize = 16_384;
/// Names of own computers that are remembered with whom they named, in case they turn out to be domains.
const NAMES_MAX: usize = 65_536;
const HOLDERS_KEPT: usize = 16;
/// Ancestors of a name that count as domains.
const ANCESTORS: usize = 8;
/// The longest name that DNS allows, in text (RFC 1035, section 2.3.4).
const NAME_MAX: usize = 253;
/// First labels of names that a domain controller registers for its domain, next to those with an underscore.
const OF_DIRECTORIES: [&str; 3] = ["gc", "domaindnszones", "forestdnszones"];
/// First labels that name a service, whichever computer it runs on.
const OF_SERVICES: [&str; 22] = [
    "autoconfig",
    "autodiscover",
    "dns",
    "enterpriseenrollment",
    "enterpriseregistration",
    "ftp",
    "imap",
    "isatap",
    "kerberos",
    "ldap",
    "localhost",
    "lyncdiscover",
    "mail",
    "ntp",
    "pop",
    "pop3",
    "sip",
    "smtp",
    "time",
    "webmail",
    "wpad",
    "www",
];

/// What is known of the domains of the own networks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Domains {
    known: FxHashSet<String>,
    /// Devices that got a name from this full one.
    named: FxHashMap<String, Vec<DeviceIndex>>,
}

impl Devices {
    /// Notes that DNS gave `address`, one of ours, for `query`, or that somebody used it under this name.
    ///
    /// Which of a domain's name and its computers' names comes first makes no difference.
    pub(crate) fn answered(&mut self, address: IpAddr, query: &str, at: Timestamp) {
        let query = query.trim_end_matches('.').to_ascii_lowercase();
        if query.len() > NAME_MAX {
            return;
        }
        let (label, parent) = query.split_once('.').unwrap_or((&query, ""));
        if query.contains('_') && is_of_directory(&query) || OF_DIRECTORIES.contains(&label) {
            self.note_domain(below_services(&query));
            return;
        }
        self.note_domain(parent);
        if self.domains.known.contains(&query) {
            return;
        }
        // A name of two labels can be a domain of which nothing else was seen.
        let is_doubtful = OF_SERVICES.contains(&label) || (!parent.is_empty() && !parent.contains('.'));
        let source = if is_doubtful { NameSource::Doubtful } else { NameSource::Others };
        let Some(device) = self.at(address) else { return };
        self.name(address, label, source, at);
        if self.domains.named.len() < NAMES_MAX || self.domains.named.contains_key(&query) {
            let holders = self.domains.named.entry(query).or_default();
            if !holders.contains(&device) && holders.len() < HOLDERS_KEPT {
                holders.push(device);
            }
        }
    }

    /// Notes that a name is a directory's, where it has the form of one: `_ldap._tcp.dc._msdcs.example.com`.
    pub(crate) fn asked_directory(&mut self, query: &str) {
        if query.len() <= NAME_MAX && query.starts_with('_') && is_of_directory(&query.to_ascii_lowercase()) {
            self.note_domain(below_services(query));
        }
    }

    /// Notes that `domain` and what it lies in are domains; computers that took its name for theirs lose it.
    pub(crate) fn note_domain(&mut self, domain: &str) {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        let mut rest = domain.as_str();
        for _ in 0..ANCESTORS {
            if !rest.contains('.') || rest.len() > NAME_MAX || self.domains.known.contains(rest) {
                return;
            }
            if self.domains.known.len() >= DOMAINS_MAX {
                return;
            }
            self.domains.known.insert(rest.to_owned());
            let label = rest.split('.').next().unwrap_or_default();
            // Paths of shares call the domain by its first label, too.
            for name in [rest, label] {
                for device in self.domains.named.remove(name).unwrap_or_default() {
                    self.forget_unproven_name(device, label);
                }
            }
            self.domains.known.insert(label.to_owned());
            rest = rest.split_once('.').map_or("", |(_, parent)| parent);
        }
    }
}

/// Whether an Active Directory asks so for its own services (MS-ADTS, section 6.3.2.3).
fn is_of_directory(query: &str) -> bool {
    const FIRST: [&str; 4] = ["_ldap._tcp.", "_kerberos._tcp.", "_kerberos._udp.", "_gc._tcp."];
    query.contains("_msdcs.") || FIRST.iter().any(|first| query.starts_with(first))
}

/// The domain in the name of a service: what follows the last label with an underscore, else the first label.
fn below_services(query: &str) -> &str {
    let after = query.rfind('_').unwrap_or(0);
    query.get(after..).and_then(|rest| rest.split_once('.')).map_or("", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(queries: &[&str]) -> String {
        let mut devices = Devices::default();
        let address = IpAddr::from([10, 0, 1, 2]);
        let device = devices.touch(address, None, Timestamp(0)).unwrap();
        for query in queries {
            devices.asked_directory(query);
            if !query.starts_with("_ldap") {
                devices.answered(address, query, Timestamp(0));
            }
        }
        devices.get(device).unwrap().name()
    }

    #[test]
    fn a_domain_controller_keeps_its_own_name_in_any_order() {
        let queries = [
            "hn-dc01.hanami.local",
            "hanami.local",
            "gc._msdcs.hanami.local",
            "DomainDnsZones.hanami.local",
            "wpad.hanami.local",
            "www.hanami.local",
            "HANAMI",
        ];
        for turn in 0..queries.len() {
            let mut order = queries;
            order.rotate_left(turn);
            assert_eq!(names(&order), "hn-dc01", "{order:?}");
            order.reverse();
            assert_eq!(names(&order), "hn-dc01", "{order:?}");
        }
    }

    #[test]
    fn a_domain_of_many_labels_is_known_by_its_services_or_its_computers() {
        for proof in ["_ldap._tcp.dc._msdcs.corp.hanami.example", "pc1.corp.hanami.example"] {
            for order in [["corp.hanami.example", proof], [proof, "corp.hanami.example"]] {
                assert_ne!(names(&order), "corp", "{order:?}");
            }
        }
    }

    #[test]
    fn what_has_no_better_name_keeps_the_one_it_has() {
        assert_eq!(names(&["nas.lan"]), "nas");
        assert_eq!(names(&["www.hanami.example"]), "www");
        assert_eq!(names(&["hanami.local", "_ldap._tcp.hanami.local"]), "10.0.1.2");
    }
}
