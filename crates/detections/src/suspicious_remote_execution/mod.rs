#![doc = include_str!("README.md")]

mod ways;

use std::net::IpAddr;

use records::{AnyRecord, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use self::ways::{Step, Way, step};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspicious-remote-execution",
    title: "Suspicious Remote Execution",
    stage: Stage::Lateral,
    techniques: &["T1021.002", "T1021.003", "T1047", "T1053.005", "T1569.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<RemoteExecution>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const CALLS_KEPT: usize = 256;
/// Hosts on which a device starts programs within an hour, from which on it looks like software distribution.
const HOSTS_OF_MANAGEMENT: usize = 10;
const HOSTS_KEPT: usize = 64;

#[derive(Default, Serialize, Deserialize)]
struct RemoteExecution;

/// The steps taken on each host.
type Steps = Vec<(IpAddr, u16)>;

/// How a program was started, judged by the steps on one host: the surest way, and its points.
fn surest(steps: u16) -> Option<(Way, f64, &'static str)> {
    let has = |step: Step| steps & step.bit() != 0;
    let any = |list: &[Step]| list.iter().any(|step| has(*step));
    if has(Step::CreateService) && has(Step::StartService) {
        Some((Way::Service, 55.0, "a service was made and started"))
    } else if has(Step::ChangeService) && has(Step::StartService) {
        Some((Way::Service, 50.0, "a service was changed and started"))
    } else if has(Step::RegisterTask) && any(&[Step::RunTask, Step::DeleteTask]) {
        Some((Way::Task, 55.0, "a task was made, and run or deleted at once"))
    } else if has(Step::RegisterTask) {
        Some((Way::Task, 40.0, "a task was made"))
    } else if has(Step::ExecMethod) {
        Some((Way::Wmi, 45.0, "a method of WMI was called, as programs are started by it"))
    } else if has(Step::Invoke) {
        Some((Way::Dcom, 45.0, "an object of a program was driven over DCOM"))
    } else if has(Step::CreateService) {
        Some((Way::Service, 35.0, "a service was made"))
    } else {
        None
    }
}

impl Behaviour for RemoteExecution {
    type Item = (IpAddr, String);
    type Extra = Steps;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let AnyRecord::DceRpc(rpc) = seen.record else { return None };
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        step(rpc).map(|_| Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Self::Item, Steps>) -> Change {
        let AnyRecord::DceRpc(rpc) = seen.record else { return Change::None };
        let (Some(step), Some(operation)) = (step(rpc), rpc.operation.as_deref()) else {
            return Change::None;
        };
        let (host, server) = (rpc.id.orig_h, rpc.id.resp_h);
        let call = format!("{} {operation}", rpc.endpoint.as_deref().unwrap_or_default());
        tally.note(seen, host, server, (server, call), CALLS_KEPT);
        let place = tally.extra.iter().position(|known| known.0 == server);
        let known = place.and_then(|place| tally.extra.get_mut(place));
        let before = known.as_ref().map_or(0, |known| known.1);
        let after = before | step.bit();
        if let Some(known) = known {
            known.1 = after;
        } else if tally.extra.len() < HOSTS_KEPT {
            tally.extra.push((server, after));
        }
        if after == before { Change::None } else { Change::Turn }
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Steps>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let judged =
            tally.extra.iter().filter_map(|(server, steps)| Some((*server, *steps, surest(*steps)?)));
        let (server, steps, (way, points, reason)) =
            judged.max_by(|left, right| left.2.1.total_cmp(&right.2.1))?;
        let hosts = tally.extra.iter().filter(|(_, steps)| surest(*steps).is_some()).count();
        let mut score = Score::default();
        score.certainty("call", points, reason);
        if way == Way::Service && steps & Step::DeleteService.bit() != 0 {
            score.certainty("traces", 10.0, "the service was deleted afterwards");
        }
        if hosts >= HOSTS_OF_MANAGEMENT {
            let reason = format!("{hosts} hosts within an hour: so does software distribution");
            score.certainty("management", -20.0, reason);
        }
        raise_by_novelty(&mut score, 15.0, &tally.days, world);
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 65.0, "a program runs on another host in somebody's name");
        score.threat("hosts", (5.0 * (hosts as f64).log2()).min(20.0), format!("{hosts} hosts"));
        let calls = tally.items.iter().filter(|item| item.0 == server).map(|item| item.1.clone());
        Some(Told {
            score,
            summary: format!(
                "{name} started a program on {} by {} ({reason}) within {}.",
                world.name_at(server),
                way.name(),
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("server", server)
                .with("way", way.name())
                .with("calls", calls.take(20).collect::<Vec<_>>())
                .with("hosts", hosts)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
