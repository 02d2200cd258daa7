#![doc = include_str!("README.md")]

mod names;

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval, Ssl, Timestamp, Uid};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::detection::checkpoint;
use crate::{Detection, Facts, Findings, Report, Score, Shown, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "tor-activity",
    title: "Tor Activity",
    stage: Stage::C2,
    techniques: &["T1090.003"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(TorActivity::default()),
};

/// Relays are forgotten after a day without a session; a client keeps its guards for months.
const WINDOW: Interval = Interval::from_secs(86_400);
const RELAYS_KEPT: usize = 32;
const DEVICES_MAX: usize = 20_000;
/// Ports that relays and directories use when 443 and 80 are taken (tor manual, ORPort and DirPort).
const RELAY_PORTS: [u16; 4] = [9001, 9030, 9040, 9443];

#[derive(Default, Serialize, Deserialize)]
struct TorActivity {
    devices: FxHashMap<DeviceIndex, Vec<Relay>>,
}

/// A host that was spoken to as one speaks to a relay.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Relay {
    address: IpAddr,
    port: u16,
    host: IpAddr,
    server_name: Option<String>,
    looks_random: bool,
    has_relay_certificate: bool,
    first: Timestamp,
    last: Timestamp,
    sessions: u64,
    bytes_out: u64,
    bytes_in: u64,
    uids: Vec<Uid>,
}

impl Watch for TorActivity {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (Direction::Outward, Some(device)) = (seen.direction, seen.orig) else { return };
        let is_news = match seen.record {
            AnyRecord::Ssl(ssl) => self.note_handshake(ssl, device, world),
            AnyRecord::Conn(conn) => self.note_volume(conn, device, seen.end),
            _ => false,
        };
        if is_news && let Some(relays) = self.devices.get(&device) {
            report(device, relays, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.devices.retain(|_, relays| {
            relays.retain(|relay| now.since(relay.last) < WINDOW);
            !relays.is_empty()
        });
    }

    checkpoint!();
}

impl TorActivity {
    fn note_handshake(&mut self, ssl: &Ssl, device: DeviceIndex, world: &World) -> bool {
        let Some(relay) = candidate(ssl, world) else { return false };
        if self.devices.len() >= DEVICES_MAX && !self.devices.contains_key(&device) {
            return false;
        }
        let is_relay = relay.has_relay_certificate || relay.looks_random;
        let relays = self.devices.entry(device).or_default();
        // A made-up name may look like a word; beside others that do not it counts.
        if !is_relay && relays.is_empty() {
            self.devices.remove(&device);
            return false;
        }
        if let Some(known) =
            relays.iter_mut().find(|known| known.address == relay.address && known.port == relay.port)
        {
            known.last = known.last.max(relay.last);
            known.sessions += 1;
            known.has_relay_certificate |= relay.has_relay_certificate;
            if known.uids.len() < 4 {
                known.uids.push(ssl.uid);
            }
        } else if relays.len() < RELAYS_KEPT {
            relays.push(relay);
        } else {
            return false;
        }
        true
    }

