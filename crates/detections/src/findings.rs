//! All findings: takes reports, makes a repeat of the same behaviour update its finding.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;

use records::{Interval, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, World};

use crate::quieting::{self, Quieting};
use crate::trace::{Trace, Update};
use crate::{ALERT, Detection, Exhibits, Facts, Finding, FoundDevice, Score, Shown, State};

/// Findings that are kept; further ones are counted only.
pub const FINDINGS_MAX: usize = 200_000;
/// What is less certain than this begins no finding.
const FAINT: u8 = 20;
/// Peers that a finding names; it may have more.
pub const PEERS_KEPT: usize = 64;
/// The same behaviour after such a pause is a new finding.
pub(crate) const PAUSE: Interval = Interval::from_secs(7 * 86_400);

/// What a detection says of a behaviour. A second report with the same detection, device and key updates the
/// finding of the first.
pub struct Report<'a> {
    /// Who says it.
    pub detection: &'static Detection,
    /// The device at fault.
    pub device: Option<DeviceIndex>,
    /// Its address when it happened.
    pub host: IpAddr,
    /// What tells this behaviour of the device from others of the same kind, e.g. the destination.
    pub key: &'a str,
    /// The other ends.
    pub peers: Vec<IpAddr>,
    /// When it began.
    pub first_seen: Timestamp,
    /// When it was seen last.
    pub last_seen: Timestamp,
    /// Threat and certainty.
    pub score: Score,
    /// One sentence.
    pub summary: String,
    /// The facts.
    pub facts: Facts,
    /// What is normal.
    pub baseline: Facts,
    /// Records that show it.
    pub evidence: Shown,
    /// When it stands in place of what was reported before.
    pub supersedes: Supersedes,
}

/// When a report stands in place of what was reported of the same behaviour before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supersedes {
    /// If it is no less certain.
    IfSurer,
    /// Always: if it is less certain, what was learned since explains the behaviour.
    Always,
    /// In its facts, also if it is less certain, since nothing more is expected. The certainty does not fall.
    Facts,
}

impl Supersedes {
    /// Whether the certainty may fall.
    pub(crate) fn always_if(is_explained: bool) -> Self {
        if is_explained { Self::Always } else { Self::IfSurer }
    }
}

/// All findings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Findings {
    all: Vec<Finding>,
    open: FxHashMap<u128, usize>,
    changed: BTreeSet<usize>,
    dropped: u64,
    #[serde(skip)]
    trace: Option<Trace>,
    #[serde(skip)]
    quieting: Quieting,
}

impl Findings {
    /// Takes a report: a new finding, or an update.
    pub fn report(&mut self, report: Report<'_>, world: &World) {
        let behaviour = behaviour(&report);
        let is_faint = report.score.total_certainty() < FAINT && !self.open.contains_key(&behaviour);
        if is_faint {
            return;
        }
        let place = match self.open.get(&behaviour).copied() {
            Some(place) if self.is_recent(place, report.first_seen) => place,
            _ => {
                let who = who(report.device.map(|device| device.0), report.host);
                if self.quieting.is_quiet(report.detection.id, &who, report.first_seen) {
                    self.quiet(&report, world);
                    return;
                }
                if self.all.len() >= FINDINGS_MAX {
                    self.dropped += 1;
                    return;
                }
                self.quieting.note(report.detection.id, &who, report.first_seen);
                self.all.push(new_finding(&report, behaviour));
                self.open.insert(behaviour, self.all.len() - 1);
                self.all.len() - 1
            }
        };
        if let Some(finding) = self.all.get_mut(place) {
            let noted = update(finding, report, world);
            if let Some(trace) = &mut self.trace {
                trace.note(&finding.id, noted);
            }
            self.changed.insert(place);
        }
    }

    /// Whether there is a finding that the report would update.
    pub(crate) fn knows(&self, report: &Report<'_>) -> bool {
        let place = self.open.get(&behaviour(report));
        place.is_some_and(|place| self.is_recent(*place, report.first_seen))
    }

    /// The findings in the order in which they were made.
    pub fn all(&self) -> &[Finding] {
        &self.all
    }

    /// The findings that are new or changed since this was last asked, in the order in which they were made.
    pub fn take_changed(&mut self, world: &World) -> Vec<Finding> {
        let places = std::mem::take(&mut self.changed);
        for place in &places {
            if let Some(finding) = self.all.get_mut(*place) {
                refresh_device(finding, world);
            }
        }
        places.iter().filter_map(|place| self.all.get(*place)).cloned().collect()
    }

    /// Findings that were not kept for want of room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes up the counting where the findings of a checkpoint left it.
    pub fn recount(&mut self) {
        self.quieting = Quieting::of(&self.all);
    }

