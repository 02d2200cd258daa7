#![doc = include_str!("README.md")]

mod judge;
mod ways;

use std::net::IpAddr;

use records::Interval;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use self::judge::{Done, Verdict};
use self::ways::step;
use crate::attacked::Attacked;
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspicious-remote-execution",
    title: "Suspicious Remote Execution",
    stage: Stage::Lateral,
    techniques: &["T1021.002", "T1021.003", "T1021.006", "T1047", "T1053.005", "T1569.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<RemoteExecution>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const CALLS_KEPT: usize = 256;
/// Hosts on which a device starts programs within an hour, from which on it looks like software distribution.
const HOSTS_OF_MANAGEMENT: usize = 10;
const HOSTS_KEPT: usize = 64;
/// Days on which a device used a service of a host, after which its use is a habit of the pair.
const DAYS_OF_HABIT: u16 = 2;

#[derive(Default, Serialize, Deserialize)]
struct RemoteExecution;

/// What was done on each host.
type Hosts = Vec<Done>;

/// Whether the device used the service on earlier days.
fn is_habit(seen: &Seen<'_>, world: &World, device: DeviceIndex, server: IpAddr) -> bool {
    let port = seen.id.map_or(0, |id| id.resp_p);
    let habit = world.habit(device);
    // File shares are used by all; what is done over them is not.
    port != 445
        && port != 139
        && habit
            .and_then(|habit| habit.service(server, port))
            .is_some_and(|service| service.days >= DAYS_OF_HABIT)
}

/// The hosts on which programs were started, with what is thought of each.
fn judged(tally: &Tally<(IpAddr, String), Hosts>) -> Vec<(&Done, Verdict)> {
    tally.extra.iter().filter_map(|done| Some((done, done.verdict()?))).collect()
}

fn calls(tally: &Tally<(IpAddr, String), Hosts>, server: IpAddr) -> Vec<String> {
    let of_it = tally.items.iter().filter(|item| item.0 == server);
    of_it.map(|item| item.1.clone()).take(20).collect()
}

fn certainty(
    verdict: &Verdict,
    hosts: usize,
    tally: &Tally<(IpAddr, String), Hosts>,
    device: DeviceIndex,
    world: &World,
) -> Score {
    let mut score = Score::default();
    for (part, points, reason) in &verdict.parts {
        score.certainty(part, *points, reason.clone());
    }
    if hosts >= HOSTS_OF_MANAGEMENT {
        let reason = format!("{hosts} hosts within an hour: so does software distribution");
        score.certainty("management", -20.0, reason);
    }
    raise_by_novelty(&mut score, 15.0, &tally.days, world);
    lessen_by_habit(&mut score, device, &tally.days, world);
    score
}

impl Behaviour for RemoteExecution {
    type Item = (IpAddr, String);
    type Extra = Hosts;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["dce_rpc", "http", "smb_files", "smb_mapping"];

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let step = step(seen.record)?;
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        Some(if step.begins() { Interest::Begin(device) } else { Interest::Follow(device) })
    }

    fn note(&mut self, seen: &Seen<'_>, world: &World, tally: &mut Tally<Self::Item, Hosts>) -> Change {
        let (Some(step), Some(id), Some(device)) = (step(seen.record), seen.id, seen.orig) else {
            return Change::None;
        };
        let server = id.resp_h;
        let place = tally.extra.iter().position(|done| done.server == server);
        if place.is_none() && (!step.begins() || tally.extra.len() >= HOSTS_KEPT) {
            return Change::None;
        }
        tally.note(seen, id.orig_h, server, (server, ways::words(seen.record)), CALLS_KEPT);
        let place = place.unwrap_or_else(|| {
            tally.extra.push(Done::new(server, is_habit(seen, world, device, server)));
            tally.extra.len() - 1
        });
        let is_turn = tally.extra.get_mut(place).is_some_and(|done| {
            done.marks.note(seen);
            done.note(step, ways::is_answered(seen.record))
        });
        if is_turn { Change::Turn } else { Change::None }
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Hosts>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let judged = judged(tally);
        let hosts = judged.len();
        let (done, verdict) =
            judged.into_iter().max_by(|left, right| left.1.points().total_cmp(&right.1.points()))?;
        let mut score = certainty(&verdict, hosts, tally, device, world);
        score.threat("stage", 65.0, "a program runs on another host in somebody's name");
        score.threat("hosts", (5.0 * (hosts as f64).log2()).min(20.0), format!("{hosts} hosts"));
        Some(Told {
            score,
            summary: format!(
                "{name} started a program on {} by {} ({}) within {}.",
                world.name_at(done.server),
                verdict.way.name(),
                verdict.reason,
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("server", done.server)
                .with("way", verdict.way.name())
                .with("calls", calls(tally, done.server))
                .with("hosts", hosts)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }

    fn attacked(
        &self,
        tally: &Tally<Self::Item, Hosts>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Vec<Attacked> {
        let judged = judged(tally);
        let hosts = judged.len();
        let succeeded = judged.into_iter().filter(|(done, _)| done.has_succeeded());
        succeeded
            .map(|(done, verdict)| {
                let mut score = certainty(&verdict, hosts, tally, device, world);
                score.threat("stage", 65.0, "a program ran on it in somebody's name");
                let seconds = done.marks.seconds();
                let summary = format!(
                    "{} ran a program that {name} started by {} ({}) within {}.",
                    world.name_at(done.server),
                    verdict.way.name(),
                    verdict.reason,
                    tell::span(seconds),
                );
                let facts = Facts::default()
                    .with("way", verdict.way.name())
                    .with("calls", calls(tally, done.server))
                    .with("seconds", seconds);
                done.marks.told(done.server, score, summary, facts)
            })
            .collect()
    }

    fn revises(&self, tally: &Tally<Self::Item, Hosts>) -> bool {
        // Inventory and management show themselves only in time.
        tally.extra.iter().any(Done::is_inventory) || tally.extra.len() >= HOSTS_OF_MANAGEMENT
    }
}
