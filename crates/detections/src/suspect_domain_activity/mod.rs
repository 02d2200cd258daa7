#![doc = include_str!("README.md")]

mod hour;

use records::{Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World, registered_domain};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::resolvers::Resolvers;
use crate::suspect_domain_activity::hour::Hour;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspect-domain-activity",
    title: "Suspect Domain Activity",
    stage: Stage::C2,
    techniques: &["T1568.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(SuspectDomainActivity::default()),
};

/// Registered domains that do not exist, within an hour, before anything is said. Typing errors, dead links and
/// start-up probes of browsers (names without a domain) make a handful.
const MISSING_MIN: usize = 15;
/// Of drawn letters fewer suffice.
const RANDOM_MIN: usize = 8;
/// Domains that exist and that the model takes for generated; of those that people visit one in 500 is.
const GENERATED_MIN: usize = 5;
/// An hour without a missing domain begins the count anew.
const PAUSE: Interval = Interval::from_secs(3_600);
/// Devices that are followed.
const DEVICES_MAX: usize = 10_000;

#[derive(Default, Serialize, Deserialize)]
struct SuspectDomainActivity {
    hours: Bounded<DeviceIndex, Hour, DEVICES_MAX>,
    resolvers: Resolvers,
}

impl Watch for SuspectDomainActivity {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some((device, dns)) = self.resolvers.query_of_client(seen) else { return };
        // Addresses alone: A and AAAA. Malware wants to connect; mail servers ask for more.
        if !matches!(dns.qtype, Some(1 | 28)) {
            return;
        }
        let (Some(query), Some(rcode)) = (dns.query.as_deref(), dns.rcode) else { return };
        let Some(domain) = registered_domain(query).filter(|_| query.contains('.')) else { return };
        if rcode != 0 && rcode != 3 {
            return;
        }
        let hour = self.hours.entry(device, || Hour::new(dns.id.orig_h));
        if hour.trail.is_over(dns.ts, PAUSE) {
            *hour = Hour::new(dns.id.orig_h);
        }
        if rcode == 0 {
            if hour.note_found(dns, domain) && hour.generated.len() >= GENERATED_MIN {
                self.tell(device, world, findings);
            }
        } else if hour.note_missing(dns, query, domain) && hour.is_due() && hour.is_suspicious() {
            self.tell(device, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        const REST: Interval = Interval::from_secs(300);
        for device in self.hours.keys_where(|hour| hour.is_stale() && now.since(hour.trail.last) >= REST) {
            self.tell(device, world, findings);
        }
        self.hours.retain(|hour| now.since(hour.latest()) <= PAUSE);
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + Interval::from_secs(300), world, findings);
    }

    checkpoint!();
}

impl Standing for Hour {
    fn standing(&self) -> (bool, Timestamp) {
        (self.missing() >= RANDOM_MIN, self.latest())
    }
}

impl Hour {
    fn is_missing_many(&self) -> bool {
        self.missing() >= MISSING_MIN || self.random >= RANDOM_MIN
    }

    fn is_suspicious(&self) -> bool {
        self.is_missing_many() || self.generated.len() >= GENERATED_MIN
    }
}

impl SuspectDomainActivity {
    fn tell(&mut self, device: DeviceIndex, world: &World, findings: &mut Findings) {
        let Some(hour) = self.hours.get_mut(&device) else { return };
        hour.told();
        let hit = hour.found_after.clone();
        findings.report(
            Report {
                detection: &DETECTION,
                device: Some(device),
                host: hour.trail.host,
                key: "domains",
                peers: hour.server.into_iter().collect(),
                first_seen: hour.trail.first,
                last_seen: hour.trail.last,
                score: score(hour),
                summary: summary(hour, &world.name_of(device, hour.trail.host)),
                facts: Facts::default()
                    .with("missing_domains", hour.missing())
                    .with("of_drawn_letters", hour.random)
                    .with("generated_domains_found", hour.generated.clone())
                    .with("domains_found", hour.found())
                    .with("examples", hour.examples.clone())
                    .with_some("found_afterwards", hit)
                    .with("seconds", hour.trail.seconds()),
                baseline: Facts::default().with("missing_domains_within_an_hour_at_most", MISSING_MIN),
                evidence: (&hour.trail.evidence).into(),
                supersedes: Supersedes::IfSurer,
            },
            world,
        );
    }
}

fn summary(hour: &Hour, name: &str) -> String {
    let some = |names: &[String]| names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let span = tell::span(hour.trail.seconds());
    if hour.is_missing_many() {
        let hit =
            hour.found_after.as_ref().map_or_else(String::new, |name| format!("; then {name} was found"));
        let (missing, examples) = (hour.missing(), some(&hour.examples));
        return format!(
            "{name} asked for {missing} domains that do not exist within {span}, such as {examples}{hit}."
        );
    }
    let (generated, examples) = (hour.generated.len(), some(&hour.generated));
    format!(
        "{name} asked for {generated} domains within {span} whose names a generator may have made, such as {examples}."
    )
}

fn score(hour: &Hour) -> Score {
    let mut score = Score::default();
    score_found(hour, &mut score);
    if hour.is_missing_many() {
        score_missing(hour, &mut score);
    }
    score.threat("stage", 55.0, "malware looks for whoever commands it");
    if hour.found_after.is_some() || hour.generated.len() >= GENERATED_MIN {
        score.threat("found", 15.0, "a domain was found in the end");
    }
    score
}

/// Names that exist: the model alone says that they are generated, so there must be many among few others.
fn score_found(hour: &Hour, score: &mut Score) {
    let (generated, found) = (hour.generated.len(), hour.found());
    if generated < GENERATED_MIN {
        return;
    }
    let reason = format!("{generated} domains that were found look like names that a generator makes");
    score.certainty("generated names", (30.0 + 4.0 * (generated - GENERATED_MIN) as f64).min(50.0), reason);
    let share = generated as f64 / found.max(1) as f64;
    let points = if share >= 0.3 { 20.0 } else { -20.0 };
    score.certainty("share of found", points, format!("{:.0} % of the {found} domains found", share * 100.0));
}

fn score_missing(hour: &Hour, score: &mut Score) {
    let (missing, found) = (hour.missing(), hour.found());
    let doublings = (missing as f64 / MISSING_MIN as f64).log2();
    let reason = format!("{missing} domains within an hour do not exist; typing errors make a handful");
    score.certainty("missing", (35.0 + 12.0 * doublings).clamp(20.0, 60.0), reason);
    let random = hour.random as f64 / missing.max(1) as f64;
    if random >= 0.5 {
        let reason = format!("{:.0} % of the names are drawn letters", random * 100.0);
        score.certainty("letters", 25.0, reason);
    }
    let bare = hour.bare as f64 / missing.max(1) as f64;
    if bare >= 0.8 {
        score.certainty("bare", 8.0, "the domains themselves were asked for, no hosts below them");
    }
    let share = missing as f64 / (missing + found) as f64;
    if share >= 0.5 {
        let reason = format!("{:.0} % of all domains asked for do not exist", share * 100.0);
        score.certainty("share", 10.0, reason);
    } else if share < 0.2 {
        let reason = format!("{found} domains were found: a crawler or a list of addresses is worked off");
        score.certainty("share", -30.0, reason);
    }
}
