#![doc = include_str!("README.md")]

mod deeds;

use std::net::IpAddr;

use records::{AnyRecord, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use self::deeds::{Deed, deed};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspicious-admin",
    title: "Suspicious Admin",
    stage: Stage::Lateral,
    techniques: &["T1021", "T1003.002", "T1070.001", "T1098", "T1136.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<SuspiciousAdmin>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const DEEDS_KEPT: usize = 512;
/// Hosts on which a device did the same within an hour, from which on it looks like management.
const HOSTS_OF_MANAGEMENT: usize = 10;
/// What each further kind of deed adds, and at most.
const FURTHER: f64 = 10.0;
const FURTHER_MAX: f64 = 25.0;

#[derive(Default, Serialize, Deserialize)]
struct SuspiciousAdmin;

impl Behaviour for SuspiciousAdmin {
    type Item = (Deed, IpAddr);
    /// Operations as they were called.
    type Extra = Vec<String>;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["dce_rpc"];

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let AnyRecord::DceRpc(rpc) = seen.record else { return None };
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        deed(rpc).map(|_| Interest::Begin(device))
    }

    fn note(
        &mut self,
        seen: &Seen<'_>,
        _world: &World,
        tally: &mut Tally<Self::Item, Vec<String>>,
    ) -> Change {
        let AnyRecord::DceRpc(rpc) = seen.record else { return Change::None };
        let Some(deed) = deed(rpc) else { return Change::None };
        let (host, server) = (rpc.id.orig_h, rpc.id.resp_h);
        if !tally.note(seen, host, server, (deed, server), DEEDS_KEPT) {
            return Change::None;
        }
        let operation = rpc.operation.clone().unwrap_or_default();
        if !tally.extra.contains(&operation) && tally.extra.len() < DEEDS_KEPT {
            tally.extra.push(operation);
        }
        Change::Turn
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Vec<String>>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let mut deeds: Vec<Deed> = tally.items.iter().map(|item| item.0).collect();
        deeds.dedup();
        let gravest = deeds.iter().copied().max_by(|left, right| left.points().total_cmp(&right.points()))?;
        let mut score = Score::default();
        score.certainty("deed", gravest.points(), format!("it {}", gravest.words()));
        let further: Vec<&str> =
            deeds.iter().filter(|deed| **deed != gravest).map(|deed| deed.words()).collect();
        if !further.is_empty() {
            let points = (FURTHER * further.len() as f64).min(FURTHER_MAX);
            score.certainty("further deeds", points, format!("it {}", further.join(", ")));
        }
        let hosts = tally.peers.len();
        if hosts >= HOSTS_OF_MANAGEMENT {
            let reason = format!("{hosts} hosts within an hour: so does management");
            score.certainty("management", -20.0, reason);
        }
        raise_by_novelty(&mut score, 15.0, &tally.days, world);
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("deed", gravest.harm(), "what an administrator may do, an intruder does to stay");
        score.threat("hosts", (5.0 * (hosts as f64).log2()).min(15.0), tell::count(hosts as u32, "host"));
        let others = match tally.peers.as_slice() {
            [one] => world.name_at(*one),
            many => format!("{} hosts", many.len()),
        };
        let words: Vec<&str> = deeds.iter().map(|deed| deed.words()).collect();
        let span = tell::span(tally.seconds());
        Some(Told {
            score,
            summary: format!(
                "{name} administered {others} over the network within {span}: it {}.",
                words.join(", ")
            ),
            facts: Facts::default()
                .with("operations", tally.extra.iter().take(20).cloned().collect::<Vec<_>>())
                .with("kinds", deeds.len())
                .with("hosts", hosts)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }

    fn revises(&self, tally: &Tally<Self::Item, Vec<String>>) -> bool {
        tally.peers.len() >= HOSTS_OF_MANAGEMENT
    }
}
