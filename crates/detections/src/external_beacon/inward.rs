//! Outsiders that call on a server of ours by the clock: the same rhythm, seen from the other end.
//!
//! Much that is harmless calls so: monitors, feed readers, programs of partners. Their clocks are exact, and they say who
//! they are. So the rhythm alone is never enough here; what counts is how the caller hides.

use std::net::IpAddr;

use learn::{Rhythm, rhythm};
use records::{AnyRecord, Conn, Http, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World, hash_of};

use super::DETECTION;
use super::caller::{Called, score};
use super::pair::Pair;
use crate::bounded::{Bounded, Standing};
use crate::{Facts, Findings, Report, Supersedes, tell};

/// Callers that are followed.
const CALLERS_MAX: usize = 32_768;
/// User agents of visitors of which it is known whether several use them.
const AGENTS_MAX: usize = 32_768;
/// Fewer user agents say nothing of what is usual among visitors.
const AGENTS_KNOWN: usize = 20;
/// Contacts, and the time that they take, before a caller is looked at: visitors come in rows.
const CONTACTS_MIN: u64 = 24;
const DURATION_MIN: Interval = Interval::from_secs(2 * 3600);
/// A caller with so many contacts is not driven out by the crowd of those that came once.
const CONTACTS_OF_STANDING: u64 = 8;
/// Less evidence than this is no rhythm: with this many contacts a real one has far more.
const EVIDENCE_MIN: f64 = 6.0;
/// Shorter periods are a visit, not a rhythm of visits.
const PERIOD_MIN: f64 = 8.0;
/// Below it unknown protocols are handshakes that failed; from it on these ports are logins, which are guessed in rows.
const WELL_KNOWN_PORTS: u16 = 1024;
const LOGIN_PORTS: [u16; 7] = [1433, 3306, 3389, 5432, 5900, 5985, 6379];

