#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, DceRpc, Interval, Timestamp};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::attacked::{Attacked, Marks};
use crate::days::Days;
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspicious-ad-operations",
    title: "Suspicious AD Operations",
    stage: Stage::Lateral,
    techniques: &["T1003.006", "T1207", "T1210"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<AdOperations>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const MINUTE: Interval = Interval::from_secs(60);
const CALLS_KEPT: usize = 64;
/// Domain controllers of which is told what one device asked of each.
const SERVERS_KEPT: usize = 16;
/// Devices that are remembered as domain controllers.
const CONTROLLERS_MAX: usize = 4096;
/// Attempts to open a secure channel within a minute. A computer needs one; Zerologon some 256 on average.
const ATTEMPTS_MIN: u32 = 15;
/// Hours of traffic after which all domain controllers may be called known.
const HOURS_KNOWN: u32 = 24;

/// Remembers who is a domain controller: who gives tickets, checks log-ons or is replicated from.
#[derive(Default, Serialize, Deserialize)]
struct AdOperations {
    controllers: FxHashSet<DeviceIndex>,
}

/// What a call to a domain controller means here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    /// Copies secrets out of the directory.
    Replicate,
    /// What tools do before: looks up the domain controller and the account.
    LookUp,
    /// Makes the caller a source of replication.
    AddSource,
    /// Takes that back.
    RemoveSource,
    /// Tries to open the secure channel of a computer.
    Authenticate,
    /// Sets a computer's password over it.
    SetPassword,
}

fn call(rpc: &DceRpc) -> Option<Call> {
    match (rpc.endpoint.as_deref()?, rpc.operation.as_deref()?) {
        ("drsuapi", "DRSGetNCChanges") => Some(Call::Replicate),
        ("drsuapi", "DRSCrackNames" | "DRSDomainControllerInfo") => Some(Call::LookUp),
        ("drsuapi", "DRSReplicaAdd" | "DRSAddEntry") => Some(Call::AddSource),
        ("drsuapi", "DRSReplicaDel" | "DRSRemoveDsServer") => Some(Call::RemoveSource),
        ("netlogon", operation) if operation.starts_with("NetrServerAuthenticate") => {
            Some(Call::Authenticate)
        }
        ("netlogon", operation) if operation.starts_with("NetrServerPasswordSet") => Some(Call::SetPassword),
        _ => None,
    }
}

/// What a device asked of domain controllers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Asked {
    replications: u32,
    look_ups: u32,
    sources_added: u32,
    sources_removed: u32,
    /// Start of the minute that runs, attempts in it, most in any.
    attempts: (Timestamp, u32, u32),
    passwords_set: u32,
    at: Vec<At>,
}

/// What was asked of one of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct At {
    server: IpAddr,
    marks: Marks,
    /// Replications that it answered.
    replications: u32,
    attempts: u32,
    passwords_set: u32,
}

impl At {
    fn new(server: IpAddr) -> Self {
        Self { server, marks: Marks::default(), replications: 0, attempts: 0, passwords_set: 0 }
    }

    /// What it gave away, if it did.
    fn loss(&self, attacker: &str) -> Option<String> {
        if self.replications > 0 {
            let calls = tell::count(self.replications, "call");
            return Some(format!(
                "gave {attacker}, which is no domain controller, secrets of the directory in {calls}"
            ));
        }
        // Nothing can be asked over a channel that was not opened.
        (self.attempts >= ATTEMPTS_MIN && self.passwords_set > 0).then(|| {
            format!(
                "let {attacker} open a computer's secure channel after {} attempts and was asked to set its password",
                self.attempts
            )
        })
    }
}