    /// Counts a report that is not kept, in the one finding that stands for them all.
    fn quiet(&mut self, report: &Report<'_>, world: &World) {
        let day = report.first_seen.day().to_string();
        let behaviour = hash([report.detection.id, "quieted", &day]);
        let place = match self.open.get(&behaviour).copied() {
            Some(place) => place,
            None if self.all.len() >= FINDINGS_MAX => {
                self.dropped += 1;
                return;
            }
            None => {
                self.all.push(new_finding(report, behaviour));
                self.open.insert(behaviour, self.all.len() - 1);
                self.all.len() - 1
            }
        };
        if let Some(finding) = self.all.get_mut(place) {
            let counted = finding.facts.0.iter().find(|fact| fact.name == "reports_not_kept");
            let before = counted.map_or(0, |fact| match fact.value {
                crate::FactValue::Count(count) => count,
                _ => 0,
            });
            finding.last_seen = finding.last_seen.max(report.last_seen);
            let made = self.quieting.made(report.detection.id, report.first_seen);
            let devices = world.devices().all().len();
            quieting::tell(finding, report.first_seen, (made, before + 1), devices);
            self.changed.insert(place);
        }
    }

    /// Notes from now on the reports about this finding.
    pub fn trace(&mut self, finding: &str) {
        self.trace = Some(Trace::of(finding));
    }

    /// What was noted since this was last asked.
    pub fn take_trace(&mut self) -> Vec<Update> {
        self.trace.as_mut().map(Trace::take).unwrap_or_default()
    }

    fn is_recent(&self, place: usize, at: Timestamp) -> bool {
        self.all.get(place).is_some_and(|finding| at.since(finding.last_seen) < PAUSE)
    }
}

fn behaviour(report: &Report<'_>) -> u128 {
    let device = who(report.device.map(|device| device.0), report.host);
    hash([report.detection.id, &device, report.key])
}

/// Whose behaviour it is.
pub(crate) fn who(device: Option<u32>, host: IpAddr) -> String {
    device.map_or_else(|| host.to_string(), |device| device.to_string())
}

/// FNV-1a over 128 bits: the same on every machine and in every version.
pub(crate) fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> u128 {
    texts
        .into_iter()
        .flat_map(|text| text.bytes().chain([0]))
        .fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        })
}

fn new_finding(report: &Report<'_>, behaviour: u128) -> Finding {
    let detection = report.detection;
    let id =
        hash([behaviour.to_string().as_str(), &report.host.to_string(), &report.first_seen.0.to_string()]);
    Finding {
        id: format!("f{:016x}", (id >> 64) as u64 ^ id as u64),
        detection: Cow::Borrowed(detection.id),
        title: Cow::Borrowed(detection.title),
        stage: detection.stage,
        techniques: detection.techniques.iter().map(|technique| Cow::Borrowed(*technique)).collect(),
        device_index: report.device.map(|device| device.0),
        device: FoundDevice {
            id: report.host.to_string(),
            name: report.host.to_string(),
            addresses: vec![report.host],
            users: Vec::new(),
        },
        host: report.host,
        peers: Vec::new(),
        first_seen: report.first_seen,
        last_seen: report.last_seen,
        raised: None,
        threat: 0,
        certainty: 0,
        parts: Score::default(),
        summary: String::new(),
        facts: Facts::default(),
        evidence: Exhibits::default(),
        baseline: Facts::default(),
        state: State::Open,
    }
}

fn update(finding: &mut Finding, mut report: Report<'_>, world: &World) -> Update {
    wait_until_learned(report.detection, &mut report.score, world);
    let certainty = report.score.total_certainty();
    finding.first_seen = finding.first_seen.min(report.first_seen);
    finding.last_seen = finding.last_seen.max(report.last_seen);
    for peer in report.peers {
        if finding.peers.len() < PEERS_KEPT && !finding.peers.contains(&peer) {
            finding.peers.push(peer);
        }
    }
    finding.evidence.take(&report.evidence);
    let is_taken = certainty >= finding.certainty || report.supersedes == Supersedes::Always;
    let noted =
        Update { last_seen: report.last_seen, threat: report.score.total_threat(), certainty, is_taken };
    if is_taken {
        finding.certainty = certainty;
        finding.threat = report.score.total_threat();
        finding.parts = report.score;
        finding.summary = report.summary;
        finding.facts = report.facts;
        finding.baseline = report.baseline;
        finding.host = report.host;
    } else if report.supersedes == Supersedes::Facts {
        finding.summary = report.summary;
        finding.facts = report.facts;
    }
    if finding.is_alert() {
        finding.raised = finding.raised.or(Some(report.last_seen));
        finding.state = State::Open;
    } else if finding.raised.is_some() {
        finding.state = State::Explained;
    }
    refresh_device(finding, world);
    noted
}

