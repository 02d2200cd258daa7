//! What goes out: the core of the detections of exfiltration. Judges destinations and volumes; reports nothing.

use std::collections::BTreeMap;
use std::net::IpAddr;

use learn::week_bucket;
use records::{AnyRecord, Interval, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, PeerVolume, Rarity, Seen, Volume, World};

use crate::rarity::{Weight, score_rarity};
use crate::{Detection, Facts, Report, Score, Supersedes, tell};

/// A connection that sends less is not looked at.
const CONNECTION_MIN: u64 = 10_000;
/// Days on which the device sent comparable volumes before the destination counts as known.
const KNOWN_DAYS: u16 = 2;
/// Volumes up to this many times the largest earlier day are comparable.
const COMPARABLE: u64 = 3;
/// Hours with traffic that a habit needs before it is asked.
const HABIT_HOURS: f64 = 5.0;
/// A volume less likely than this is outside the habit.
const UNLIKELY: f64 = 0.01;
const TOLD_MAX: usize = 20_000;
/// A transfer is over after so long without a connection that ends.
const QUIET: Interval = Interval::from_secs(600);
/// The peer of a transfer can be known to the habit as its address, its domain and its latest name.
const NAMES_OF_PEER: usize = 3;

/// A transfer to the outside, with what its device moved within the last day.
pub(crate) struct Outflow<'a> {
    pub(crate) device: DeviceIndex,
    /// The address of the device when it sent.
    pub(crate) host: IpAddr,
    /// The address that it sent to.
    pub(crate) destination: IpAddr,
    /// The transfer is over.
    pub(crate) is_last_look: bool,
    pub(crate) volume: &'a Volume,
    pub(crate) peer: &'a PeerVolume,
}

impl<'a> Outflow<'a> {
    /// The transfer that the record is, if it is one.
    pub(crate) fn of(seen: &Seen<'a>, world: &'a World) -> Option<Self> {
        let (AnyRecord::Conn(conn), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return None;
        };
        if conn.orig_bytes.unwrap_or(0) < CONNECTION_MIN || conn.resp_pkts == 0 {
            return None;
        }
        Self::between(device, conn.id.orig_h, conn.id.resp_h, world)
    }

    fn between(device: DeviceIndex, host: IpAddr, destination: IpAddr, world: &'a World) -> Option<Self> {
        let volume = world.volume(device)?;
        let peer = volume.sent_to(destination)?;
        Some(Self { device, host, destination, is_last_look: false, volume, peer })
    }

    /// Scores the destination: its rarity, whether it has a name, and whether the device is used to send there.
    pub(crate) fn score_destination(&self, score: &mut Score, world: &World, weight: f64) -> Rarity {
        let rarity = world.rarity(self.destination, None);
        score_rarity(score, "destination", rarity.percent, Weight::Mainly(weight), world);
        if self.peer.domain.is_none() {
            score.certainty("address", 5.0, "no name leads there: the address was contacted as such");
        }
        let known = world.habit(self.device).and_then(|habit| habit.destination(&self.peer.name()));
        if let Some(known) = known
            && known.days >= KNOWN_DAYS
            && known.bytes_out_day_max.saturating_mul(COMPARABLE) >= self.peer.day_bytes()
        {
            let most = tell::bytes(known.bytes_out_day_max);
            let reason = format!("the device sent there on {} days before, up to {most} a day", known.days);
            score.certainty("habit", -45.0, reason);
        }
        rarity
    }

    /// Scores a volume of an hour against the device's habit.
    pub(crate) fn score_volume(&self, score: &mut Score, world: &World, hour_bytes: u64, weight: f64) {
        let Some(habit) = world.habit(self.device).map(|habit| &habit.sent_out.habit) else { return };
        if habit.weight() < HABIT_HOURS {
            return;
        }
        let tail = habit.tail(hour_bytes as f64, week_bucket(self.peer.last.0.div_euclid(1_000_000_000)));
        let usual = tell::bytes(habit.usual() as u64);
        if tail < UNLIKELY {
            let reason =
                format!("{} in an hour, where {usual} is usual for the device", tell::bytes(hour_bytes));
            score.certainty("volume", weight, reason);
        } else {
            let reason = format!("the device sends such volumes now and then; usual is {usual} an hour");
            score.certainty("volume", -weight, reason);
        }
    }

    /// Scores how one-sided the transfer is: a call or a synchronisation goes both ways.
    pub(crate) fn score_sides(&self, score: &mut Score) {
        let (sent, received) = (self.peer.day_bytes(), self.peer.other_way_bytes());
        if sent >= received.saturating_mul(5) {
            let reason = format!("{} went out, {} came back", tell::bytes(sent), tell::bytes(received));
            score.certainty("sides", 8.0, reason);
        } else if sent < received.saturating_mul(2) {
            score.certainty("sides", -30.0, "as much came back: a call or a synchronisation");
        }
    }

