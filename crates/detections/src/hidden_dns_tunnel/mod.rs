#![doc = include_str!("README.md")]

mod names;

use std::net::IpAddr;

use records::{Dns, Interval, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World, hash_of};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::hidden_dns_tunnel::names::{Names, zone_of};
use crate::resolvers::Resolvers;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "hidden-dns-tunnel",
    title: "Hidden DNS Tunnel",
    stage: Stage::C2,
    techniques: &["T1071.004", "T1572", "T1048.003"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(HiddenDnsTunnel::default()),
};

/// Names below one domain before anything is said.
const NAMES_MIN: u64 = 30;
/// Bytes in distinct answers that hold text or data, below which nothing came back through them.
const ANSWERED_MIN: u64 = 1_000;
/// Queries of a type that only tunnels use.
const OPAQUE_MIN: u64 = 10;
/// Bytes in distinct names, and their usual length, above which names alone carry data out. Names of content
/// networks are shorter, those of block lists hold an address.
const CARRIED_MIN: u64 = 5_000;
const LONG: f64 = 40.0;
/// Bytes in distinct names below which nothing was carried.
const BYTES_MIN: u64 = 1_000;
/// After so long without a name the sums begin anew.
const PAUSE: Interval = Interval::from_secs(86_400);
/// Pairs of device and domain that are followed.
const PAIRS_MAX: usize = 50_000;
/// Domains of which the devices that ask for many names are remembered.
const DOMAINS_MAX: usize = 20_000;
const DEVICES_KEPT: usize = 8;

#[derive(Default, Serialize, Deserialize)]
struct HiddenDnsTunnel {
    pairs: Bounded<(DeviceIndex, u64), Names, PAIRS_MAX>,
    /// Devices that asked for many names below a domain, by domain.
    askers: FxHashMap<u64, Vec<DeviceIndex>>,
    resolvers: Resolvers,
}

impl Watch for HiddenDnsTunnel {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some((device, dns)) = self.resolvers.query_of_client(seen) else { return };
        let Some(query) = dns.query.as_deref() else { return };
        let server = dns.id.resp_h;
        let Some((zone, name)) = zone_of(query) else { return };
        let zone = zone.map_or_else(|| server.to_string(), str::to_owned);
        let key = (device, hash_of(&zone));
        let names = self.pairs.entry(key, || Names::new(dns.id.orig_h, zone));
        if names.trail.is_over(dns.ts, PAUSE) {
            *names = Names::new(dns.id.orig_h, std::mem::take(&mut names.zone));
        }
        names.note(dns, name);
        if names.count >= NAMES_MIN {
            self.note_asker(key);
        }
        if self.pairs.get_mut(&key).is_some_and(|names| names.is_suspicious() && names.is_due()) {
            self.tell(key, server, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        // What grew since it was told is told when it pauses.
        const REST: Interval = Interval::from_secs(600);
        for key in self.pairs.keys_where(|names| names.is_stale() && now.since(names.trail.last) >= REST) {
            if let Some(server) = self.pairs.get_mut(&key).map(|names| names.server) {
                self.tell(key, server, world, findings);
            }
        }
        self.pairs.retain(|names| now.since(names.trail.last) <= PAUSE);
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + Interval::from_secs(600), world, findings);
    }

    checkpoint!();
}

impl Standing for Names {
    fn standing(&self) -> (bool, Timestamp) {
        (self.count >= NAMES_MIN, self.trail.last)
    }
}

impl Names {
    /// Whether enough was carried to call it a tunnel.
    fn is_suspicious(&self) -> bool {
        let answers_carry = self.answered >= ANSWERED_MIN || self.opaque >= OPAQUE_MIN;
        let names_carry = self.bytes >= CARRIED_MIN && self.usual_length() >= LONG;
        self.count >= NAMES_MIN && self.bytes >= BYTES_MIN && (answers_carry || names_carry)
    }
}

impl HiddenDnsTunnel {
    fn note_asker(&mut self, key: (DeviceIndex, u64)) {
        if self.askers.len() >= DOMAINS_MAX && !self.askers.contains_key(&key.1) {
            return;
        }
        let askers = self.askers.entry(key.1).or_default();
        if askers.len() < DEVICES_KEPT && !askers.contains(&key.0) {
            askers.push(key.0);
        }
    }

