#![doc = include_str!("README.md")]

use records::{AnyRecord, Conn, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::attempt::Answer;
use crate::sweep::{self, Outcome, Sweep, Target, WINDOW, internal_attempt};
use crate::tally::{
    Behaviour, Change, Interest, Told, Watching, is_usual, lessen_by_habit, raise_by_novelty,
};
use crate::{Detection, Facts, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "port-sweep",
    title: "Port Sweep",
    stage: Stage::Recon,
    techniques: &["T1018", "T1046"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<PortSweep>::default()),
};

/// Hosts that a client tries in vain within a day: a switched-off printer or two, not half a dozen.
const HOSTS_MIN: u32 = 6;
/// A host weighs 1, each further port tried on it a half: few hosts are proof only with several ports.
const WEIGHT_MIN: f64 = 12.0;
/// New targets within a minute that no work by hand makes.
const FAST: u32 = 10;

#[derive(Default, Serialize, Deserialize)]
struct PortSweep;

/// Silence of an address that nobody is known to hold belongs to the scan of unused addresses.
fn is_of_a_host(conn: &Conn, world: &World) -> bool {
    conn.resp_pkts > 0 || world.devices().at(conn.id.resp_h).is_some()
}

impl Behaviour for PortSweep {
    type Item = Target;
    type Extra = Outcome;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        let (conn, device, answer) = internal_attempt(seen, world)?;
        is_of_a_host(conn, world).then(|| sweep::interest(device, answer))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Sweep) -> Change {
        let AnyRecord::Conn(conn) = seen.record else { return Change::None };
        let answer = crate::attempt::attempt(conn).unwrap_or(Answer::Used);
        Change::more(sweep::note(tally, seen, conn, answer))
    }

    fn tell(&self, tally: &Sweep, device: DeviceIndex, name: &str, world: &World) -> Option<Told> {
        let outcome = &tally.extra;
        let further = (tally.items.len() as f64 - f64::from(outcome.hosts)).max(0.0);
        let weight = f64::from(outcome.hosts) + further / 2.0;
        if outcome.hosts < HOSTS_MIN || weight < WEIGHT_MIN {
            return None;
        }
        let mut score = sweep::score(tally, 30.0, weight, WEIGHT_MIN, FAST);
        // A monitoring server looks for hosts the day it begins.
        if !is_usual(device, &tally.days, world) {
            raise_by_novelty(&mut score, 10.0, &tally.days, world);
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        Some(Told {
            score,
            summary: format!(
                "{name} tried port {} on {} within {}; {} of {} attempts were refused or not answered.",
                outcome.ports_in_words(),
                tell::count(outcome.hosts, "host"),
                tell::span(tally.seconds()),
                outcome.failed,
                tally.items.len(),
            ),
            facts: Facts::default()
                .with("hosts", outcome.hosts)
                .with("targets", tally.items.len())
                .with("targets_failed", outcome.failed)
                .with("ports", outcome.ports_in_words())
                .with("most_targets_in_a_minute", tally.fastest())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hosts_used_meanwhile", outcome.used()),
        })
    }
}
