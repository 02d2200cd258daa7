//! Notes contacts, looks at the rhythm now and then, and reports.

use std::net::IpAddr;

use learn::{Rhythm, rhythm};
use records::{AnyRecord, Conn, Http, Interval, Ssl, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Rarity, Seen, World, hash_of};

use super::DETECTION;
use super::inward::Inward;
use super::pair::Pair;
use super::score::{Sign, score};
use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::{Facts, Findings, Report, Supersedes, Watch, tell, tools};

/// Pairs of device and destination that are followed.
const PAIRS_MAX: usize = 65_536;
/// A destination of at most this rarity is in common use.
const COMMON: f64 = 30.0;
/// Less evidence than this is no rhythm (one in about three thousand random visitors).
const EVIDENCE_MIN: f64 = 3.5;
/// Shorter periods are a conversation, not a rhythm of contacts.
const PERIOD_MIN: f64 = 8.0;
/// A pair is forgotten after so long without a contact: more than a daily beacon's weekend.
const QUIET: Interval = Interval::from_secs(8 * 86_400);
/// A TLS fingerprint less likely than this on the device is strange, once a few were seen.
const STRANGE: f64 = 0.1;
const FINGERPRINTS_KNOWN: u64 = 20;

/// A destination: the registered domain that DNS gave the address for, else the address; and the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Target {
    Domain(u64, u16),
    Address(IpAddr, u16),
}

#[derive(Default, Serialize, Deserialize)]
pub(super) struct ExternalBeacon {
    pairs: Bounded<(DeviceIndex, Target), Pair, PAIRS_MAX>,
    inward: Inward,
}

impl Watch for ExternalBeacon {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        if seen.direction == Direction::Inward {
            self.inward.observe(seen, world, findings);
            return;
        }
        let (Direction::Outward, Some(device)) = (seen.direction, seen.orig) else { return };
        let key = match seen.record {
            AnyRecord::Conn(conn) => self.note_conn(conn, device, seen, world),
            AnyRecord::Http(http) => self.note_http(http, device, world),
            AnyRecord::Ssl(ssl) => self.note_ssl(ssl, device, world),
            _ => None,
        };
        let Some(key) = key else { return };
        let Some(pair) = self.pairs.get_mut(&key) else { return };
        if pair.is_due() {
            look(device, key.1, pair, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.settle(world, findings, |pair| pair.is_at_rest(now));
        self.inward.settle(world, findings, |pair| pair.is_at_rest(now));
        if self.pairs.len() >= PAIRS_MAX / 2 {
            self.pairs.retain(|pair| now.since(pair.last) < QUIET);
        }
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.settle(world, findings, |_| true);
        self.inward.settle(world, findings, |_| true);
        self.tick(now, world, findings);
    }

    checkpoint!();
}

impl Standing for Pair {
    fn standing(&self) -> (bool, Timestamp) {
        (self.is_told, self.last)
    }
}

impl ExternalBeacon {
    /// Looks again at what was told and grew since, so that findings at rest do not stay at an earlier count.
    fn settle(&mut self, world: &World, findings: &mut Findings, is_due: impl Fn(&Pair) -> bool) {
        for key in self.pairs.keys_where(|pair| pair.is_stale() && is_due(pair)) {
            if let Some(pair) = self.pairs.get_mut(&key) {
                pair.look();
                look(key.0, key.1, pair, world, findings);
            }
        }
    }

    fn note_conn(
        &mut self,
        conn: &Conn,
        device: DeviceIndex,
        seen: &Seen<'_>,
        world: &World,
    ) -> Option<(DeviceIndex, Target)> {
        if conn.resp_pkts == 0 || conn.proto == "icmp" || matches!(conn.id.resp_p, 53 | 123) {
            return None;
        }
        let key = (device, target(conn.id.resp_h, conn.id.resp_p, world));
        let pair = self.pair(key, conn.id.orig_h, conn.id.resp_h, world)?;
        pair.note_conn(seen.ts, conn.uid, conn.id.resp_h);
        pair.sent.note(conn.orig_bytes.unwrap_or(0));
        pair.received.note(conn.resp_bytes.unwrap_or(0));
        if pair.service.is_none() {
            pair.service.clone_from(&conn.service);
        }
        Some(key)
    }

    fn note_http(
        &mut self,
        http: &Http,
        device: DeviceIndex,
        world: &World,
    ) -> Option<(DeviceIndex, Target)> {
        let key = (device, target(http.id.resp_h, http.id.resp_p, world));
        let pair = self.pair(key, http.id.orig_h, http.id.resp_h, world)?;
        pair.note(http.ts, http.uid, http.id.resp_h);
        if let Some(agent) = &http.user_agent
            && pair.client.tool.is_none()
            && tools::is_tool(agent)
        {
            pair.client.tool = Some(agent.clone());
        }
        pair.client.note_host(http);
        Some(key)
    }

