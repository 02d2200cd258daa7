//! Which software our hosts run, as it names itself: `software`. What belongs together comes over many connections and
//! shards, so it is put together where the records of all shards meet.

mod product;

use std::hash::{Hash as _, Hasher as _};
use std::net::IpAddr;

use records::{AnyRecord, LocalNetworks, Software, Timestamp};
use rustc_hash::{FxHashSet, FxHasher};

use self::product::Product;

/// So much software of a day is remembered; beyond, some is told again.
const SEEN_MAX: usize = 65_536;

/// What was told today (UTC).
#[derive(Debug, Default)]
pub(crate) struct SoftwareSeen {
    local_networks: LocalNetworks,
    day: i64,
    told: FxHashSet<u64>,
}

/// Software that a record shows.
struct Shown<'a> {
    ts: Timestamp,
    host: IpAddr,
    host_p: Option<u16>,
    software_type: &'static str,
    text: &'a str,
    read: fn(&str) -> Option<Product>,
}

impl SoftwareSeen {
    /// Nothing yet; software is told of the hosts in these networks.
    pub(crate) fn new(local_networks: LocalNetworks) -> Self {
        Self { local_networks, ..Self::default() }
    }

    /// Gives the software that this record shows for the first time on its day to `take`.
    pub(crate) fn record(&mut self, record: &AnyRecord, mut take: impl FnMut(Software)) {
        match record {
            AnyRecord::Http(http) => {
                if let Some(text) = &http.user_agent {
                    let shown = Shown {
                        ts: http.ts,
                        host: http.id.orig_h,
                        host_p: None,
                        software_type: "HTTP::BROWSER",
                        text,
                        read: product::of_user_agent,
                    };
                    self.shown(&shown, &mut take);
                }
            }
            AnyRecord::Smtp(smtp) => {
                if let Some(text) = &smtp.user_agent {
                    let shown = Shown {
                        ts: smtp.ts,
                        host: smtp.id.orig_h,
                        host_p: None,
                        software_type: "SMTP::MAIL_CLIENT",
                        text,
                        read: product::of_user_agent,
                    };
                    self.shown(&shown, &mut take);
                }
            }
            AnyRecord::Ssh(ssh) => {
                let ends = [
                    (&ssh.client, ssh.id.orig_h, None, "SSH::CLIENT"),
                    (&ssh.server, ssh.id.resp_h, Some(ssh.id.resp_p), "SSH::SERVER"),
                ];
                for (text, host, host_p, software_type) in ends {
                    if let Some(text) = text {
                        let read = product::of_ssh_banner;
                        let shown = Shown { ts: ssh.ts, host, host_p, software_type, text, read };
                        self.shown(&shown, &mut take);
                    }
                }
            }
            _ => {}
        }
    }

    fn shown(&mut self, shown: &Shown<'_>, take: &mut impl FnMut(Software)) {
        if !self.local_networks.contains(shown.host) || !self.is_new(shown) {
            return;
        }
        let Some(Product { name, numbers, rest }) = (shown.read)(shown.text) else { return };
        let number = |place: usize| numbers.get(place).copied();
        take(Software {
            ts: shown.ts,
            host: shown.host,
            host_p: shown.host_p,
            software_type: shown.software_type.into(),
            name,
            version_major: number(0),
            version_minor: number(1),
            version_minor2: number(2),
            version_minor3: number(3),
            version_addl: rest,
            unparsed_version: product::cut(shown.text).to_owned(),
        });
    }

    fn is_new(&mut self, shown: &Shown<'_>) -> bool {
        if shown.ts.day() != self.day {
            self.told.clear();
            self.day = shown.ts.day();
        }
        let mut hasher = FxHasher::default();
        (shown.host, shown.software_type, shown.text).hash(&mut hasher);
        if self.told.len() >= SEEN_MAX {
            self.told.clear();
        }
        self.told.insert(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use records::{Endpoints, Ssh};

    use super::*;

    #[test]
    fn software_of_our_hosts_is_told_once_a_day() {
        let mut seen = SoftwareSeen::default();
        let mut told = Vec::new();
        let id =
            Endpoints { orig_h: [10, 0, 0, 1].into(), resp_h: [8, 8, 8, 8].into(), ..Endpoints::default() };
        for hour in [0_i64, 1, 2, 25] {
            let ssh = Ssh {
                ts: Timestamp(hour * 3_600_000_000_000),
                id,
                client: Some("SSH-2.0-OpenSSH_9.2p1 Debian-2".to_owned()),
                server: Some("SSH-2.0-babeld".to_owned()),
                ..Ssh::default()
            };
            seen.record(&ssh.into(), |software| told.push(software));
        }
        let told: Vec<_> = told.iter().map(|software| (software.ts.0, software.name.as_str())).collect();
        assert_eq!(told, [(0, "OpenSSH"), (25 * 3_600_000_000_000, "OpenSSH")]);
    }
}