    fn tell(&mut self, key: (DeviceIndex, u64), server: IpAddr, world: &World, findings: &mut Findings) {
        let others = self.askers.get(&key.1).map_or(0, |askers| askers.len().saturating_sub(1));
        let Some(names) = self.pairs.get_mut(&key) else { return };
        names.told();
        let device = world.name_of(key.0, names.trail.host);
        findings.report(
            Report {
                detection: &DETECTION,
                device: Some(key.0),
                host: names.trail.host,
                key: &names.zone,
                peers: vec![server],
                first_seen: names.trail.first,
                last_seen: names.trail.last,
                score: score(names, others),
                summary: format!(
                    "{device} asked for {} names below {} within {}, with {} in them, and got {} in answers.",
                    names.count,
                    names.zone,
                    tell::span(names.trail.seconds()),
                    tell::bytes(names.bytes),
                    tell::bytes(names.answered),
                ),
                facts: Facts::default()
                    .with("domain", names.zone.clone())
                    .with("names", names.count)
                    .with("queries", names.queries)
                    .with("bytes_in_names", names.bytes)
                    .with("usual_bytes_of_a_name", names.usual_length())
                    .with("longest_name_bytes", names.longest)
                    .with("bytes_in_answers", names.answered)
                    .with("queries_of_opaque_types", names.opaque)
                    .with("query_types", names.types.clone())
                    .with("example", names.example.clone())
                    .with("seconds", names.trail.seconds()),
                baseline: Facts::default()
                    .with("other_devices_with_many_names_below_it", others)
                    .with("devices_in_network", world.population())
                    .with("names_below_a_domain_at_most", NAMES_MIN),
                evidence: (&names.trail.evidence).into(),
                supersedes: Supersedes::always_if(others > 0),
            },
            world,
        );
    }
}

fn score(names: &Names, others: usize) -> Score {
    let mut score = Score::default();
    let doublings = (names.bytes as f64 / BYTES_MIN as f64).max(1.0).log2();
    let reason = format!("{} names below one domain hold {}", names.count, tell::bytes(names.bytes));
    score.certainty("names", (20.0 + 5.0 * doublings).min(40.0), reason);
    if names.opaque >= OPAQUE_MIN {
        let reason = format!("{} queries were of a type that no program uses", names.opaque);
        score.certainty("types", 25.0, reason);
    }
    if names.answered >= ANSWERED_MIN {
        let reason = format!("{} came back in answers that differ", tell::bytes(names.answered));
        score.certainty("answers", 20.0, reason);
    }
    let usual = names.usual_length();
    if usual >= LONG {
        score.certainty("length", 15.0, format!("a name holds {usual:.0} bytes below its domain"));
    }
    let coded = names.coded as f64 / names.count.max(1) as f64;
    if coded >= 0.8 {
        score.certainty("codes", 10.0, format!("{:.0} % of the names are no words", coded * 100.0));
    }
    let once = names.count as f64 / names.queries.max(1) as f64;
    if once >= 0.5 {
        score.certainty("once", 10.0, "hardly a name is asked for twice, so none is ever cached");
    }
    if names.listed * 2 > names.queries {
        score.certainty("list", -40.0, "the answers are addresses of 127.0.0.0/8, as block lists give");
    }
    if others > 0 {
        let reason = format!("{others} other devices ask for many names below it: a service");
        score.certainty("others", -20.0 * (1.0 + others as f64).log2(), reason);
    }
    score.threat("stage", 60.0, "whoever holds the domain can command the device, past every proxy");
    score.threat("bytes", (3.0 * doublings).min(25.0), format!("{} went out", tell::bytes(names.bytes)));
    score
}

/// Which answers carry text or data rather than addresses.
pub(super) fn carries(dns: &Dns) -> Carries {
    match dns.qtype {
        // NULL, and the range for private use (RFC 6895, section 3.1).
        Some(10 | 65_280..=65_534) => Carries::Opaque,
        // CNAME, MX, TXT, KEY.
        Some(5 | 15 | 16 | 25) => Carries::Text,
        _ => Carries::Addresses,
    }
}

/// What the answers to a query hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carries {
    Addresses,
    Text,
    Opaque,
}
