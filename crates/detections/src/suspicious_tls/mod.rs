#![doc = include_str!("README.md")]

mod certificate;
mod sessions;

use std::net::IpAddr;

use records::{AnyRecord, Interval, Ssl, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use self::sessions::{Sessions, is_self_signed};
use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::{Detection, Facts, Findings, Report, Stage, Supersedes, Watch, generated, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspicious-tls",
    title: "Suspicious TLS",
    stage: Stage::C2,
    techniques: &["T1573"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(SuspiciousTls::default()),
};

/// A place is forgotten after so long without a session.
const QUIET: Interval = Interval::from_secs(7 * 86_400);
/// A pause after which what came since the last report is told.
const REST: Interval = Interval::from_secs(300);
/// Places that are followed.
const PLACES_MAX: usize = 50_000;
/// Remote desktops present certificates of their own making, as everybody knows.
const REMOTE_DESKTOP: u16 = 3389;

#[derive(Default, Serialize, Deserialize)]
struct SuspiciousTls {
    places: Bounded<(DeviceIndex, IpAddr, u16), Sessions, PLACES_MAX>,
}

impl Watch for SuspiciousTls {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Ssl(ssl), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        let key = (device, ssl.id.resp_h, ssl.id.resp_p);
        let is_known = self.places.contains_key(&key);
        if !is_known && !may_begin(ssl) {
            return;
        }
        let sessions = self.places.entry(key, || Sessions::new(ssl));
        if sessions.trail.is_over(ssl.ts, QUIET) {
            *sessions = Sessions::new(ssl);
        }
        sessions.note(ssl, device, world);
        // Repeats are told on a logarithmic scale.
        if sessions.is_due() {
            sessions.told = sessions.count;
            report(device, (key.1, key.2), sessions, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        let is_due =
            |sessions: &Sessions| sessions.count > sessions.told && now.since(sessions.trail.last) >= REST;
        for key in self.places.keys_where(is_due) {
            if let Some(sessions) = self.places.get_mut(&key) {
                sessions.told = sessions.count;
                report(key.0, (key.1, key.2), sessions, world, findings);
            }
        }
        self.places.retain(|sessions| now.since(sessions.trail.last) <= QUIET);
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + REST, world, findings);
    }

    checkpoint!();
}

impl Standing for Sessions {
    fn standing(&self) -> (bool, Timestamp) {
        (self.count > 1, self.trail.last)
    }
}

/// Whether the handshake may be the first of a suspicious place: a certificate that nobody vouches for, or a made-up
/// name. Media and devices that speak DTLS sign their own certificates by design (RFC 8827).
fn may_begin(ssl: &Ssl) -> bool {
    let is_datagram = ssl.version.as_deref().is_some_and(|version| version.starts_with("DTLS"));
    if is_datagram || ssl.id.resp_p == REMOTE_DESKTOP {
        return false;
    }
    let has_made_up_name =
        || ssl.server_name.as_deref().is_some_and(|name| generated::likelihood(name) >= generated::LIKELY);
    let has_drawn_letters =
        || ssl.subject.as_deref().is_some_and(|subject| !certificate::drawn(subject).is_empty());
    is_self_signed(ssl) || has_drawn_letters() || has_made_up_name()
}

fn report(
    device: DeviceIndex,
    (address, port): (IpAddr, u16),
    sessions: &Sessions,
    world: &World,
    findings: &mut Findings,
) {
    let trail = &sessions.trail;
    let rarity = world.rarity(address, sessions.server_name.as_deref());
    let target = sessions
        .server_name
        .clone()
        .or_else(|| world.names().of(address).map(str::to_owned))
        .unwrap_or_else(|| address.to_string());
    let score = sessions.score(address, port, world);
    let reasons: Vec<&str> = score.certainty.iter().map(|part| part.reason.as_str()).take(2).collect();
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &format!("{address} {port}"),
            peers: vec![address],
            first_seen: trail.first,
            last_seen: trail.last,
            summary: format!(
                "{} spoke TLS with {target} port {port} ({}): {}.",
                world.name_of(device, trail.host),
                tell::count(u32::try_from(sessions.count).unwrap_or(u32::MAX), "session"),
                reasons.join("; "),
            ),
            facts: Facts::default()
                .with("destination", target)
                .with("port", port)
                .with("sessions", sessions.count)
                .with_some("server_name", sessions.server_name.clone())
                .with_some("subject", sessions.subject.clone())
                .with_some("issuer", sessions.issuer.clone())
                .with_some("client_fingerprint", sessions.fingerprint.clone())
                .with_rarity(&rarity),
            baseline: Facts::default().with_population("devices_that_use_the_destination", &rarity, world),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
            score,
        },
        world,
    );
}
