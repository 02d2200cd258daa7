#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Interval, Ntlm, Timestamp, Uid};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World, hash_of};

use crate::bounded::{Bounded, Standing};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "ntlm-relay",
    title: "NTLM Relay",
    stage: Stage::Lateral,
    techniques: &["T1557.001", "T1187"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<NtlmRelay>::default()),
};

/// Both logins run at the same time: what the server asks is passed on while the client waits.
const TOGETHER: Interval = Interval::from_secs(10);
const WINDOW: Interval = Interval::from_secs(3600);
/// Accounts whose latest logins are remembered, and how many of each.
const ACCOUNTS_MAX: usize = 16_384;
const LOGINS_KEPT: usize = 8;
const PAIRS_KEPT: usize = 64;

/// A login, as far as it shows whether it was passed on.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Login {
    at: Timestamp,
    from: IpAddr,
    to: IpAddr,
    uid: Uid,
    /// Names that client and server gave themselves, lower case.
    client: Option<String>,
    server: Option<String>,
    accepted: bool,
}

/// The latest logins of an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Logins(Vec<Login>);

impl Standing for Logins {
    fn standing(&self) -> (bool, Timestamp) {
        (false, self.0.last().map_or(Timestamp(i64::MIN), |login| login.at))
    }
}

fn lower(name: Option<&String>) -> Option<String> {
    name.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty())
}

fn login(ntlm: &Ntlm) -> Login {
    Login {
        at: ntlm.ts,
        from: ntlm.id.orig_h,
        to: ntlm.id.resp_h,
        uid: ntlm.uid,
        client: lower(ntlm.hostname.as_ref()),
        server: lower(ntlm.server_nb_computer_name.as_ref()),
        accepted: ntlm.success == Some(true),
    }
}

/// A login that was passed on, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pair {
    caught: Login,
    passed: Login,
    account: String,
}

impl Pair {
    /// Whether the client was shown the name of the server to which its login was passed on.
    fn shows_server(&self) -> bool {
        self.caught.server.is_some()
            && self.caught.server == self.passed.server
            && self.caught.to != self.passed.to
    }

    /// Whether the login that was passed on bears the name of the client.
    fn bears_client(&self) -> bool {
        self.caught.client.is_some()
            && self.caught.client == self.passed.client
            && self.caught.from != self.passed.from
    }
}

/// Remembers who logged in where a moment ago.
#[derive(Default, Serialize, Deserialize)]
struct NtlmRelay {
    accounts: Bounded<u64, Logins, ACCOUNTS_MAX>,
    /// What the present record completes.
    found: Option<Pair>,
}

impl NtlmRelay {
    /// Notes the login; gives the pair that it makes with an earlier one. Either may be told first.
    fn pair(&mut self, ntlm: &Ntlm) -> Option<Pair> {
        let account = lower(ntlm.username.as_ref())?;
        let new = login(ntlm);
        let logins = self.accounts.entry(hash_of(&account), Logins::default);
        let pairs =
            logins.0.iter().filter(|old| new.at.since(old.at).0.abs() <= TOGETHER.0).filter_map(|old| {
                let (caught, passed) = if old.to == new.from {
                    (old, &new)
                } else if new.to == old.from {
                    (&new, old)
                } else {
                    return None;
                };
                let pair = Pair { caught: caught.clone(), passed: passed.clone(), account: account.clone() };
                // Somebody who logs in to a host and from it to the next does it under the names of each.
                (pair.shows_server() || pair.bears_client()).then_some(pair)
            });
        let found = pairs.max_by_key(|pair| (pair.shows_server(), pair.bears_client(), pair.caught.at));
        if logins.0.len() >= LOGINS_KEPT {
            logins.0.remove(0);
        }
        logins.0.push(new);
        found
    }
}

impl Behaviour for NtlmRelay {
    /// Who was caught, and to where it was passed on.
    type Item = (IpAddr, IpAddr, String);
    type Extra = Vec<Pair>;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["ntlm"];

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        let AnyRecord::Ntlm(ntlm) = seen.record else { return None };
        if seen.direction != Direction::Internal {
            return None;
        }
        self.found = self.pair(ntlm);
        let between = self.found.as_ref()?.passed.from;
        world.devices().at(between).map(Interest::Begin)
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Self::Item, Vec<Pair>>) -> Change {
        let Some(pair) = self.found.take() else { return Change::None };
        let (caught, passed) = (&pair.caught, &pair.passed);
        let item = (caught.from, passed.to, pair.account.clone());
        if !tally.note(seen, passed.from, passed.to, item, PAIRS_KEPT) {
            return Change::None;
        }
        tally.show(seen, caught.from);
        [caught.uid, passed.uid].into_iter().for_each(|uid| tally.evidence.note(uid));
        tally.extra.push(pair);
        Change::Turn
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Vec<Pair>>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let pair = tally.extra.iter().max_by_key(|pair| {
            (
                pair.shows_server(),
                pair.bears_client(),
                pair.passed.accepted,
                std::cmp::Reverse(pair.caught.at),
            )
        })?;
        let (caught, passed) = (&pair.caught, &pair.passed);
        let mut score = Score::default();
        let reason = format!(
            "{} logged in to it, and within {} it logged in to another under the same account",
            caught.from,
            tell::span(TOGETHER.as_secs_f64())
        );
        score.certainty("together", 30.0, reason);
        if pair.shows_server() {
            let reason = "it showed its client the name of the server to which it logged in";
            score.certainty("server's name", 30.0, reason);
        }
        if pair.bears_client() {
            let reason = "it logged in under the name of its client's computer";
            score.certainty("client's name", 25.0, reason);
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 70.0, "it acts on the server in the name of its victim, with no password");
        let accepted = tally.extra.iter().filter(|pair| pair.passed.accepted).count();
        if accepted > 0 {
            score.threat("accepted", 15.0, format!("{accepted} of the logins were accepted"));
        }
        Some(Told {
            score,
            summary: format!(
                "{name} passed the login of {} ({}) on to {}{}.",
                pair.account,
                world.name_at(caught.from),
                world.name_at(passed.to),
                if accepted > 0 { ", which accepted it" } else { "" },
            ),
            facts: Facts::default()
                .with("account", pair.account.clone())
                .with("victim", caught.from)
                .with("server", passed.to)
                .with("logins_passed_on", tally.items.len())
                .with("logins_accepted", accepted)
                .with_some("name_shown_to_the_victim", caught.server.clone())
                .with_some("name_given_to_the_server", passed.client.clone()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
