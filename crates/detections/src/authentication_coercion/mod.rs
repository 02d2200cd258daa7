#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, DceRpc, Interval, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "authentication-coercion",
    title: "Authentication Coercion",
    stage: Stage::Lateral,
    techniques: &["T1187", "T1557.001"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<Coercion>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const CALLS_KEPT: usize = 64;
const SERVERS_KEPT: usize = 64;
/// Devices that are remembered as domain controllers.
const CONTROLLERS_MAX: usize = 4096;
/// Servers that were just asked, whose next connections are looked at.
const ASKED_MAX: usize = 1024;
/// A server that is made to log in somewhere does so at once.
const AT_ONCE: Interval = Interval::from_secs(20);

/// Remembers who is a domain controller, and which servers were asked, by whom and when.
#[derive(Default, Serialize, Deserialize)]
struct Coercion {
    controllers: FxHashSet<DeviceIndex>,
    asked: FxHashMap<IpAddr, (DeviceIndex, Timestamp)>,
}

/// What was asked of a server, and what it did then.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    server: IpAddr,
    points: u32,
    is_controller: bool,
    logged_in_at: Option<IpAddr>,
}

/// How sure a call with the path of a file or host elsewhere makes: what has hardly any other use over the network is
/// surest; printing and backup are ordinary.
fn call(rpc: &DceRpc) -> Option<u32> {
    match (rpc.endpoint.as_deref()?, rpc.operation.as_deref()?) {
        (
            "efsrpc",
            "EfsRpcOpenFileRaw"
            | "EfsRpcEncryptFileSrv"
            | "EfsRpcDecryptFileSrv"
            | "EfsRpcQueryUsersOnFile"
            | "EfsRpcQueryRecoveryAgents"
            | "EfsRpcRemoveUsersFromFile"
            | "EfsRpcAddUsersToFile"
            | "EfsRpcAddUsersToFileEx"
            | "EfsRpcFileKeyInfo"
            | "EfsRpcFileKeyInfoEx"
            | "EfsRpcDuplicateEncryptionInfoFile"
            | "EfsRpcEncryptFileExSrv",
        ) => Some(55),
        ("netdfs", "NetrDfsAddStdRoot" | "NetrDfsRemoveStdRoot" | "NetrDfsAddStdRootForced") => Some(45),
        ("eventlog", "ElfrOpenBELW") => Some(40),
        ("FileServerVssAgent", "IsPathSupported" | "IsPathShadowCopied") => Some(30),
        ("spoolss", operation) if operation.starts_with("RpcRemoteFindFirstPrinterChange") => Some(30),
        _ => None,
    }
}

impl Coercion {
    fn learn(&mut self, seen: &Seen<'_>) {
        let is_controller = match seen.record {
            AnyRecord::Kerberos(kerberos) => kerberos.success == Some(true),
            AnyRecord::DceRpc(rpc) => match rpc.endpoint.as_deref() {
                Some("drsuapi") => true,
                Some("netlogon") => {
                    rpc.operation.as_deref().is_some_and(|name| name.starts_with("NetrLogonSamLogon"))
                }
                _ => false,
            },
            _ => false,
        };
        if let Some(device) = seen.resp.filter(|_| is_controller && self.controllers.len() < CONTROLLERS_MAX)
        {
            self.controllers.insert(device);
        }
    }

    /// Who asked the server that logs in elsewhere with this record, if somebody did just before.
    fn answered(&self, seen: &Seen<'_>, world: &World) -> Option<DeviceIndex> {
        if self.asked.is_empty() {
            return None;
        }
        let id = seen.id?;
        let is_login = match seen.record {
            AnyRecord::Conn(conn) => conn.proto == "tcp" && matches!(id.resp_p, 80 | 139 | 445),
            AnyRecord::Ntlm(_) | AnyRecord::SmbMapping(_) => true,
            _ => false,
        };
        let (asker, at) = self.asked.get(&id.orig_h).filter(|_| is_login)?;
        let after = seen.ts.since(*at);
        let habit = seen.orig.and_then(|device| world.habit(device));
        let is_known = habit.is_some_and(|habit| habit.service(id.resp_h, id.resp_p).is_some());
        (after.0 >= 0 && after.0 <= AT_ONCE.0 && !is_known).then_some(*asker)
    }
}

