#![doc = include_str!("README.md")]

use std::net::IpAddr;

use learn::week_bucket;
use records::{AnyRecord, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, PeerVolume, Seen, Volume, World};

use crate::bounded::{Bounded, Standing};
use crate::collected::{Collected, SERVERS_TOLD};
use crate::detection::checkpoint;
use crate::evidence::Shown;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "data-gathering",
    title: "Data Gathering",
    stage: Stage::Exfil,
    techniques: &["T1039", "T1213"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(DataGathering::default()),
};

/// Bytes within a day below which nothing is said: who works with documents and pictures takes less.
const DAY_MIN: u64 = 30_000_000;
/// A connection that takes less gives no reason to look.
const CONNECTION_MIN: u64 = 100_000;
/// Hours that a habit needs before it is asked.
const HABIT_HOURS: f64 = 5.0;
/// A volume less likely than this is outside the habit.
const UNLIKELY: f64 = 0.01;
/// A service that was used on fewer days before is new to the device.
const KNOWN_DAYS: u16 = 2;
/// Where so many other devices take at least half as much from the same servers, it is handed out to all.
const COMPANY: usize = 3;
/// Devices that were told of.
const DEVICES_MAX: usize = 16_384;

/// What was told of a device.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Told {
    bytes: u64,
    last: Timestamp,
}

impl Standing for Told {
    fn standing(&self) -> (bool, Timestamp) {
        (true, self.last)
    }
}

#[derive(Default, Serialize, Deserialize)]
struct DataGathering {
    told: Bounded<DeviceIndex, Told, DEVICES_MAX>,
}

/// Bytes for each hour in which they were taken, as far as that is known.
fn hourly(gathered: &Collected<'_>) -> f64 {
    let hours = (gathered.last.since(gathered.first).as_secs_f64() / 3600.0).max(1.0);
    let busiest = gathered.servers.iter().map(|server| server.hour_bytes()).sum::<u64>();
    (gathered.bytes as f64 / hours).max(busiest as f64)
}

/// Servers from which the device took nothing on days before.
fn new_servers(gathered: &Collected<'_>, device: DeviceIndex, world: &World) -> usize {
    let days = |server: &PeerVolume| {
        let habit = world.habit(device).and_then(|habit| habit.service(server.address, server.port));
        habit.map_or(0, |service| service.days)
    };
    gathered.servers.iter().filter(|server| days(server) < KNOWN_DAYS).count()
}

/// Other devices that took at least half as much from the server that gave most.
fn company(gathered: &Collected<'_>, device: DeviceIndex, world: &World) -> usize {
    let Some(main) = gathered.servers.first() else { return 0 };
    let others = (0_u32..).zip(world.devices().all()).map(|(index, _)| DeviceIndex(index));
    let takes_too = |volume: &Volume| {
        volume
            .recently_taken(gathered.last)
            .any(|server| server.key() == main.key() && server.day_bytes() >= main.day_bytes() / 2)
    };
    others
        .filter(|other| *other != device)
        .filter_map(|other| world.volume(other))
        .filter(|volume| takes_too(volume))
        .count()
}

impl Watch for DataGathering {
    fn reads(&self) -> &'static [&'static str] {
        &["conn"]
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Conn(conn), Direction::Internal, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        if conn.resp_bytes.unwrap_or(0) < CONNECTION_MIN {
            return;
        }
        let Some(volume) = world.volume(device) else { return };
        let bytes = volume.taken_bytes(seen.end);
        let told = self.told.get(&device).map_or(0, |told| told.bytes);
        // Less than before is another day's.
        let is_news = bytes < told || bytes >= told.saturating_add(told / 4);
        if bytes < DAY_MIN || !is_news {
            return;
        }
        let gathered = Collected::before(seen.end, volume, |_| true);
        if !is_unusual(&gathered, device, world) {
            return;
        }
        *self.told.entry(device, || Told { bytes, last: seen.end }) = Told { bytes, last: seen.end };
        findings.report(report(device, conn.id.orig_h, &gathered, world), world);
    }

    checkpoint!();
}

/// Not where the device takes so much now and then, or nothing is known of it.
fn is_unusual(gathered: &Collected<'_>, device: DeviceIndex, world: &World) -> bool {
    let bucket = week_bucket(gathered.last.0.div_euclid(1_000_000_000));
    world
        .habit(device)
        .map(|habit| &habit.taken_inside.habit)
        .is_some_and(|habit| habit.weight() >= HABIT_HOURS && habit.tail(hourly(gathered), bucket) < UNLIKELY)
}

fn score(gathered: &Collected<'_>, usual: Option<f64>, new_servers: usize, company: usize) -> Score {
    let mut score = Score::default();
    let doublings = (gathered.bytes as f64 / DAY_MIN as f64).log2();
    let much = format!("{} were taken from internal servers within a day", tell::bytes(gathered.bytes));
    score.certainty("taken", 20.0 + (5.0 * doublings).min(15.0), much);
    let usual = tell::bytes(usual.unwrap_or_default() as u64);
    score.certainty("habit", 20.0, format!("usual for the device are {usual} an hour"));
    match new_servers {
        0 => score.certainty("servers", -10.0, "it took something from all of these servers on days before"),
        new => {
            let reason = format!("{new} of {} servers are new to it", gathered.servers.len());
            score.certainty("servers", 15.0, reason);
        }
    }
    if gathered.servers.len() >= 3 {
        score.certainty("breadth", 10.0, format!("from {} servers", gathered.servers.len()));
    }
    if company >= COMPANY {
        let reason = format!("{company} other devices took as much from the same server: it is handed out");
        score.certainty("company", -40.0, reason);
    }
    score.threat("stage", 50.0, "data is collected before it leaves");
    score.threat("size", (4.0 * doublings).min(20.0), tell::bytes(gathered.bytes));
    score
}

fn report(device: DeviceIndex, host: IpAddr, gathered: &Collected<'_>, world: &World) -> Report<'static> {
    let usual = world.habit(device).map(|habit| habit.taken_inside.habit.usual());
    let (new_servers, company) = (new_servers(gathered, device, world), company(gathered, device, world));
    let servers = &gathered.servers;
    let (uids, seen) = gathered.evidence(SERVERS_TOLD, usize::MAX);
    Report {
        detection: &DETECTION,
        device: Some(device),
        host,
        key: "",
        peers: servers.iter().take(SERVERS_TOLD).map(|server| server.address).collect(),
        first_seen: gathered.first,
        last_seen: gathered.last,
        score: score(gathered, usual, new_servers, company),
        summary: format!(
            "{} took {} from {} internal server{} within {}, far more than it is used to.",
            world.name_of(device, host),
            tell::bytes(gathered.bytes),
            servers.len(),
            if servers.len() == 1 { "" } else { "s" },
            tell::span(gathered.last.since(gathered.first).as_secs_f64())
        ),
        facts: Facts::default()
            .with("bytes_taken", gathered.bytes)
            .with("sources", gathered.sources())
            .with("servers", servers.len() as u64)
            .with("new_servers", new_servers as u64)
            .with("file_names", world.volume(device).map_or_else(Vec::new, |volume| volume.names.clone())),
        baseline: Facts::default()
            .with_some("usual_bytes_taken_per_hour", usual.map(f64::round))
            .with("other_devices_that_take_as_much", company as u64),
        evidence: Shown::some_of(uids, seen),
        supersedes: Supersedes::IfSurer,
    }
}
