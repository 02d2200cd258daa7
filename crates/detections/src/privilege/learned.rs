//! Who was seen where with what, and the privilege that follows from it.

use learn::unseen_probability;
use records::{Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::hash_of;

use crate::bounded::{Bounded, Standing};

/// Accounts, hosts and services that are remembered, all together.
const THINGS_MAX: usize = 49_152;
/// Things of another sort with which one was seen; the one seen longest ago goes.
const RELATIONS_KEPT: usize = 32;
/// Days after which it is known with what a thing is seen.
const DAYS_LEARNED: u16 = 5;
/// Fewer accounts are too few to say that a service is for few of them.
const ACCOUNTS_MIN: u32 = 8;
/// A service of at least this privilege is one of those that give privilege to who uses them.
const PRIVILEGED: f64 = 0.5;
/// What was not seen for so long is forgotten.
const KEPT: Interval = Interval::from_secs(30 * 86_400);
/// How much of its surprise each point of the probability of something new takes: what meets something new on every
/// other day is surprised by nothing.
const DULLING: f64 = 2.0;

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Sort {
    Account,
    Host,
    Service,
}

/// A thing: its sort and the hash of its name.
type Key = (Sort, u64);

/// The things of one sort with which another is seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Relations {
    /// The other, and the first and the latest day.
    kept: Vec<(u64, i64, i64)>,
    /// Each day with each other once: how often they meet on a day says nothing of the next.
    meetings: u64,
    distinct: u32,
}

impl Relations {
    fn note(&mut self, other: u64, day: i64) {
        if let Some(known) = self.kept.iter_mut().find(|known| known.0 == other) {
            self.meetings += u64::from(day > known.2);
            known.1 = known.1.min(day);
            known.2 = known.2.max(day);
            return;
        }
        self.meetings += 1;
        self.distinct = self.distinct.saturating_add(1);
        if self.kept.len() >= RELATIONS_KEPT {
            let oldest = (0..).zip(&self.kept).min_by_key(|(_, known)| (known.2, known.0)).map(|(at, _)| at);
            if let Some(oldest) = oldest {
                self.kept.swap_remove(oldest);
            }
        }
        self.kept.push((other, day, day));
    }

    /// Whether they were seen together on an earlier day.
    fn knows(&self, other: u64, day: i64) -> bool {
        self.kept.iter().any(|known| known.0 == other && known.1 < day)
    }

    /// Those that came up on the day.
    fn of_day(&self, day: i64) -> u32 {
        self.kept.iter().filter(|known| known.1 == day).count() as u32
    }

    /// How many there were before the day.
    fn before(&self, day: i64) -> u32 {
        self.distinct.saturating_sub(self.of_day(day))
    }

    /// How surprising another one is on the day, 0–1.
    fn surprise(&self, day: i64) -> f64 {
        let meetings = self.meetings.saturating_sub(u64::from(self.of_day(day)));
        (1.0 - DULLING * unseen_probability(meetings, u64::from(self.before(day)))).max(0.0)
    }
}

/// An account, a host or a service, with what it is seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Thing {
    /// By the sort of the other.
    accounts: Relations,
    hosts: Relations,
    services: Relations,
    days: u16,
    last: Timestamp,
}

impl Thing {
    fn relations(&mut self, sort: Sort) -> &mut Relations {
        match sort {
            Sort::Account => &mut self.accounts,
            Sort::Host => &mut self.hosts,
            Sort::Service => &mut self.services,
        }
    }

    fn is_learned(&self) -> bool {
        self.days >= DAYS_LEARNED
    }
}

impl Standing for Thing {
    fn standing(&self) -> (bool, Timestamp) {
        (self.days >= DAYS_LEARNED, self.last)
    }
}

/// An account used a service from a host.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) account: String,
    pub(super) host: u64,
    pub(super) service: String,
    pub(super) at: Timestamp,
}