/// A detection that has not learned long enough shows what it sees but raises no alert.
fn wait_until_learned(detection: &Detection, score: &mut Score, world: &World) {
    let (certainty, learned) = (score.total_certainty(), world.hours_with_traffic());
    if certainty >= ALERT && learned < detection.learns_hours {
        let excess = f64::from(certainty) - f64::from(ALERT - 1);
        let reason =
            format!("only {learned} of {} hours of traffic were learned from", detection.learns_hours);
        score.certainty("learning", -excess, reason);
    }
}

fn refresh_device(finding: &mut Finding, world: &World) {
    let Some(index) = finding.device_index.map(|index| world.devices().known_as(DeviceIndex(index))) else {
        return;
    };
    finding.device_index = Some(index.0);
    let Some(device) = world.device(index) else { return };
    let mut addresses = device.addresses_between(finding.first_seen, finding.last_seen);
    if !addresses.contains(&finding.host) {
        addresses.push(finding.host);
    }
    finding.device =
        FoundDevice { id: device.id.clone(), name: device.name(), addresses, users: device.users.clone() };
}

#[cfg(test)]
mod tests {
    use world::Config;

    use super::*;
    use crate::{DETECTIONS, FINDINGS_OF_A_DAY};

    fn report(host: u8, key: &str, at: Timestamp) -> Report<'_> {
        let mut score = Score::default();
        score.certainty("made", 70.0, "made");
        score.threat("made", 70.0, "made");
        Report {
            detection: &DETECTIONS[0],
            device: None,
            host: IpAddr::from([10, 0, 0, host]),
            key,
            peers: Vec::new(),
            first_seen: at,
            last_seen: at,
            score,
            summary: String::new(),
            facts: Facts::default(),
            baseline: Facts::default(),
            evidence: Shown::default(),
            supersedes: Supersedes::IfSurer,
        }
    }

    fn day(number: i64) -> Timestamp {
        Timestamp(0) + Interval::from_secs((20_000 + number) * 86_400)
    }

    /// As many findings of one host as a detection may make of a day, and some more.
    fn noisy(world: &World) -> Findings {
        let mut findings = Findings::default();
        for number in 0..FINDINGS_OF_A_DAY + 30 {
            findings.report(report(1, &number.to_string(), day(0)), world);
        }
        findings
    }

    /// What a checkpoint makes of them.
    fn saved_and_loaded(findings: &Findings) -> Findings {
        let mut findings: Findings = postcard::from_bytes(&postcard::to_allocvec(findings).unwrap()).unwrap();
        findings.recount();
        findings
    }

    #[test]
    fn a_detection_that_fires_thousands_of_times_a_day_is_quieted_for_that_day_and_says_so() {
        let world = World::new(Config::default());
        let findings = noisy(&world);
        assert_eq!(findings.all().len(), FINDINGS_OF_A_DAY as usize + 1);
        let told = findings.all().last().unwrap();
        assert!(told.summary.contains("30 more reports were not kept"), "{}", told.summary);
        assert!(!told.is_alert());
        // What is known goes on, the next day is another one, and a checkpoint changes nothing.
        let mut findings = saved_and_loaded(&findings);
        findings.report(report(1, "3", day(0) + Interval::from_secs(60)), &world);
        findings.report(report(1, "new", day(0)), &world);
        assert_eq!(findings.all().len(), FINDINGS_OF_A_DAY as usize + 1);
        assert!(findings.all().last().unwrap().summary.contains("31 more reports"));
        findings.report(report(1, "newer", day(1)), &world);
        assert_eq!(findings.all().len(), FINDINGS_OF_A_DAY as usize + 2);
    }

    #[test]
    fn a_device_that_makes_thousands_of_findings_does_not_hide_the_first_of_others() {
        let world = World::new(Config::default());
        let mut findings = noisy(&world);
        let count = |findings: &Findings, host: u8| {
            findings.all().iter().filter(|finding| finding.host == IpAddr::from([10, 0, 0, host])).count()
        };
        findings.report(report(2, "first", day(0)), &world);
        findings.report(report(2, "second", day(0)), &world);
        assert_eq!(count(&findings, 2), 1, "the first alone");
        let mut findings = saved_and_loaded(&findings);
        findings.report(report(2, "third", day(0)), &world);
        findings.report(report(3, "first", day(0)), &world);
        assert_eq!((count(&findings, 2), count(&findings, 3)), (1, 1));
        let told = findings.all().iter().find(|finding| finding.summary.contains("quieted")).unwrap();
        assert!(
            told.summary.contains("5001 findings") && told.summary.contains("32 more"),
            "{}",
            told.summary
        );
    }

    #[test]
    fn findings_that_change_by_turns_are_remembered_once_each() {
        let world = World::new(Config::default());
        let mut findings = Findings::default();
        for number in 0..1_000_u32 {
            findings.report(report((number % 2) as u8, "made", day(0)), &world);
        }
        assert_eq!(findings.changed.len(), 2);
        assert_eq!(findings.take_changed(&world).len(), 2);
    }
}
