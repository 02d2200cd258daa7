#![doc = include_str!("README.md")]

mod habit;

use records::{AnyRecord, Interval, Kerberos, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World, hash_of};

use self::habit::{Client, Kind};
use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::tally::{is_usual, lessen_by_habit};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "kerberos-client-activity",
    title: "Kerberos Client Activity",
    stage: Stage::Lateral,
    techniques: &["T1550", "T1558"],
    learns_hours: HOURS_LEARNED,
    readme: include_str!("README.md"),
    watch: || Box::new(ClientActivity::default()),
};

/// Hours with traffic before anything is told: a network that was just connected is new in all it does.
const HOURS_LEARNED: u32 = 48;
/// Devices whose tickets are followed, and services and users of which it is known who asks for them.
const DEVICES_MAX: usize = 16_384;
const VALUES_MAX: usize = 32_768;
/// Other devices that ask for a service, or in a user's name, from which on that is usual in this network.
const DEVICES_COMMON: usize = 3;
/// Who asks for no ticket for so long is forgotten.
const KEPT: Interval = Interval::from_secs(30 * 86_400);
/// Less than this is no departure worth a finding: a colleague at the desk, two new servers.
const TOLD_FROM: f64 = 40.0;
/// Failures of a day from which on they mean something, and how many times the most of an earlier day they must be.
const FAILURES_MIN: u32 = 8;
const FAILURES_TIMES: u32 = 3;

/// Who asks for a service, or in the name of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Askers {
    devices: Vec<DeviceIndex>,
    last: Timestamp,
}

impl Standing for Askers {
    fn standing(&self) -> (bool, Timestamp) {
        (self.devices.len() >= DEVICES_COMMON, self.last)
    }
}

impl Standing for Client {
    fn standing(&self) -> (bool, Timestamp) {
        (self.is_learned(), self.trail.last)
    }
}

#[derive(Default, Serialize, Deserialize)]
struct ClientActivity {
    clients: Bounded<DeviceIndex, Client, DEVICES_MAX>,
    askers: Bounded<u64, Askers, VALUES_MAX>,
    /// The day on which the old ones were forgotten last.
    forgot: i64,
}

/// The service, as it is known: without its port and in lower case. The ticket-granting service and that of a
/// computer itself say nothing.
fn service_of(kerberos: &Kerberos) -> Option<String> {
    let service = kerberos.service.as_deref()?;
    let is_asked = kerberos.request_type.as_deref() == Some("TGS") && !service.starts_with("krbtgt");
    let name = service.split(':').next().unwrap_or(service).to_ascii_lowercase();
    (is_asked && !name.ends_with('$')).then_some(name)
}

/// The user in whose name a ticket is asked for.
fn user_of(kerberos: &Kerberos) -> Option<String> {
    let client = kerberos.client.as_deref()?;
    let name = client.split('/').next().unwrap_or(client).to_ascii_lowercase();
    (!name.is_empty() && name != "wellknown").then_some(name)
}

/// What went wrong, where it is no usual step: that a proof is needed first, or that the answer needs TCP.
fn failure_of(kerberos: &Kerberos) -> Option<&str> {
    if kerberos.success != Some(false) {
        return None;
    }
    let message = kerberos.error_msg.as_deref().unwrap_or("unknown");
    let is_step = message == "KDC_ERR_PREAUTH_REQUIRED"
        || message == "Reply packet too large"
        || message == "KRB_ERR_RESPONSE_TOO_BIG";
    (!is_step).then_some(message)
}

impl ClientActivity {
    /// Whether several other devices ask for it; from now on this one does.
    fn is_common(&mut self, kind: Kind, name: &str, device: DeviceIndex, at: Timestamp) -> bool {
        let value = hash_of(name) ^ (kind as u64);
        let askers = self.askers.entry(value, || Askers { devices: Vec::new(), last: at });
        askers.last = askers.last.max(at);
        let others = askers.devices.iter().filter(|other| **other != device).count();
        if askers.devices.len() <= DEVICES_COMMON && !askers.devices.contains(&device) {
            askers.devices.push(device);
        }
        others >= DEVICES_COMMON
    }

    /// Notes the request; whether there may be something to tell.
    fn note(&mut self, kerberos: &Kerberos, device: DeviceIndex, seen: &Seen<'_>) -> bool {
        let (service, user) = (service_of(kerberos), user_of(kerberos));
        let commons = [(Kind::Service, &service), (Kind::User, &user)].map(|(kind, name)| {
            name.as_deref().is_some_and(|name| self.is_common(kind, name, device, seen.ts))
        });
        let host = kerberos.id.orig_h;
        let client = self.clients.entry(device, || Client::new(Trail::new(host)));
        client.count(seen.ts);
        if client.fresh.is_empty() && client.failures < FAILURES_MIN {
            client.trail = Trail { last: client.trail.last, ..Trail::new(host) };
        }
        let is_learned = client.is_learned();
        let mut is_news = false;
        for ((kind, name), is_common) in
            [(Kind::Service, service), (Kind::User, user)].into_iter().zip(commons)
        {
            let Some(name) = name else { continue };
            let known = if kind == Kind::Service { &mut client.services } else { &mut client.users };
            if known.note(hash_of(&name), seen.ts.day()) && is_learned {
                client.add(kind, &name, is_common, seen.ts);
                is_news = true;
            }
        }
        let is_failure = failure_of(kerberos).is_some_and(|message| client.fail(message));
        let is_many = is_failure && client.failures >= FAILURES_MIN;
        client.trail.last = client.trail.last.max(seen.ts);
        if is_news || is_many {
            client.trail.note(host, seen.ts, seen.ts, kerberos.uid);
        }
        is_learned && (is_news || is_many)
    }
}