impl Asked {
    fn note(&mut self, call: Call, is_answered: bool, server: IpAddr, seen: &Seen<'_>) {
        let place = self.at.iter().position(|at| at.server == server);
        let place = place.unwrap_or_else(|| {
            if self.at.len() < SERVERS_KEPT {
                self.at.push(At::new(server));
            }
            self.at.len() - 1
        });
        let Some(at) = self.at.get_mut(place).filter(|at| at.server == server) else { return };
        at.marks.note(seen);
        let counter = match call {
            Call::Replicate if is_answered => &mut at.replications,
            Call::Authenticate => &mut at.attempts,
            Call::SetPassword => &mut at.passwords_set,
            _ => return,
        };
        *counter = counter.saturating_add(1);
    }

    fn is_flood(&self) -> bool {
        self.attempts.2 >= ATTEMPTS_MIN
    }

    fn score(&self, device: DeviceIndex, days: &Days, world: &World) -> Score {
        let mut score = if self.is_flood() { flood(self) } else { replication(self, world) };
        lessen_by_habit(&mut score, device, days, world);
        score
    }
}

impl AdOperations {
    fn learn(&mut self, seen: &Seen<'_>) {
        let is_controller = match seen.record {
            AnyRecord::Kerberos(kerberos) => kerberos.success == Some(true),
            AnyRecord::DceRpc(rpc) => match (rpc.endpoint.as_deref(), rpc.operation.as_deref()) {
                (Some("netlogon"), Some(operation)) => operation.starts_with("NetrLogonSamLogon"),
                (Some("drsuapi"), Some("DRSGetNCChanges")) => true,
                _ => false,
            },
            _ => false,
        };
        if let Some(device) = seen.resp.filter(|_| is_controller && self.controllers.len() < CONTROLLERS_MAX)
        {
            self.controllers.insert(device);
        }
    }
}

impl AdOperations {
    /// The device that is made a source of replication, or taken back, in a call of a domain controller: of a
    /// connection whose beginning was not seen, client and server may stand the wrong way round.
    fn false_source(&self, seen: &Seen<'_>, call: Call) -> Option<DeviceIndex> {
        let is_of_sources = matches!(call, Call::AddSource | Call::RemoveSource);
        let is_of_a_controller = seen.orig.is_some_and(|device| self.controllers.contains(&device));
        seen.resp.filter(|other| is_of_sources && is_of_a_controller && !self.controllers.contains(other))
    }
}