impl Behaviour for Coercion {
    type Item = (IpAddr, String);
    type Extra = Vec<Asked>;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["conn", "dce_rpc", "kerberos", "ntlm", "smb_mapping"];

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        self.learn(seen);
        if let AnyRecord::DceRpc(rpc) = seen.record {
            let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
            return call(rpc).map(|_| Interest::Begin(device));
        }
        self.answered(seen, world).map(Interest::Follow)
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Self::Item, Vec<Asked>>) -> Change {
        let Some(id) = seen.id else { return Change::None };
        let AnyRecord::DceRpc(rpc) = seen.record else {
            let asked = tally.extra.iter_mut().find(|asked| asked.server == id.orig_h);
            let Some(asked) = asked.filter(|asked| asked.logged_in_at.is_none()) else { return Change::None };
            asked.logged_in_at = Some(id.resp_h);
            tally.show(seen, id.orig_h);
            return Change::Turn;
        };
        let (Some(points), Some(device)) = (call(rpc), seen.orig) else { return Change::None };
        if self.asked.len() >= ASKED_MAX {
            self.asked.clear();
        }
        self.asked.insert(id.resp_h, (device, seen.ts));
        let operation = rpc.operation.clone().unwrap_or_default();
        tally.note(seen, id.orig_h, id.resp_h, (id.resp_h, operation), CALLS_KEPT);
        let is_controller = seen.resp.is_some_and(|device| self.controllers.contains(&device));
        let is_full = tally.extra.len() >= SERVERS_KEPT;
        match tally.extra.iter_mut().find(|asked| asked.server == id.resp_h) {
            Some(asked) if asked.points >= points => return Change::None,
            Some(asked) => asked.points = points,
            None if is_full => return Change::None,
            None => {
                tally.extra.push(Asked { server: id.resp_h, points, is_controller, logged_in_at: None });
            }
        }
        Change::Turn
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Vec<Asked>>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let weight = |asked: &Asked| {
            asked.points + 15 * u32::from(asked.is_controller) + 15 * u32::from(asked.logged_in_at.is_some())
        };
        let asked =
            tally.extra.iter().max_by_key(|asked| (weight(asked), std::cmp::Reverse(asked.server)))?;
        let calls: Vec<String> =
            tally.items.iter().filter(|item| item.0 == asked.server).map(|item| item.1.clone()).collect();
        let mut score = Score::default();
        let reason = format!("{}: its path may lead the server anywhere", calls.join(", "));
        score.certainty("call", f64::from(asked.points), reason);
        if asked.is_controller {
            score.certainty("controller", 15.0, "the server is a domain controller, which has no such use");
        }
        if let Some(place) = asked.logged_in_at {
            let reason = format!("the server turned to {place} at once, which it never used before");
            score.certainty("login", 15.0, reason);
        }
        raise_by_novelty(&mut score, 10.0, &tally.days, world);
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 65.0, "with the log-in of a server an intruder is that server");
        if asked.is_controller {
            score.threat("controller", 15.0, "of a domain controller it gives the domain");
        }
        let server = world.name_at(asked.server);
        let then =
            asked.logged_in_at.map_or_else(String::new, |place| format!(", which then turned to {place}"));
        Some(Told {
            score,
            summary: format!(
                "{name} made a call to {server} that makes servers log in elsewhere ({}){then}.",
                calls.join(", "),
            ),
            facts: Facts::default()
                .with("server", asked.server)
                .with("calls", calls)
                .with("server_is_domain_controller", asked.is_controller)
                .with_some("server_turned_to", asked.logged_in_at)
                .with("servers", tally.extra.len())
                .with("within", tell::span(tally.seconds())),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