    fn note_volume(&mut self, conn: &Conn, device: DeviceIndex, end: Timestamp) -> bool {
        let Some(relays) = self.devices.get_mut(&device) else { return false };
        let relay =
            relays.iter_mut().find(|relay| relay.address == conn.id.resp_h && relay.port == conn.id.resp_p);
        let Some(relay) = relay else { return false };
        relay.bytes_out += conn.orig_bytes.unwrap_or(0);
        relay.bytes_in += conn.resp_bytes.unwrap_or(0);
        relay.last = relay.last.max(end);
        true
    }
}

/// What the handshake would be with a relay, if it has Tor's shape: a made-up server name that DNS never gave for the
/// address, no application protocol, or a certificate of made-up names.
fn candidate(ssl: &Ssl, world: &World) -> Option<Relay> {
    let name = ssl.server_name.as_deref();
    let label = name.and_then(|name| names::label(name, ".com"));
    let has_relay_certificate = match (&ssl.subject, &ssl.issuer) {
        (Some(subject), Some(issuer)) => names::is_relay_certificate(subject, issuer),
        _ => false,
    };
    let is_asked_for = name.is_some_and(|name| world.names().is_proven(ssl.id.resp_h, name));
    let has_alpn = ssl.next_protocol.is_some()
        || ssl.ja4.as_deref().and_then(|ja4| ja4.get(8..10)).is_some_and(|alpn| alpn != "00");
    if (label.is_none() && !has_relay_certificate) || is_asked_for || has_alpn {
        return None;
    }
    Some(Relay {
        address: ssl.id.resp_h,
        port: ssl.id.resp_p,
        host: ssl.id.orig_h,
        server_name: ssl.server_name.clone(),
        looks_random: label.is_some_and(crate::letters::looks_random),
        has_relay_certificate,
        first: ssl.ts,
        last: ssl.ts,
        sessions: 1,
        bytes_out: 0,
        bytes_in: 0,
        uids: vec![ssl.uid],
    })
}

fn report(device: DeviceIndex, relays: &[Relay], world: &World, findings: &mut Findings) {
    let (Some(first), Some(last)) =
        (relays.iter().map(|relay| relay.first).min(), relays.iter().map(|relay| relay.last).max())
    else {
        return;
    };
    let host = relays.last().map_or(IpAddr::from([0, 0, 0, 0]), |relay| relay.host);
    let name = world.name_of(device, host);
    let sum = |of: fn(&Relay) -> u64| relays.iter().map(of).fold(0, u64::saturating_add);
    let (out, back) = (sum(|relay| relay.bytes_out), sum(|relay| relay.bytes_in));
    let told = relays.iter().map(|relay| {
        let name = relay.server_name.as_deref().unwrap_or("no server name");
        format!(
            "{}:{} as {name}: {} sessions, {} out, {} in",
            relay.address,
            relay.port,
            relay.sessions,
            tell::bytes(relay.bytes_out),
            tell::bytes(relay.bytes_in)
        )
    });
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host,
            key: "tor",
            peers: relays.iter().map(|relay| relay.address).collect(),
            first_seen: first,
            last_seen: last,
            summary: format!(
                "{name} spoke to {} Tor relay{}: {} out, {} in.",
                relays.len(),
                if relays.len() == 1 { "" } else { "s" },
                tell::bytes(out),
                tell::bytes(back)
            ),
            facts: Facts::default()
                .with("relays", told.collect::<Vec<_>>())
                .with("sessions", sum(|relay| relay.sessions))
                .with("bytes_out", out)
                .with("bytes_in", back),
            baseline: Facts::default().with("devices_in_network", world.population()),
            evidence: Shown::some_of(
                relays.iter().flat_map(|relay| relay.uids.iter().copied()),
                sum(|relay| relay.sessions),
            ),
            supersedes: Supersedes::Always,
            score: score(relays, world),
        },
        world,
    );
}

fn score(relays: &[Relay], world: &World) -> Score {
    let mut score = Score::default();
    let points = match relays.len() {
        1 => 5.0,
        2 => 30.0,
        _ => 40.0,
    };
    score.certainty("relays", points, format!("{} hosts were spoken to as relays are", relays.len()));
    let random = relays.iter().filter(|relay| relay.looks_random).count();
    if random > 0 {
        score.certainty("names", 20.0, format!("{random} server names are drawn letters: www.<base32>.com"));
    }
    if world.names().knows_dns() {
        score.certainty("dns", 15.0, "nobody asked DNS for these names");
    }
    if relays.iter().any(|relay| relay.has_relay_certificate) {
        score.certainty("certificate", 30.0, "the certificate is one that relays make for themselves");
    }
    if let Some(relay) = relays.iter().find(|relay| RELAY_PORTS.contains(&relay.port)) {
        score.certainty("port", 12.0, format!("{} is a relays' port", relay.port));
    }
    score.certainty("alpn", 5.0, "no application protocol was offered, as every browser does");
    score.threat("stage", 55.0, "what goes through Tor is hidden, and so is who answers");
    score
}
