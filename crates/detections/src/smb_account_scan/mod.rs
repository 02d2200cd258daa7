#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, DceRpc, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::attacked::{Attacked, Marks};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "smb-account-scan",
    title: "SMB Account Scan",
    stage: Stage::Recon,
    techniques: &["T1087.002", "T1069.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<AccountScan>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const CALLS_KEPT: usize = 256;
/// Accounts that were opened within an hour: a log-on opens the user's own.
const OPENED_MIN: u32 = 5;
/// Look-ups of names by number within an hour, as tools do that count all numbers up; programs look up what an access
/// list holds.
const LOOK_UPS_MIN: u32 = 50;
/// Hosts whose accounts are read out one by one; of more, the one that reads them out is what there is to look at.
const HOSTS_READ_OUT: usize = 4;

#[derive(Default, Serialize, Deserialize)]
struct AccountScan;

/// What was asked about accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Asked {
    lists: u32,
    members: u32,
    opened: u32,
    look_ups: u32,
    at: Vec<At>,
}

/// What one host answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct At {
    server: IpAddr,
    marks: Marks,
    lists: u32,
    opened: u32,
}

impl Asked {
    fn note(&mut self, call: &Call, rpc: &DceRpc, seen: &Seen<'_>) {
        let server = rpc.id.resp_h;
        let place = self.at.iter().position(|at| at.server == server);
        if place.is_none() && self.at.len() <= HOSTS_READ_OUT {
            self.at.push(At { server, marks: Marks::default(), lists: 0, opened: 0 });
        }
        let Some(at) = self.at.iter_mut().find(|at| at.server == server) else { return };
        at.marks.note(seen);
        let is_answered = u32::from(rpc.rtt.is_some());
        match call {
            Call::List => at.lists = at.lists.saturating_add(is_answered),
            Call::Open => at.opened = at.opened.saturating_add(is_answered),
            Call::Members | Call::LookUp => {}
        }
    }
}

enum Call {
    List,
    Members,
    Open,
    LookUp,
}

fn call(rpc: &DceRpc) -> Option<Call> {
    let operation = rpc.operation.as_deref()?;
    match rpc.endpoint.as_deref()? {
        "samr" => match operation {
            "SamrEnumerateUsersInDomain" | "SamrEnumerateGroupsInDomain" | "SamrEnumerateAliasesInDomain" => {
                Some(Call::List)
            }
            "SamrGetMembersInGroup" | "SamrGetMembersInAlias" => Some(Call::Members),
            "SamrOpenUser" => Some(Call::Open),
            operation if operation.starts_with("SamrQueryDisplayInformation") => Some(Call::List),
            _ => None,
        },
        "lsarpc" if operation.starts_with("LsarLookupSids") => Some(Call::LookUp),
        _ => None,
    }
}

impl Behaviour for AccountScan {
    type Item = (String, IpAddr);
    type Extra = Asked;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let AnyRecord::DceRpc(rpc) = seen.record else { return None };
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        call(rpc).map(|_| Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Self::Item, Asked>) -> Change {
        let AnyRecord::DceRpc(rpc) = seen.record else { return Change::None };
        let (Some(call), Some(operation)) = (call(rpc), rpc.operation.clone()) else { return Change::None };
        let (host, server) = (rpc.id.orig_h, rpc.id.resp_h);
        let is_new = tally.note(seen, host, server, (operation, server), CALLS_KEPT);
        let asked = &mut tally.extra;
        asked.note(&call, rpc, seen);
        let (count, least) = match call {
            Call::List => (&mut asked.lists, 1),
            Call::Members => (&mut asked.members, 1),
            Call::Open => (&mut asked.opened, OPENED_MIN),
            Call::LookUp => (&mut asked.look_ups, LOOK_UPS_MIN),
        };
        *count = count.saturating_add(1);
        if is_new || *count == least { Change::Turn } else { Change::None }
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Asked>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let asked = &tally.extra;
        if asked.lists == 0 && asked.members == 0 && asked.look_ups < LOOK_UPS_MIN {
            return None;
        }
        let score = judged(tally, device, world);
        let servers = tally.peers.len() as u32;
        let mut operations: Vec<String> = tally.items.iter().map(|item| item.0.clone()).collect();
        operations.dedup();
        Some(Told {
            score,
            summary: format!(
                "{name} listed accounts of {} within {}: {} lists, {} memberships, {} accounts opened, {} looked up.",
                tell::count(servers, "host"),
                tell::span(tally.seconds()),
                asked.lists,
                asked.members,
                asked.opened,
                asked.look_ups,
            ),
            facts: Facts::default()
                .with("operations", operations)
                .with("lists", asked.lists)
                .with("memberships", asked.members)
                .with("accounts_opened", asked.opened)
                .with("look_ups", asked.look_ups)
                .with("hosts", servers)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }

    fn attacked(
        &self,
        tally: &Tally<Self::Item, Asked>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Vec<Attacked> {
        let hosts = &tally.extra.at;
        let is_read_out = |at: &&At| at.lists > 0 && at.opened >= OPENED_MIN && hosts.len() <= HOSTS_READ_OUT;
        let read_out = hosts.iter().filter(is_read_out);
        read_out
            .map(|at| {
                let seconds = at.marks.seconds();
                let summary = format!(
                    "{} gave {name} the list of its accounts and opened {} of them within {}.",
                    world.name_at(at.server),
                    at.opened,
                    tell::span(seconds),
                );
                let facts = Facts::default()
                    .with("lists", at.lists)
                    .with("accounts_opened", at.opened)
                    .with("seconds", seconds);
                at.marks.told(at.server, judged(tally, device, world), summary, facts)
            })
            .collect()
    }
}

fn judged(tally: &Tally<(String, IpAddr), Asked>, device: DeviceIndex, world: &World) -> Score {
    let mut score = score(&tally.extra);
    raise_by_novelty(&mut score, 10.0, &tally.days, world);
    lessen_by_habit(&mut score, device, &tally.days, world);
    score
}

fn score(asked: &Asked) -> Score {
    let mut score = Score::default();
    if asked.lists > 0 {
        let reason = format!("it had all accounts or groups listed {} times", asked.lists);
        score.certainty("lists", 40.0, reason);
    }
    if asked.opened >= OPENED_MIN {
        let reason = format!("it opened {} accounts; a log-on opens the user's own", asked.opened);
        score.certainty("accounts", 20.0, reason);
    }
    if asked.members > 0 {
        score.certainty("memberships", 20.0, format!("it asked for the members of {} groups", asked.members));
    }
    if asked.look_ups >= LOOK_UPS_MIN {
        let reason = format!("it asked {} times which names belong to numbers", asked.look_ups);
        score.certainty("look-ups", 45.0, reason);
    }
    score.threat("stage", 40.0, "it prepares the guessing of passwords and shows who is worth it");
    score.threat("accounts", f64::from(asked.opened.min(15)), format!("{} accounts opened", asked.opened));
    score
}
