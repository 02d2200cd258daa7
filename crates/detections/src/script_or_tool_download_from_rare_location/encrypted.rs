//! Over HTTPS: neither client nor content can be read, but the handshake tells whether it is the device's browser,
//! and the connection how much was fetched from where.

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval, Ssl, Timestamp, Uid};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Rarity, Seen, World, hash_of};

use super::DETECTION;
use crate::download::score_place;
use crate::{Facts, Findings, Report, Score, Supersedes, tell};

/// Less is a page or an answer of a service, not a tool.
const BYTES_MIN: u64 = 40_000;
/// A download gives at least so many times what it takes.
const DOWN_TO_UP: u64 = 8;
/// A fingerprint less likely than this is strange for the device, once enough handshakes were seen.
const STRANGE: f64 = 0.1;
const HANDSHAKES_KNOWN: u64 = 20;
/// A bare address without a server name.
const BARE_ADDRESS: f64 = 20.0;
/// Handshakes wait so long for the end of their connection.
const WAIT: Interval = Interval::from_secs(7200);
const WAITING_MAX: usize = 20_000;

/// What is kept of a handshake until its connection ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Handshake {
    ts: Timestamp,
    server_name: Option<String>,
    fingerprint: Option<String>,
    is_strange: bool,
    is_self_signed: bool,
    has_alpn: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Handshakes {
    waiting: FxHashMap<Uid, Handshake>,
}

impl Handshakes {
    pub(super) fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (Direction::Outward, Some(device)) = (seen.direction, seen.orig) else { return };
        match seen.record {
            AnyRecord::Ssl(ssl) => self.keep(ssl, device, world),
            AnyRecord::Conn(conn) if !self.waiting.is_empty() => {
                if let Some(handshake) = self.waiting.remove(&conn.uid) {
                    judge(conn, seen.end, device, &handshake, world, findings);
                }
            }
            _ => {}
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp) {
        if self.waiting.len() >= WAITING_MAX / 2 {
            self.waiting.retain(|_, handshake| now.since(handshake.ts) < WAIT);
        }
    }

    fn keep(&mut self, ssl: &Ssl, device: DeviceIndex, world: &World) {
        let name = ssl.server_name.clone().filter(|name| name.parse::<IpAddr>().is_err());
        let fingerprint = ssl.ja4.clone().or_else(|| ssl.ja3.clone());
        let habit = world.habit(device).map(|habit| &habit.fingerprints);
        let is_strange = match (&fingerprint, habit) {
            (Some(fingerprint), Some(habit)) if habit.observations() >= HANDSHAKES_KNOWN => {
                habit.probability(hash_of(fingerprint)) < STRANGE
            }
            _ => false,
        };
        // What the device's own browser fetches by name is browsing.
        if !is_strange && name.is_some() || self.waiting.len() >= WAITING_MAX {
            return;
        }
        let is_self_signed = ssl.subject.is_some() && ssl.subject == ssl.issuer;
        let has_alpn = ssl.next_protocol.is_some();
        self.waiting.insert(
            ssl.uid,
            Handshake { ts: ssl.ts, server_name: name, fingerprint, is_strange, is_self_signed, has_alpn },
        );
    }
}

fn judge(
    conn: &Conn,
    end: Timestamp,
    device: DeviceIndex,
    handshake: &Handshake,
    world: &World,
    findings: &mut Findings,
) {
    let (sent, received) = (conn.orig_bytes.unwrap_or(0), conn.resp_bytes.unwrap_or(0));
    if received < BYTES_MIN || received < sent.saturating_mul(DOWN_TO_UP) {
        return;
    }
    let mut score = Score::default();
    let rarity = score_parts(&mut score, conn, handshake, received, world);
    let name = world.name_of(device, conn.id.orig_h);
    let place = handshake.server_name.clone().unwrap_or_else(|| conn.id.resp_h.to_string());
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: conn.id.orig_h,
            key: &conn.id.resp_h.to_string(),
            peers: vec![conn.id.resp_h],
            first_seen: conn.ts,
            last_seen: end,
            summary: format!(
                "{name} fetched {} over TLS from {place} with a client that is not its browser; the place is rare here ({:.0} %).",
                tell::bytes(received),
                rarity.percent
            ),
            facts: Facts::default()
                .with("destination", conn.id.resp_h)
                .with("port", conn.id.resp_p)
                .with_some("server_name", handshake.server_name.clone())
                .with_some("client_fingerprint", handshake.fingerprint.clone())
                .with("bytes_in", received)
                .with("bytes_out", sent)
                .with_rarity(&rarity),
            baseline: Facts::default().with_population("devices_that_use_the_place", &rarity, world),
            evidence: conn.uid.into(),
            supersedes: Supersedes::IfSurer,
            score,
        },
        world,
    );
}

fn score_parts(
    score: &mut Score,
    conn: &Conn,
    handshake: &Handshake,
    received: u64,
    world: &World,
) -> Rarity {
    if handshake.is_strange {
        score.certainty("client", 20.0, "the device does not use this TLS client otherwise");
    }
    score.certainty("size", 8.0, format!("{} came down, little went up", tell::bytes(received)));
    let rarity = score_place(score, world, conn.id.resp_h, handshake.server_name.as_deref(), BARE_ADDRESS);
    if handshake.server_name.is_none() {
        score.certainty("server name", 8.0, "the client named no server");
    }
    if handshake.is_self_signed {
        score.certainty("certificate", 8.0, "the certificate is self-signed");
    }
    if !handshake.has_alpn {
        score.certainty("alpn", 4.0, "no application protocol was agreed on, as every browser does");
    }
    score.threat("stage", 50.0, "an intruder fetches his tools when he is in");
    rarity
}