    fn note_ssl(&mut self, ssl: &Ssl, device: DeviceIndex, world: &World) -> Option<(DeviceIndex, Target)> {
        let key = (device, target(ssl.id.resp_h, ssl.id.resp_p, world));
        let pair = self.pair(key, ssl.id.orig_h, ssl.id.resp_h, world)?;
        pair.note(ssl.ts, ssl.uid, ssl.id.resp_h);
        match &ssl.server_name {
            Some(name) if name.parse::<IpAddr>().is_err() => pair.client.named = Some(name.clone()),
            _ => pair.client.nameless = true,
        }
        if let (Some(fingerprint), Some(habit)) = (ssl.ja4.as_ref().or(ssl.ja3.as_ref()), world.habit(device))
            && habit.fingerprints.observations() >= FINGERPRINTS_KNOWN
            && pair.times.noted() <= 1
        {
            pair.client.strange_tls = habit.fingerprints.probability(hash_of(fingerprint)) < STRANGE;
        }
        Some(key)
    }

    fn pair(
        &mut self,
        key: (DeviceIndex, Target),
        host: IpAddr,
        peer: IpAddr,
        world: &World,
    ) -> Option<&mut Pair> {
        if !self.pairs.contains_key(&key) && world.rarity(peer, None).percent < COMMON {
            return None;
        }
        let pair = self.pairs.entry(key, || Pair::new(host));
        pair.host = host;
        Some(pair)
    }
}

fn target(address: IpAddr, port: u16, world: &World) -> Target {
    match world.names().proven_domain(address) {
        Some(domain) => Target::Domain(hash_of(domain), port),
        None => Target::Address(address, port),
    }
}

fn look(device: DeviceIndex, target: Target, pair: &mut Pair, world: &World, findings: &mut Findings) {
    let Some(rhythm) = rhythm(pair.times.times()) else { return };
    let is_rhythm = rhythm.evidence >= EVIDENCE_MIN && rhythm.period >= PERIOD_MIN && rhythm.events >= 8;
    let Some(peer) = pair.peers.last().copied() else { return };
    if !is_rhythm && !pair.is_told {
        return;
    }
    let rarity = world.rarity(peer, pair.client.named.as_deref());
    if rarity.percent < COMMON {
        return;
    }
    let domain = world.names().proven_domain(peer);
    let (port, key) = match target {
        Target::Domain(_, port) => (port, domain.unwrap_or_default().to_owned()),
        Target::Address(address, port) => (port, address.to_string()),
    };
    let habit = world.habit(device).and_then(|habit| habit.destination(&key)).copied();
    let sign =
        Sign { pair, rhythm, history: world.history(), habit, has_name: domain.is_some(), port, rarity };
    let score = score(&sign);
    let rarity = sign.rarity;
    report(device, &format!("{key}:{port}"), pair, (rhythm, rarity, score), world, findings);
    pair.is_told = true;
}

fn report(
    device: DeviceIndex,
    key: &str,
    pair: &Pair,
    (rhythm, rarity, score): (Rhythm, Rarity, crate::Score),
    world: &World,
    findings: &mut Findings,
) {
    let name = world.name_of(device, pair.host);
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: pair.host,
            key,
            peers: pair.peers.clone(),
            first_seen: pair.first,
            last_seen: pair.last,
            summary: format!(
                "{name} contacted {} {} times, every {} ± {:.0} %.",
                host_in_words(key, pair),
                pair.times.noted(),
                tell::span(rhythm.period),
                rhythm.jitter * 100.0
            ),
            facts: Facts::default()
                .with("destination", key)
                .with_some("server_name", pair.client.named.clone())
                .with_some("service", pair.service.clone())
                .with("contacts", pair.times.noted())
                .with("period_seconds", rhythm.period)
                .with("jitter", rhythm.jitter)
                .with("bytes_out", pair.sent.total)
                .with("bytes_in", pair.received.total)
                .with("usual_bytes_out", pair.sent.usual().round())
                .with("usual_bytes_in", pair.received.usual().round())
                .with_some("user_agent", pair.client.tool.clone())
                .with("rarity", rarity.percent),
            baseline: Facts::default().with_population("devices_that_use_it", &rarity, world),
            evidence: (&pair.evidence).into(),
            supersedes: Supersedes::Always,
            score,
        },
        world,
    );
}

/// The destination by the name that the client last asked for, where that lies in the domain.
fn host_in_words(key: &str, pair: &Pair) -> String {
    let (Some(named), Some((domain, port))) = (&pair.client.named, key.rsplit_once(':')) else {
        return key.to_owned();
    };
    match named.strip_suffix(domain) {
        Some(below) if below.ends_with('.') => format!("{named}:{port}"),
        _ => key.to_owned(),
    }
}