/// What is unusual in an access.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) anomaly: Anomaly,
    /// How surprising it is, 0–1: the least of what is new in it.
    pub(super) surprise: f64,
    pub(super) service_privilege: f64,
    pub(super) account_privilege: f64,
    pub(super) host_privilege: f64,
    /// With how many each was seen before.
    pub(super) hosts_of_account: u32,
    pub(super) services_of_account: u32,
    pub(super) accounts_of_service: u32,
    pub(super) accounts_of_host: u32,
}

/// Which of the three does not fit the other two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Anomaly {
    /// The account was never on the host, which uses the service under other accounts.
    AccountOnHost,
    /// The account uses the service, but never from this host, which never used it.
    Host,
    /// The account is at home on the host, and never used the service.
    Service,
    /// No two of them were ever seen together.
    Trio,
}

/// What was learned.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Learned {
    things: Bounded<Key, Thing, THINGS_MAX>,
    accounts: u32,
}

impl Learned {
    /// Learns from an access.
    pub(super) fn note(&mut self, access: &Access) {
        let keys = keys_of(access);
        for key in keys {
            let is_new = !self.things.contains_key(&key);
            if is_new && key.0 == Sort::Account {
                self.accounts = self.accounts.saturating_add(1);
            }
            let first = Thing { last: Timestamp(i64::MIN), ..Thing::default() };
            let thing = self.things.entry(key, || first);
            if thing.last == Timestamp(i64::MIN) || access.at.day() > thing.last.day() {
                thing.days = thing.days.saturating_add(1);
            }
            thing.last = thing.last.max(access.at);
            for (sort, other) in keys {
                if sort != key.0 {
                    thing.relations(sort).note(other, access.at.day());
                }
            }
        }
    }

    /// What is unusual in an access by what was learned on earlier days; nothing where one of the three is not known
    /// yet.
    pub(super) fn judge(&self, access: &Access) -> Option<Verdict> {
        let [account_key, host_key, service_key] = keys_of(access);
        let (account, host, service) =
            (self.things.get(&account_key)?, self.things.get(&host_key)?, self.things.get(&service_key)?);
        let is_learned = account.is_learned() && host.is_learned() && service.is_learned();
        if !is_learned || self.accounts < ACCOUNTS_MIN {
            return None;
        }
        let day = access.at.day();
        let on_host = account.hosts.knows(host_key.1, day);
        let uses = account.services.knows(service_key.1, day);
        let from_host = host.services.knows(service_key.1, day);
        let (anomaly, surprises) = match (on_host, uses, from_host) {
            (true, true, _) => return None,
            (true, false, _) => {
                (Anomaly::Service, vec![account.services.surprise(day), service.accounts.surprise(day)])
            }
            (false, _, true) => {
                (Anomaly::AccountOnHost, vec![account.hosts.surprise(day), host.accounts.surprise(day)])
            }
            (false, true, false) => {
                let surprises = vec![
                    account.hosts.surprise(day),
                    host.services.surprise(day),
                    service.hosts.surprise(day),
                ];
                (Anomaly::Host, surprises)
            }
            (false, false, false) => {
                let of_account = [account.hosts.surprise(day), account.services.surprise(day)];
                let of_others = [host.accounts.surprise(day), service.accounts.surprise(day)];
                (Anomaly::Trio, [of_account, of_others].concat())
            }
        };
        Some(Verdict {
            anomaly,
            surprise: surprises.into_iter().fold(1.0, f64::min),
            service_privilege: self.service_privilege(service),
            account_privilege: self.privilege(&account.services),
            host_privilege: self.privilege(&host.services),
            hosts_of_account: account.hosts.before(day),
            services_of_account: account.services.before(day),
            accounts_of_service: service.accounts.before(day),
            accounts_of_host: host.accounts.before(day),
        })
    }

    /// That of a service: 1 where one account of all uses it, 0 where all do.
    fn service_privilege(&self, service: &Thing) -> f64 {
        let all = f64::from(self.accounts.max(2)).ln();
        (1.0 - f64::from(service.accounts.distinct.max(1)).ln() / all).max(0.0)
    }

