#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Interval, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::smb_exploitation::Sign;
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "automated-replication",
    title: "Automated Replication",
    stage: Stage::Lateral,
    techniques: &["T1210", "T1570"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<Replication>::default()),
};

/// A worm goes on within hours; what comes a day later has another cause.
const WINDOW: Interval = Interval::from_secs(86_400);
const HOSTS_KEPT: usize = 256;
/// Hosts to which something was done that are remembered; when full, those of long ago go, then all.
const DONE_MAX: usize = 16_384;
const QUIET: Interval = Interval::from_secs(3600);

/// What one host does to another on its way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Way {
    /// Messages of SMB that only exploits send.
    Exploit,
    /// A service is made.
    Service,
    /// A task is made.
    Task,
    /// A method of WMI is called.
    Wmi,
}

impl Way {
    fn words(self) -> &'static str {
        match self {
            Self::Exploit => "SMB messages that only exploits send",
            Self::Service => "a service made over the network",
            Self::Task => "a task made over the network",
            Self::Wmi => "a method called over WMI",
        }
    }

    /// How sure one repetition is: an exploit is no administration.
    fn points(self) -> f64 {
        if self == Self::Exploit { 65.0 } else { 45.0 }
    }
}

/// What was done to a device: by whom, and when first.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Done {
    by: IpAddr,
    at: Timestamp,
}

#[derive(Default, Serialize, Deserialize)]
struct Replication {
    /// By address, since the device may not have spoken yet.
    done: FxHashMap<(IpAddr, Way), Done>,
}

fn way(record: &AnyRecord) -> Option<Way> {
    match record {
        AnyRecord::Weird(weird) => (Sign::of(weird)? == Sign::Mixed).then_some(Way::Exploit),
        AnyRecord::DceRpc(rpc) => match (rpc.endpoint.as_deref()?, rpc.operation.as_deref()?) {
            ("svcctl", operation) if operation.starts_with("CreateService") => Some(Way::Service),
            ("ITaskSchedulerService", "SchRpcRegisterTask") | ("atsvc", "NetrJobAdd" | "JobAdd") => {
                Some(Way::Task)
            }
            ("IWbemServices", operation) if operation.starts_with("ExecMethod") => Some(Way::Wmi),
            _ => None,
        },
        _ => None,
    }
}

impl Replication {
    /// What was done to the device in this way before, by somebody else than whom it does it to.
    fn before(&self, seen: &Seen<'_>, way: Way) -> Option<&Done> {
        let id = seen.id?;
        let done = self.done.get(&(id.orig_h, way)).filter(|done| done.by != id.resp_h)?;
        let after = seen.ts.since(done.at);
        (after.0 >= 0 && after.0 <= WINDOW.0).then_some(done)
    }

    fn learn(&mut self, seen: &Seen<'_>, way: Way) {
        let Some(id) = seen.id else { return };
        if self.done.len() >= DONE_MAX {
            self.done.retain(|_, done| seen.ts.since(done.at).0 < QUIET.0);
            if self.done.len() >= DONE_MAX {
                self.done.clear();
            }
        }
        let done = self.done.entry((id.resp_h, way)).or_insert(Done { by: id.orig_h, at: seen.ts });
        if seen.ts.since(done.at).0.saturating_abs() > WINDOW.0 {
            *done = Done { by: id.orig_h, at: seen.ts };
        }
    }
}

impl Behaviour for Replication {
    type Item = (Way, IpAddr);
    /// What was done to the device itself, by whom and when.
    type Extra = Vec<(Way, IpAddr, Timestamp)>;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["dce_rpc", "weird"];

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let way = way(seen.record)?;
        self.learn(seen, way);
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        self.before(seen, way).map(|_| Interest::Begin(device))
    }

    fn note(
        &mut self,
        seen: &Seen<'_>,
        _world: &World,
        tally: &mut Tally<Self::Item, Self::Extra>,
    ) -> Change {
        let (Some(way), Some(id)) = (way(seen.record), seen.id) else { return Change::None };
        let Some(done) = self.before(seen, way) else { return Change::None };
        if !tally.extra.iter().any(|known| known.0 == way) {
            tally.extra.push((way, done.by, done.at));
        }
        let is_new = tally.note(seen, id.orig_h, id.resp_h, (way, id.resp_h), HOSTS_KEPT);
        if is_new { Change::Turn } else { Change::None }
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Self::Extra>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let count = |way: Way| tally.items.iter().filter(|item| item.0 == way).count();
        let (way, by, at) = tally.extra.iter().max_by(|left, right| {
            let weight = |way: Way| way.points() + count(way) as f64;
            weight(left.0).total_cmp(&weight(right.0))
        })?;
        let hosts = count(*way);
        let after = tally.first.since(*at).as_secs_f64().max(0.0);
        let mut score = Score::default();
        let source = world.name_at(*by);
        let reason = format!("{source} did it to the device {} before: {}", tell::span(after), way.words());
        score.certainty("the same", way.points(), reason);
        score.certainty("hosts", (10.0 * (hosts as f64 - 1.0)).min(25.0), format!("to {hosts} hosts"));
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 75.0, "what spreads by itself does not stop by itself");
        score.threat("hosts", (4.0 * hosts as f64).min(20.0), tell::count(hosts as u32, "host"));
        Some(Told {
            score,
            summary: format!(
                "{name} did to {} what {source} had done to it {} before: {}.",
                tell::count(hosts as u32, "host"),
                tell::span(after),
                way.words(),
            ),
            facts: Facts::default()
                .with("way", way.words())
                .with("done_to_it_by", *by)
                .with("seconds_until_it_went_on", after)
                .with("hosts", hosts),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
