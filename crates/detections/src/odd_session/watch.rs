//! Follows the odd sessions of each device with each port of each host.

use std::net::IpAddr;

use records::{Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use super::Session;
use crate::bounded::{Bounded, Standing};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Supersedes, Watch, tell};

/// Destinations with odd sessions that are followed.
const PLACES_MAX: usize = 50_000;
/// A destination is forgotten after so long without such a session.
const QUIET: Interval = Interval::from_secs(7 * 86_400);

/// What repeats add to the certainty at most.
const SESSIONS_POINTS: f64 = 12.0;

/// What a detection makes of a session.
pub(crate) struct Oddity {
    /// What was seen, as the sentence goes on: `spoke SSH, not TLS, with`.
    pub(crate) verb: String,
    pub(crate) score: Score,
    pub(crate) facts: Facts,
}

type Judge = fn(&Session<'_>, &World) -> Option<Oddity>;

/// Watches sessions with the eyes of one detection.
pub(crate) struct OddSessions {
    detection: &'static Detection,
    judge: Judge,
    places: Bounded<(DeviceIndex, IpAddr, u16), Place, PLACES_MAX>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    trail: Trail,
    sessions: u64,
    sent: u64,
    received: u64,
    told: u64,
}

impl OddSessions {
    pub(crate) fn new(detection: &'static Detection, judge: Judge) -> Self {
        Self { detection, judge, places: Bounded::default() }
    }
}

impl Watch for OddSessions {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(session) = Session::of(seen) else { return };
        let Some(oddity) = (self.judge)(&session, world) else { return };
        let key = (session.device, session.conn.id.resp_h, session.conn.id.resp_p);
        let host = session.conn.id.orig_h;
        let place = self.places.entry(key, || Place::new(host));
        if place.trail.is_over(seen.ts, QUIET) {
            *place = Place::new(host);
        }
        place.trail.note(host, seen.ts, seen.end, session.conn.uid);
        place.sessions += 1;
        place.sent = place.sent.saturating_add(session.sent);
        place.received = place.received.saturating_add(session.received);
        // Repeats are told on a logarithmic scale.
        if place.sessions * 4 >= place.told * 5 {
            place.told = place.sessions;
            let mut oddity = oddity;
            let reason = format!("{} such sessions", place.sessions);
            let repeated = 4.0 * (place.sessions as f64).log2();
            oddity.score.certainty("sessions", repeated.min(SESSIONS_POINTS), reason);
            tell(self.detection, place, &session, oddity, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.places.retain(|place| now.since(place.trail.last) <= QUIET);
    }

    fn save(&self) -> Vec<u8> {
        // Writing to memory fails only for types that postcard cannot hold, which a test would show.
        postcard::to_allocvec(&self.places).unwrap_or_default()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), postcard::Error> {
        self.places = postcard::from_bytes(state)?;
        Ok(())
    }
}

impl Standing for Place {
    fn standing(&self) -> (bool, Timestamp) {
        (self.sessions > 1, self.trail.last)
    }
}

impl Place {
    fn new(host: IpAddr) -> Self {
        Self { trail: Trail::new(host), sessions: 0, sent: 0, received: 0, told: 0 }
    }
}

fn tell(
    detection: &'static Detection,
    place: &Place,
    session: &Session<'_>,
    oddity: Oddity,
    world: &World,
    findings: &mut Findings,
) {
    let (address, port) = (session.conn.id.resp_h, session.conn.id.resp_p);
    let target = world.names().proven_domain(address).map_or_else(|| address.to_string(), str::to_owned);
    let rarity = session.rarity(world);
    let facts = Facts::default()
        .with("destination", target.clone())
        .with("port", port)
        .with_some("service", session.conn.service.clone())
        .with("sessions", place.sessions)
        .with("seconds_of_the_latest", session.seconds)
        .with("bytes_out", place.sent)
        .with("bytes_in", place.received)
        .with_rarity(&rarity);
    findings.report(
        Report {
            detection,
            device: Some(session.device),
            host: place.trail.host,
            key: &format!("{address} {port}"),
            peers: vec![address],
            first_seen: place.trail.first,
            last_seen: place.trail.last,
            score: oddity.score,
            summary: format!(
                "{} {} {target} port {port}: {}, {} out, {} in.",
                world.name_of(session.device, place.trail.host),
                oddity.verb,
                tell::count(u32::try_from(place.sessions).unwrap_or(u32::MAX), "session"),
                tell::bytes(place.sent),
                tell::bytes(place.received),
            ),
            facts: Facts(facts.0.into_iter().chain(oddity.facts.0).collect()),
            baseline: Facts::default().with_population("devices_that_use_the_destination", &rarity, world),
            evidence: (&place.trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}