    /// That of who uses these services: more, the more of them are for few.
    fn privilege(&self, services: &Relations) -> f64 {
        let of_few = services.kept.iter().filter(|known| {
            let service = self.things.get(&(Sort::Service, known.0));
            service
                .is_some_and(|service| service.is_learned() && self.service_privilege(service) >= PRIVILEGED)
        });
        let count = of_few.count() as f64;
        count / (count + 2.0)
    }

    /// Forgets what was not seen for long.
    pub(super) fn forget(&mut self, now: Timestamp) {
        self.things.retain(|thing| now.since(thing.last) <= KEPT);
        let accounts = self.things.keys_where(|_| true).iter().filter(|key| key.0 == Sort::Account).count();
        self.accounts = u32::try_from(accounts).unwrap_or(u32::MAX);
    }
}

fn keys_of(access: &Access) -> [Key; 3] {
    [
        (Sort::Account, hash_of(&access.account)),
        (Sort::Host, access.host),
        (Sort::Service, hash_of(&access.service)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(account: &str, host: u64, service: &str, day: i64) -> Access {
        let at = Timestamp(0) + Interval::from_secs(day * 86_400);
        Access { account: account.to_owned(), host, service: service.to_owned(), at }
    }

    /// Twelve users on their devices, and two who care for the servers from a device of theirs.
    fn office() -> Learned {
        let mut learned = Learned::default();
        for day in 0..20 {
            for user in 0..12 {
                learned.note(&access(&format!("user{user}"), user, "cifs/file", day));
                learned.note(&access(&format!("user{user}"), user, "http/intra", day));
            }
            for server in 0..6 {
                learned.note(&access("keeper", 100, &format!("host/server{server}"), day));
                learned.note(&access("deputy", 101, &format!("host/server{server}"), day));
            }
        }
        learned
    }

    #[test]
    fn privilege_is_learned_from_how_few_use_what() {
        let learned = office();
        let verdict = learned.judge(&access("keeper", 3, "host/server1", 21)).unwrap();
        assert_eq!(verdict.anomaly, Anomaly::Host);
        assert!(verdict.service_privilege > 0.7 && verdict.account_privilege > 0.7, "{verdict:?}");
        assert!(verdict.host_privilege < 0.1 && verdict.surprise > 0.5, "{verdict:?}");
        let verdict = learned.judge(&access("user4", 3, "cifs/file", 21)).unwrap();
        assert_eq!(verdict.anomaly, Anomaly::AccountOnHost);
        assert!(verdict.service_privilege < 0.1 && verdict.account_privilege < 0.1, "{verdict:?}");
    }

    #[test]
    fn each_anomaly_is_named_by_what_does_not_fit() {
        let learned = office();
        for (account, host, service, anomaly) in [
            ("user1", 1, "host/server1", Some(Anomaly::Service)),
            ("deputy", 100, "host/server1", Some(Anomaly::AccountOnHost)),
            ("keeper", 100, "host/server1", None),
            ("user1", 2, "host/server1", Some(Anomaly::Trio)),
            ("stranger", 2, "host/server1", None),
        ] {
            let verdict = learned.judge(&access(account, host, service, 21));
            assert_eq!(verdict.map(|verdict| verdict.anomaly), anomaly, "{account} {host} {service}");
        }
    }

    #[test]
    fn an_account_that_goes_everywhere_surprises_nowhere() {
        let mut learned = office();
        for day in 0..20 {
            for visit in 0..3 {
                learned.note(&access("helpdesk", 200 + 3 * day as u64 + visit, "host/server1", day));
            }
        }
        let verdict = learned.judge(&access("helpdesk", 101, "host/server1", 21)).unwrap();
        assert_eq!(verdict.surprise, 0.0, "{verdict:?}");
    }
}