impl Behaviour for AdOperations {
    type Item = (String, IpAddr);
    type Extra = Asked;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        self.learn(seen);
        let (AnyRecord::DceRpc(rpc), Some(device)) = (seen.record, seen.orig) else { return None };
        let call = call(rpc)?;
        if let Some(other) = self.false_source(seen, call) {
            return Some(Interest::Begin(other));
        }
        let is_of_a_controller = self.controllers.contains(&device);
        (!is_of_a_controller || call == Call::Authenticate).then_some(Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Self::Item, Asked>) -> Change {
        let AnyRecord::DceRpc(rpc) = seen.record else { return Change::None };
        let (Some(call), Some(operation)) = (call(rpc), rpc.operation.clone()) else { return Change::None };
        let (mut host, mut server) = (rpc.id.orig_h, rpc.id.resp_h);
        if self.false_source(seen, call).is_some() {
            (host, server) = (server, host);
        }
        tally.note(seen, host, server, (operation, server), CALLS_KEPT);
        let asked = &mut tally.extra;
        asked.note(call, rpc.rtt.is_some(), server, seen);
        match call {
            Call::Replicate => asked.replications = asked.replications.saturating_add(1),
            Call::LookUp => asked.look_ups = asked.look_ups.saturating_add(1),
            Call::AddSource => asked.sources_added = asked.sources_added.saturating_add(1),
            Call::RemoveSource => asked.sources_removed = asked.sources_removed.saturating_add(1),
            Call::SetPassword => asked.passwords_set = asked.passwords_set.saturating_add(1),
            Call::Authenticate => {
                let (start, count, most) = asked.attempts;
                let runs = count > 0 && seen.ts.since(start).0.abs() < MINUTE.0;
                let (start, count) = if runs { (start, count + 1) } else { (seen.ts, 1) };
                asked.attempts = (start, count, most.max(count));
                // A flood is told when it is one, and as it doubles.
                let is_due = count >= ATTEMPTS_MIN && (count / ATTEMPTS_MIN).is_power_of_two();
                return if is_due { Change::Turn } else { Change::None };
            }
        }
        Change::Turn
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Asked>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let asked = &tally.extra;
        let is_flood = asked.is_flood();
        if !is_flood && asked.replications == 0 && asked.sources_added == 0 {
            return None;
        }
        let score = asked.score(device, &tally.days, world);
        let server = tally.peers.first().map_or_else(String::new, |server| world.name_at(*server));
        let what = if is_flood {
            format!(
                "tried {} times within a minute to open a computer's secure channel{}",
                asked.attempts.2,
                if asked.passwords_set > 0 { " and set its password" } else { "" },
            )
        } else if asked.replications > 0 {
            format!("replicated secrets of the directory in {} calls", asked.replications)
        } else {
            "made itself a source of replication".to_owned()
        };
        Some(Told {
            score,
            summary: format!(
                "{name} is no domain controller and {what} at {server} within {}.",
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("operations", operations(&tally.items))
                .with("replications", asked.replications)
                .with("sources_added", asked.sources_added)
                .with("sources_removed", asked.sources_removed)
                .with("channel_attempts_in_a_minute", asked.attempts.2)
                .with("passwords_set", asked.passwords_set)
                .with("seconds", tally.seconds()),
            baseline: Facts::default()
                .with("domain_controllers_known", self.controllers.len())
                .with("hours_learned", world.hours_with_traffic()),
        })
    }

    fn attacked(
        &self,
        tally: &Tally<Self::Item, Asked>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Vec<Attacked> {
        let lost = tally.extra.at.iter().filter_map(|at| Some((at, at.loss(name)?)));
        lost.map(|(at, loss)| {
            let seconds = at.marks.seconds();
            let facts = Facts::default()
                .with("replications", at.replications)
                .with("channel_attempts", at.attempts)
                .with("passwords_set", at.passwords_set)
                .with("seconds", seconds);
            let summary = format!("{} {loss} within {}.", world.name_at(at.server), tell::span(seconds));
            at.marks.told(at.server, tally.extra.score(device, &tally.days, world), summary, facts)
        })
        .collect()
    }
}

fn operations(items: &[(String, IpAddr)]) -> Vec<String> {
    items.iter().take(20).map(|(operation, server)| format!("{operation} at {server}")).collect()
}

fn replication(asked: &Asked, world: &World) -> Score {
    let mut score = Score::default();
    let reason = "only domain controllers replicate, and it was never seen to act as one";
    score.certainty("replication", 35.0, reason);
    if asked.look_ups > 0 && asked.replications > 0 {
        let reason =
            "it looked up the controller or single accounts first, as tools do and controllers do not";
        score.certainty("single accounts", 25.0, reason);
    }
    if asked.sources_added > 0 {
        score.certainty("source", 20.0, "it made itself a source from which others replicate");
        if asked.sources_removed > 0 {
            score.certainty("taken back", 20.0, "it took that back at once; controllers stay");
        }
    }
    let hours = world.hours_with_traffic();
    if hours >= HOURS_KNOWN {
        score.certainty("role", 20.0, format!("it acted as no controller in {hours} hours of traffic"));
    }
    score.threat("stage", 85.0, "all passwords of the domain can be taken this way");
    score
}

fn flood(asked: &Asked) -> Score {
    let mut score = Score::default();
    let doublings = (f64::from(asked.attempts.2) / f64::from(ATTEMPTS_MIN)).log2();
    let reason = format!("{} attempts within a minute; a computer needs one", asked.attempts.2);
    score.certainty("attempts", 55.0 + (8.0 * doublings).min(25.0), reason);
    score.threat("stage", 75.0, "it takes over a domain controller");
    if asked.passwords_set > 0 {
        score.certainty("password", 15.0, "a computer's password was set after them");
        score.threat("password", 15.0, "it went on to set a password");
    }
    score
}