/// Caller, server and port.
type Key = (DeviceIndex, IpAddr, u16);

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Inward {
    callers: Bounded<Key, Caller, CALLERS_MAX>,
    agents: Bounded<u64, Agent, AGENTS_MAX>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Caller {
    pub(super) pair: Pair,
    /// Its user agent, the latest.
    pub(super) agent: Option<String>,
}

impl Standing for Caller {
    fn standing(&self) -> (bool, Timestamp) {
        (self.pair.is_told || self.pair.times.noted() >= CONTACTS_OF_STANDING, self.pair.last)
    }
}

/// Who uses a user agent.
#[derive(Serialize, Deserialize)]
struct Agent {
    first: IpAddr,
    is_shared: bool,
    last: Timestamp,
}

impl Standing for Agent {
    fn standing(&self) -> (bool, Timestamp) {
        (self.is_shared, self.last)
    }
}

impl Inward {
    pub(super) fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(server) = seen.resp else { return };
        let key = match seen.record {
            AnyRecord::Conn(conn) => self.note_conn(conn, server, seen),
            AnyRecord::Http(http) => Some(self.note_http(http, server)),
            AnyRecord::Ssl(ssl) => {
                let key = (server, ssl.id.orig_h, ssl.id.resp_p);
                let caller = self.caller(key, ssl.id.resp_h);
                caller.pair.note(ssl.ts, ssl.uid, ssl.id.orig_h);
                if let Some(name) = &ssl.server_name {
                    caller.pair.client.named = Some(name.clone());
                }
                Some(key)
            }
            _ => None,
        };
        let Some(key) = key else { return };
        if self.callers.get_mut(&key).is_some_and(|caller| caller.pair.is_due()) {
            self.look(key, world, findings);
        }
    }

    fn note_conn(&mut self, conn: &Conn, server: DeviceIndex, seen: &Seen<'_>) -> Option<Key> {
        let is_exchange =
            conn.orig_bytes.is_some_and(|bytes| bytes > 0) && conn.resp_bytes.is_some_and(|bytes| bytes > 0);
        if conn.proto != "tcp" || !is_exchange || !is_of_interest(conn) {
            return None;
        }
        let key = (server, conn.id.orig_h, conn.id.resp_p);
        let pair = &mut self.caller(key, conn.id.resp_h).pair;
        pair.note_conn(seen.ts, conn.uid, conn.id.orig_h);
        pair.sent.note(conn.orig_bytes.unwrap_or(0));
        pair.received.note(conn.resp_bytes.unwrap_or(0));
        if pair.service.is_none() {
            pair.service.clone_from(&conn.service);
        }
        Some(key)
    }

    fn note_http(&mut self, http: &Http, server: DeviceIndex) -> Key {
        let client = http.id.orig_h;
        if let Some(agent) = &http.user_agent {
            let make = || Agent { first: client, is_shared: false, last: http.ts };
            let known = self.agents.entry(hash_of(agent), make);
            known.is_shared |= known.first != client;
            known.last = known.last.max(http.ts);
        }
        let key = (server, client, http.id.resp_p);
        let caller = self.caller(key, http.id.resp_h);
        caller.pair.note(http.ts, http.uid, client);
        caller.agent.clone_from(&http.user_agent);
        caller.pair.client.note_host(http);
        key
    }

    fn caller(&mut self, key: Key, host: IpAddr) -> &mut Caller {
        let make = || Caller { pair: Pair::new(host), agent: None };
        let caller = self.callers.entry(key, make);
        caller.pair.host = host;
        caller
    }

    /// Whether of all visitors only this one has its user agent.
    fn is_alone(&self, agent: Option<&str>) -> bool {
        let known =
            agent.filter(|agent| !agent.is_empty()).and_then(|agent| self.agents.get(&hash_of(agent)));
        self.agents.len() >= AGENTS_KNOWN && known.is_some_and(|known| !known.is_shared)
    }

    /// Looks again at what was told and grew since, and forgets who no longer calls.
    pub(super) fn settle(&mut self, world: &World, findings: &mut Findings, is_due: impl Fn(&Pair) -> bool) {
        for key in self.callers.keys_where(|caller| caller.pair.is_stale() && is_due(&caller.pair)) {
            self.look(key, world, findings);
        }
    }

    fn look(&mut self, key: Key, world: &World, findings: &mut Findings) {
        let Some(caller) = self.callers.get(&key) else { return };
        let is_alone = self.is_alone(caller.agent.as_deref());
        let Some(caller) = self.callers.get_mut(&key) else { return };
        caller.pair.look();
        let lasted = caller.pair.last.since(caller.pair.first);
        if caller.pair.times.noted() < CONTACTS_MIN || lasted < DURATION_MIN {
            return;
        }
        let Some(rhythm) = rhythm(caller.pair.times.times()) else { return };
        let is_rhythm = rhythm.evidence >= EVIDENCE_MIN && rhythm.period >= PERIOD_MIN;
        if is_rhythm || caller.pair.is_told {
            report(key, &Called { caller, rhythm, is_alone }, world, findings);
            caller.pair.is_told = true;
        }
    }
}

/// HTTP, TLS, or what no analyzer knows on a port of its own. Logins are guessed in rows, mail comes in rows.
fn is_of_interest(conn: &Conn) -> bool {
    let port = conn.id.resp_p;
    match &conn.service {
        Some(services) => services.split(',').any(|service| matches!(service, "http" | "ssl")),
        None => port >= WELL_KNOWN_PORTS && !LOGIN_PORTS.contains(&port),
    }
}

fn report(key: Key, called: &Called<'_>, world: &World, findings: &mut Findings) {
    let (server, client, port) = key;
    let Called { caller, rhythm, .. } = called;
    let Rhythm { period, jitter, .. } = *rhythm;
    let pair = &caller.pair;
    let name = world.name_of(server, pair.host);
    let contacts = pair.times.noted();
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(server),
            host: pair.host,
            key: &format!("from {client} to port {port}"),
            peers: vec![client],
            first_seen: pair.first,
            last_seen: pair.last,
            summary: format!(
                "{client} outside contacted {name}:{port} {contacts} times, every {} ± {:.0} %.",
                tell::span(period),
                jitter * 100.0
            ),
            facts: Facts::default()
                .with("from_outside", true)
                .with("port", port)
                .with_some("server_name", pair.client.named.clone())
                .with_some("service", pair.service.clone())
                .with("contacts", contacts)
                .with("period_seconds", period)
                .with("jitter", jitter)
                .with("bytes_in", pair.sent.total)
                .with("bytes_out", pair.received.total)
                .with("usual_bytes_in", pair.sent.usual().round())
                .with("usual_bytes_out", pair.received.usual().round())
                .with_some("user_agent", caller.agent.clone()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
            evidence: (&pair.evidence).into(),
            supersedes: Supersedes::Always,
            score: score(called),
        },
        world,
    );
}