/// What a departure from the habit is worth.
fn score_of(client: &Client) -> Score {
    let mut score = Score::default();
    for (kind, name, each, most) in
        [(Kind::Service, "new services", 12.0, 60.0), (Kind::User, "new users", 15.0, 40.0)]
    {
        let (rare, common, expected) = client.departure(kind);
        let what = if kind == Kind::Service { "services" } else { "users" };
        // Twice what is to be expected is no departure yet.
        let beyond = (rare as f64 - 2.0 * expected).max(0.0);
        let reason = format!(
            "{rare} {what} that few others here ask for and this device never did; by its habit {expected:.1} were to be expected"
        );
        score.certainty(name, (each * beyond).min(most), reason);
        let reason = format!("{common} {what} are new to this device, but usual here");
        score.certainty("new but usual", (2.0 * common as f64).min(8.0), reason);
    }
    let failures = client.failures;
    if failures >= FAILURES_MIN && failures >= client.failures_usual.saturating_mul(FAILURES_TIMES) {
        let usual = client.failures_usual;
        let doublings = (f64::from(failures) / f64::from(FAILURES_MIN)).log2();
        let reason =
            format!("{failures} requests failed within a day, where {usual} was the most on a day before");
        score.certainty("failures", (15.0 + 5.0 * doublings).min(30.0), reason);
    }
    score
}

impl ClientActivity {
    fn tell(&mut self, device: DeviceIndex, kerberos: &Kerberos, world: &World, findings: &mut Findings) {
        let Some(client) = self.clients.get_mut(&device) else { return };
        let mut score = score_of(client);
        if f64::from(score.total_certainty()) < TOLD_FROM {
            return;
        }
        lessen_by_habit(&mut score, device, &client.told, world);
        let named = |kind: Kind| -> Vec<String> {
            client.fresh.iter().filter(|fresh| fresh.kind == kind).map(|fresh| fresh.name.clone()).collect()
        };
        let (services, users) = (named(Kind::Service), named(Kind::User));
        score.threat("stage", 50.0, "who holds tickets of others acts in their name");
        score.threat("services", (3.0 * services.len() as f64).min(20.0), "each ticket opens a service");
        score.threat(
            "users",
            (5.0 * users.len() as f64).min(15.0),
            "each user is one more who may be abused",
        );
        let summary = format!(
            "{} asked for Kerberos tickets as it never did: {} and {} new to it within a day, {} failed.",
            world.name_of(device, client.trail.host),
            tell::count(services.len() as u32, "service"),
            tell::count(users.len() as u32, "user"),
            tell::count(client.failures, "request"),
        );
        let facts = Facts::default()
            .with("services_new", services.len())
            .with("services", services.into_iter().take(20).collect::<Vec<_>>())
            .with("users_new", users.len())
            .with("users", users.into_iter().take(20).collect::<Vec<_>>())
            .with("requests_failed", client.failures)
            .with("errors", client.failed_with.clone());
        client.told.note(client.trail.last);
        findings.report(
            Report {
                detection: &DETECTION,
                device: Some(device),
                host: client.trail.host,
                key: "",
                peers: vec![kerberos.id.resp_h],
                first_seen: client.trail.first,
                last_seen: client.trail.last,
                score,
                summary,
                facts,
                baseline: Facts::default()
                    .with("services_asked_for_ever", client.services.distinct())
                    .with("users_ever", client.users.distinct())
                    .with("most_failures_of_a_day", client.failures_usual)
                    .with("days_learned", client.days_learned())
                    .with("earlier_days_with_it", client.told.before()),
                evidence: (&client.trail.evidence).into(),
                supersedes: Supersedes::always_if(is_usual(device, &client.told, world)),
            },
            world,
        );
    }
}

impl Watch for ClientActivity {
    fn reads(&self) -> &'static [&'static str] {
        &["kerberos"]
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let AnyRecord::Kerberos(kerberos) = seen.record else { return };
        let Some(device) = seen.orig.filter(|_| seen.direction == Direction::Internal) else { return };
        if kerberos.request_type.is_none() {
            return;
        }
        if self.note(kerberos, device, seen) && world.hours_with_traffic() >= HOURS_LEARNED {
            self.tell(device, kerberos, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        if now.day() != self.forgot {
            self.forgot = now.day();
            self.clients.retain(|client| now.since(client.trail.last) <= KEPT);
            self.askers.retain(|askers| now.since(askers.last) <= KEPT);
        }
    }

    checkpoint!();
}
