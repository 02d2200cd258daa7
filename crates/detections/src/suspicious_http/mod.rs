#![doc = include_str!("README.md")]

mod agents;
mod paths;
mod place;
mod score;
mod signs;

use records::{AnyRecord, Http, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World, hash_of, host_of};

use self::paths::Paths;
use self::place::Place;
use self::signs::Sign;
use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::{Detection, Facts, Findings, Report, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspicious-http",
    title: "Suspicious HTTP",
    stage: Stage::C2,
    techniques: &["T1071.001"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(SuspiciousHttp::default()),
};

/// Requests with fewer points are not remembered.
const POINTS_MIN: f64 = 20.0;
/// A host is forgotten after so long without such a request.
const QUIET: Interval = Interval::from_secs(7 * 86_400);
/// A pause after which what came since the last report is told.
const REST: Interval = Interval::from_secs(300);
/// Destinations with such requests that are followed.
const PLACES_MAX: usize = 50_000;
/// Devices whose version of Windows, and whose paths, are remembered.
const DEVICES_MAX: usize = 10_000;

#[derive(Default, Serialize, Deserialize)]
struct SuspiciousHttp {
    places: Bounded<(DeviceIndex, u64), Place, PLACES_MAX>,
    devices: Bounded<DeviceIndex, Client, DEVICES_MAX>,
}

/// What is kept of a device.
#[derive(Default, Serialize, Deserialize)]
struct Client {
    /// The version of Windows that its components tell; none where they tell several, as behind one address.
    windows: Option<(u16, u16)>,
    has_several: bool,
    paths: Paths,
    /// Hosts from which programs came in answer to posts.
    loaders: Vec<u64>,
    last: Timestamp,
}

impl Watch for SuspiciousHttp {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Http(http), Direction::Outward | Direction::Internal, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        let mut signs = signs::of(http, device, world);
        self.signs_of_device(http, device, &mut signs);
        if seen.direction == Direction::Internal {
            // Within the own networks many programs have neither names nor pages: only what comes from a host that
            // handed out a program counts.
            let is_loaded = signs.iter().any(|(sign, _)| matches!(sign, Sign::Program | Sign::ProgramBefore));
            if !is_loaded {
                return;
            }
        }
        let points: f64 = signs.iter().map(|(sign, _)| sign.points()).sum();
        let host =
            http.host.as_deref().map_or_else(|| http.id.resp_h.to_string(), |host| host_of(host).to_owned());
        let key = (device, hash_of(&host));
        let is_known = self.places.contains_key(&key);
        if points < POINTS_MIN && !is_known {
            return;
        }
        let place = self.places.entry(key, || Place::new(http, &host));
        if place.trail.is_over(http.ts, QUIET) {
            *place = Place::new(http, &host);
        }
        place.note(http, signs);
        // Repeats are told on a logarithmic scale.
        if place.is_telling() && place.is_due() {
            report(device, place, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        // What came since the last report is told when it pauses.
        let is_due = |place: &Place| {
            place.is_telling() && place.count > place.told && now.since(place.trail.last) >= REST
        };
        for key in self.places.keys_where(is_due) {
            if let Some(place) = self.places.get_mut(&key) {
                report(key.0, place, world, findings);
            }
        }
        self.places.retain(|place| now.since(place.trail.last) <= QUIET);
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + REST, world, findings);
    }

    checkpoint!();
}

impl Standing for Place {
    fn standing(&self) -> (bool, Timestamp) {
        (self.is_telling(), self.trail.last)
    }
}

impl Standing for Client {
    fn standing(&self) -> (bool, Timestamp) {
        (!self.loaders.is_empty(), self.last)
    }
}

impl SuspiciousHttp {
    /// Signs that show only beside what the device asked before.
    fn signs_of_device(&mut self, http: &Http, device: DeviceIndex, signs: &mut Vec<(Sign, String)>) {
        const LOADERS_KEPT: usize = 16;
        let client = self.devices.entry(device, Client::default);
        client.last = client.last.max(http.ts);
        if let Some(agent) = http.user_agent.as_deref() {
            if let Some(told) = agents::windows_of_component(agent) {
                client.has_several |= client.windows.is_some_and(|known| known != told);
                client.windows = Some(told);
            } else if let (Some(said), Some(known), false) =
                (agents::windows_of(agent), client.windows, client.has_several)
                && said != known
            {
                let reason = format!(
                    "it says to run on Windows NT {}.{}, but the device has {}.{}",
                    said.0, said.1, known.0, known.1
                );
                signs.push((Sign::System, reason));
            }
        }
        if let Some(domains) = client.paths.note(http) {
            let reason = format!("the same path was asked of {domains} domains that have nothing in common");
            signs.push((Sign::SamePath, reason));
        }
        let loader = hash_of(&http.id.resp_h.to_string());
        if client.loaders.contains(&loader) {
            signs.push((Sign::ProgramBefore, "the host handed out a program in answer to a post".to_owned()));
        } else if signs.iter().any(|(sign, _)| *sign == Sign::Program) && client.loaders.len() < LOADERS_KEPT
        {
            client.loaders.push(loader);
        }
    }
}

fn report(device: DeviceIndex, place: &mut Place, world: &World, findings: &mut Findings) {
    place.told = place.count;
    let trail = &place.trail;
    let address = place.peers.last().copied().unwrap_or(trail.host);
    let rarity = world.rarity(address, Some(&place.host));
    let what = if place.posts > 0 { "posted to" } else { "asked" };
    let times = if place.posts > 0 { place.posts } else { place.count };
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &place.host,
            peers: place.peers.clone(),
            first_seen: trail.first,
            last_seen: trail.last,
            score: score::score(device, place, rarity.percent, world),
            summary: format!(
                "{} {what} {} {} as browsers and ordinary programs do not: {} ({} out).",
                world.name_of(device, trail.host),
                place.host,
                tell::count(u32::try_from(times).unwrap_or(u32::MAX), "time"),
                place.signs.iter().map(|(_, reason)| reason.as_str()).take(3).collect::<Vec<_>>().join("; "),
                tell::bytes(place.sent),
            ),
            facts: Facts::default()
                .with("destination", place.host.clone())
                .with_some("user_agent", place.agent.clone())
                .with("paths", place.paths.clone())
                .with("signs", place.signs.iter().map(|(sign, _)| sign.name().to_owned()).collect::<Vec<_>>())
                .with("requests", place.count)
                .with("posts", place.posts)
                .with("bytes_out", place.sent)
                .with("bytes_in", place.received)
                .with_rarity(&rarity),
            baseline: Facts::default().with_population("devices_that_use_the_destination", &rarity, world),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}