    /// What is normal for the device.
    pub(crate) fn baseline(&self, world: &World, rarity: &Rarity) -> Facts {
        let habit = world.habit(self.device);
        let devices = world.other_devices(self.destination, None, self.device);
        let rarity = &Rarity { devices, ..rarity.clone() };
        // What went to the peer was learned, too, by the name or the address that it had then.
        let (name, address) = (self.peer.name(), self.destination);
        let called = world.names().domain_of(address);
        let address = address.to_string();
        let is_peer = |other: &str| other == name || other == address || Some(other) == called;
        let top = habit.map_or_else(Vec::new, |habit| habit.top_destinations(5 + NAMES_OF_PEER));
        let normal = top
            .into_iter()
            .filter(|(name, _)| !is_peer(name))
            .take(5)
            .map(|(name, bytes)| format!("{name}: {}", tell::bytes(bytes)))
            .collect::<Vec<_>>();
        Facts::default()
            .with("normal_destinations", normal)
            .with_some("usual_bytes_out_per_hour", habit.map(|habit| habit.sent_out.habit.usual().round()))
            .with_population("devices_that_use_the_destination", rarity, world)
    }

    /// A report of the transfer to `place`, its destination. The detection adds what it makes of it.
    pub(crate) fn report<'p>(
        &self,
        detection: &'static Detection,
        place: &'p str,
        (score, rarity): (Score, &Rarity),
        world: &World,
    ) -> Report<'p> {
        let peer = self.peer;
        Report {
            detection,
            device: Some(self.device),
            host: self.host,
            key: place,
            peers: vec![self.destination],
            first_seen: peer.first,
            last_seen: peer.last,
            score,
            summary: String::new(),
            facts: Facts::default().with("destination", place).with("port", peer.port),
            baseline: self.baseline(world, rarity),
            evidence: (&peer.evidence).into(),
            supersedes: if self.is_last_look { Supersedes::Facts } else { Supersedes::IfSurer },
        }
    }

    /// The name of the device that sends.
    pub(crate) fn sender(&self, world: &World) -> String {
        world.name_of(self.device, self.host)
    }
}

/// How much of a transfer was reported, so that repeats are told on a logarithmic scale, and once more when it is over.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    bytes: FxHashMap<(DeviceIndex, u64), u64>,
    /// Transfers of which more was sent than was told: by device and key of the peer.
    behind: BTreeMap<(u32, u64), Behind>,
}

/// A transfer that goes on after it was told.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Behind {
    host: IpAddr,
    destination: IpAddr,
    /// When its latest connection ended.
    last: Timestamp,
}

impl Told {
    /// Whether so many bytes are to be told, since they are news, or the last; if they are, they count as told. If not,
    /// they are told once the transfer is over.
    pub(crate) fn is_told(&mut self, outflow: &Outflow<'_>, bytes: u64) -> bool {
        if self.bytes.len() >= TOLD_MAX {
            self.bytes.clear();
            self.behind.clear();
        }
        let place = (outflow.device, outflow.peer.key());
        let told = self.bytes.entry(place).or_default();
        // Less than before is another day's transfer.
        if !outflow.is_last_look && bytes >= *told && bytes < told.saturating_add(*told / 10) {
            if bytes > *told {
                let Outflow { host, destination, peer, .. } = *outflow;
                self.behind.insert((place.0.0, place.1), Behind { host, destination, last: peer.last });
            }
            return false;
        }
        *told = bytes;
        self.behind.remove(&(place.0.0, place.1));
        true
    }

    /// The transfers that have been quiet for a while and of which not all was told.
    pub(crate) fn over<'w>(&mut self, now: Timestamp, world: &'w World) -> Vec<Outflow<'w>> {
        self.take_behind(world, |behind| now.since(behind.last) >= QUIET)
    }

    /// All transfers of which not all was told, since no more records come for now.
    pub(crate) fn unfinished<'w>(&mut self, world: &'w World) -> Vec<Outflow<'w>> {
        self.take_behind(world, |_| true)
    }

    fn take_behind<'w>(&mut self, world: &'w World, is_due: impl Fn(&Behind) -> bool) -> Vec<Outflow<'w>> {
        let due = self.behind.extract_if(.., |_, behind| is_due(behind));
        let outflows = due.filter_map(|((device, key), behind)| {
            let outflow = Outflow::between(DeviceIndex(device), behind.host, behind.destination, world)?;
            (outflow.peer.key() == key).then_some(Outflow { is_last_look: true, ..outflow })
        });
        outflows.collect()
    }
}

/// The two moments of a watch at which transfers that are over are told with all their bytes.
macro_rules! last_looks {
    () => {
        fn tick(&mut self, now: records::Timestamp, world: &World, findings: &mut Findings) {
            for outflow in self.told.over(now, world) {
                self.look(&outflow, world, findings);
            }
        }

        fn finish(&mut self, _now: records::Timestamp, world: &World, findings: &mut Findings) {
            for outflow in self.told.unfinished(world) {
                self.look(&outflow, world, findings);
            }
        }
    };
}
pub(crate) use last_looks;
