#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, DceRpc, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "rpc-recon",
    title: "RPC Recon",
    stage: Stage::Recon,
    techniques: &["T1018", "T1033", "T1046"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<RpcRecon>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const CALLS_KEPT: usize = 256;
/// Hosts that were asked who is logged on, within an hour: administration asks the one that it works on.
const SESSION_HOSTS_MIN: usize = 5;

#[derive(Default, Serialize, Deserialize)]
struct RpcRecon;

/// Calls that say what a host is and who is on it; the first lists all services that it offers over RPC.
const LIST_OF_SERVICES: &str = "ept_lookup";
const CALLS: &[(&str, &str)] = &[
    ("epmapper", LIST_OF_SERVICES),
    ("srvsvc", "NetrSessionEnum"),
    ("srvsvc", "NetrShareEnum"),
    ("srvsvc", "NetrConnectionEnum"),
    ("wkssvc", "NetrWkstaUserEnum"),
    ("samr", "SamrEnumerateUsersInDomain"),
    ("samr", "SamrEnumerateGroupsInDomain"),
    ("samr", "SamrGetMembersInAlias"),
];
const ASK_FOR_SESSIONS: [&str; 2] = ["NetrSessionEnum", "NetrWkstaUserEnum"];

fn asked<'a>(seen: &Seen<'a>) -> Option<(&'a DceRpc, &'static str)> {
    let AnyRecord::DceRpc(rpc) = seen.record else { return None };
    let (endpoint, operation) = (rpc.endpoint.as_deref()?, rpc.operation.as_deref()?);
    let known = CALLS.iter().find(|call| call.0 == endpoint && call.1 == operation)?;
    Some((rpc, known.1))
}

/// Different hosts that were asked one of these.
fn hosts(items: &[(String, IpAddr)], operations: &[&str]) -> usize {
    let mut hosts: Vec<IpAddr> =
        items.iter().filter(|item| operations.contains(&item.0.as_str())).map(|item| item.1).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts.len()
}

impl Behaviour for RpcRecon {
    type Item = (String, IpAddr);
    type Extra = ();
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        asked(seen).map(|_| Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Self::Item, ()>) -> Change {
        let Some((rpc, operation)) = asked(seen) else { return Change::None };
        let (host, server) = (rpc.id.orig_h, rpc.id.resp_h);
        let is_new = tally.note(seen, host, server, (operation.to_owned(), server), CALLS_KEPT);
        if is_new { Change::Turn } else { Change::None }
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, ()>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let listed = hosts(&tally.items, &[LIST_OF_SERVICES]);
        let sessions = hosts(&tally.items, &ASK_FOR_SESSIONS);
        if listed == 0 && sessions < SESSION_HOSTS_MIN {
            return None;
        }
        let mut operations: Vec<String> = tally.items.iter().map(|item| item.0.clone()).collect();
        operations.dedup();
        let mut score = Score::default();
        if listed > 0 {
            let reason = format!(
                "it had all RPC services listed by {listed} of the hosts; programs ask for the one that they need"
            );
            score.certainty("services", 55.0 + (5.0 * (listed as f64).log2()).min(20.0), reason);
        }
        if sessions >= SESSION_HOSTS_MIN {
            let reason = format!("it asked {sessions} hosts who is logged on");
            let doublings = (sessions as f64 / SESSION_HOSTS_MIN as f64).log2();
            score.certainty("sessions", 50.0 + (8.0 * doublings).min(25.0), reason);
        }
        if operations.len() > 1 {
            let reason = format!("{} within an hour", operations.join(", "));
            score.certainty("kinds", 5.0 * (operations.len().min(4) as f64 - 1.0), reason);
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 35.0, "looking around is an early stage: nothing is lost yet");
        let asked = tally.peers.len();
        score.threat("hosts", (4.0 * (asked as f64).log2()).min(20.0), format!("{asked} hosts were asked"));
        Some(Told {
            score,
            summary: format!(
                "{name} asked {asked} {} over RPC what they are and who is on them within {}: {}.",
                if asked == 1 { "host" } else { "hosts" },
                tell::span(tally.seconds()),
                operations.join(", "),
            ),
            facts: Facts::default()
                .with("operations", operations)
                .with("hosts_with_services_listed", listed)
                .with("hosts_asked_for_sessions", sessions)
                .with("hosts", asked)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
