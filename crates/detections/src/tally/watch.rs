//! One watch for all detections that count what a device does.

use records::{Interval, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Habit, Seen, World};

use super::Tally;
use super::count::MINUTE;
use crate::attacked::{Attacked, Attacker};
use crate::bounded::{Bounded, Standing};
use crate::days::{Days, HABIT_DAYS};
use crate::detection::checkpoint;
use crate::{Detection, Facts, Findings, Report, Score, Supersedes, Watch};

/// Devices that are followed.
const DEVICES_MAX: usize = 16_384;
/// A device that was told of is remembered for so long, to know its habit.
const HABIT_KEPT: Interval = Interval::from_secs(30 * 86_400);

/// What a record means to a behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    /// It may begin the behaviour of this device.
    Begin(DeviceIndex),
    /// It counts only beside what was seen of this device already.
    Follow(DeviceIndex),
}

/// What a record changed in a tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing to tell.
    None,
    /// Another item: told on a logarithmic scale.
    More,
    /// Something that changes the verdict: told at once.
    Turn,
}

impl Change {
    /// More, if an item is new.
    pub(crate) fn more(is_new: bool) -> Self {
        if is_new { Self::More } else { Self::None }
    }
}

/// What is told of a device.
pub(crate) struct Told {
    pub(crate) score: Score,
    pub(crate) summary: String,
    pub(crate) facts: Facts,
    pub(crate) baseline: Facts,
}

/// A behaviour that is counted.
pub(crate) trait Behaviour: Default + Serialize + DeserializeOwned + Send + 'static {
    /// What is counted.
    type Item: Ord + Serialize + DeserializeOwned + Send;
    /// What is kept besides of a device.
    type Extra: Default + Serialize + DeserializeOwned + Send;
    /// The detection that it belongs to.
    const DETECTION: &'static Detection;
    /// A device that was quiet for so long begins anew.
    const WINDOW: Interval;

    /// See [`Watch::reads`].
    const READS: &'static [&'static str] = &[];

    /// Whose tally the record belongs to, if any. The place to learn what is needed besides.
    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest>;

    /// Notes the record.
    fn note(&mut self, seen: &Seen<'_>, world: &World, tally: &mut Tally<Self::Item, Self::Extra>) -> Change;

    /// What there is to tell of a tally: nothing below the threshold. `name` is the device's.
    fn tell(
        &self,
        tally: &Tally<Self::Item, Self::Extra>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told>;

    /// What there is to tell of the hosts that it succeeded on, once it was told of the device.
    fn attacked(
        &self,
        _tally: &Tally<Self::Item, Self::Extra>,
        _device: DeviceIndex,
        _name: &str,
        _world: &World,
    ) -> Vec<Attacked> {
        Vec::new()
    }

    /// Whether what came later may explain what was told before, so that its certainty may fall.
    fn revises(&self, _tally: &Tally<Self::Item, Self::Extra>) -> bool {
        false
    }
}

/// Watches for a behaviour.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Watching<B: Behaviour> {
    behaviour: B,
    tallies: Bounded<DeviceIndex, Tally<B::Item, B::Extra>, DEVICES_MAX>,
}

impl<I, E> Standing for Tally<I, E> {
    fn standing(&self) -> (bool, Timestamp) {
        (!self.days.is_empty(), self.last)
    }
}

impl<B: Behaviour> Default for Watching<B> {
    fn default() -> Self {
        Self { behaviour: B::default(), tallies: Bounded::default() }
    }
}

impl<B: Behaviour> Watching<B> {
    fn tell(&mut self, device: DeviceIndex, world: &World, findings: &mut Findings) {
        let Some(tally) = self.tallies.get_mut(&device) else { return };
        let name = world.name_of(device, tally.host);
        let Some(told) = self.behaviour.tell(tally, device, &name, world) else { return };
        tally.told();
        // What was learned since may explain the first, too.
        let supersedes =
            Supersedes::always_if(is_usual(device, &tally.days, world) || self.behaviour.revises(tally));
        findings.report(
            Report {
                detection: B::DETECTION,
                device: Some(device),
                host: tally.host,
                key: "",
                peers: tally.peers.clone(),
                first_seen: tally.first,
                last_seen: tally.last,
                score: told.score,
                summary: told.summary,
                facts: told.facts,
                baseline: told.baseline.with("earlier_days_with_it", tally.days.before()),
                evidence: (&tally.evidence).into(),
                supersedes,
            },
            world,
        );
        let by = Attacker { device, host: tally.host };
        for attacked in self.behaviour.attacked(tally, device, &name, world) {
            attacked.report(B::DETECTION, by, supersedes, world, findings);
        }
    }
}

impl<B: Behaviour> Watch for Watching<B> {
    fn reads(&self) -> &'static [&'static str] {
        B::READS
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(interest) = self.behaviour.interest(seen, world) else { return };
        let (device, begins) = match interest {
            Interest::Begin(device) => (device, true),
            Interest::Follow(device) => (device, false),
        };
        match self.tallies.get(&device) {
            None if !begins => return,
            None => {}
            Some(tally)
                if tally.last != Timestamp(i64::MIN)
                    && seen.ts.since(tally.last).0.saturating_abs() > B::WINDOW.0 =>
            {
                if tally.is_untold() {
                    self.tell(device, world, findings);
                }
                if let Some(tally) = self.tallies.get_mut(&device) {
                    tally.restart();
                }
            }
            Some(_) => {}
        }
        let tally = self.tallies.entry(device, Tally::default);
        match self.behaviour.note(seen, world, tally) {
            Change::None => {}
            Change::More if !tally.is_worth_telling() => {}
            Change::More | Change::Turn => self.tell(device, world, findings),
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        // What came since the last report is told when the behaviour pauses.
        let is_due = |tally: &Tally<B::Item, B::Extra>| tally.is_untold() && now.since(tally.last) >= MINUTE;
        for device in self.tallies.keys_where(is_due) {
            self.tell(device, world, findings);
        }
        self.tallies.retain(|tally| {
            let keep = if tally.days.is_empty() { B::WINDOW } else { HABIT_KEPT };
            now.since(tally.last) <= keep
        });
    }

    checkpoint!();
}

/// Whether the device does such things by habit or by trade.
pub(crate) fn is_usual(device: DeviceIndex, days: &Days, world: &World) -> bool {
    days.before() >= HABIT_DAYS || world.habit(device).is_some_and(Habit::is_monitor)
}

/// Hours of traffic after which what a device does may be called known.
const HOURS_KNOWN: u32 = 24;

/// Adds to the certainty that a device did no such thing before, once it is known what it does.
pub(crate) fn raise_by_novelty(score: &mut Score, value: f64, days: &Days, world: &World) {
    let hours = world.hours_with_traffic();
    if hours >= HOURS_KNOWN && days.before() == 0 {
        score.certainty("new", value, format!("it did no such thing in {hours} hours of traffic"));
    }
}

/// Takes from the certainty what a device does on many days, and what a monitoring server does by trade.
pub(crate) fn lessen_by_habit(score: &mut Score, device: DeviceIndex, days: &Days, world: &World) {
    if world.habit(device).is_some_and(Habit::is_monitor) {
        let reason = "it polls services of several hosts by the clock, as a monitoring server does";
        score.certainty("monitor", -50.0, reason);
    }
    if days.before() >= HABIT_DAYS {
        score.certainty("habit", -30.0, format!("it did so on {} earlier days", days.before()));
    }
}
