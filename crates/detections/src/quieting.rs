//! A detection that finds something thousands of times a day finds nothing: it is quieted for that day, and says so. The
//! first finding of each device is heard all the same, up to as many again: else one device that makes thousands would
//! hide what all others do.

use records::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::findings::{hash, who};
use crate::{Finding, Part, Score};

/// Findings that one detection may make of what begins within a day of traffic.
pub const FINDINGS_OF_A_DAY: u32 = 5_000;

/// How many findings each detection made of each day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quieting {
    made: FxHashMap<(String, i64), u32>,
    /// Who made any of them.
    makers: FxHashSet<u128>,
}

impl Quieting {
    /// Counted from the findings that are there: nothing of its own is kept in checkpoints.
    pub(crate) fn of(findings: &[Finding]) -> Self {
        let mut quieting = Self::default();
        for finding in findings.iter().filter(|finding| !is_about_quiet(finding)) {
            let who = who(finding.device_index, finding.host);
            quieting.note(&finding.detection, &who, finding.first_seen);
        }
        quieting
    }

    /// How many findings the detection made of this day.
    pub(crate) fn made(&self, detection: &str, at: Timestamp) -> u32 {
        self.made.get(&(detection.to_owned(), at.day())).copied().unwrap_or_default()
    }

    /// Whether the detection has made all the findings that it may of this day and of this device.
    pub(crate) fn is_quiet(&self, detection: &str, who: &str, at: Timestamp) -> bool {
        let made = self.made(detection, at);
        let is_heard = || made < 2 * FINDINGS_OF_A_DAY && !self.makers.contains(&maker(detection, who, at));
        made >= FINDINGS_OF_A_DAY && !is_heard()
    }

    pub(crate) fn note(&mut self, detection: &str, who: &str, at: Timestamp) {
        *self.made.entry((detection.to_owned(), at.day())).or_default() += 1;
        self.makers.insert(maker(detection, who, at));
    }
}

fn maker(detection: &str, who: &str, at: Timestamp) -> u128 {
    hash([detection, &at.day().to_string(), who])
}

/// Whether it stands for findings that were not kept.
fn is_about_quiet(finding: &Finding) -> bool {
    finding.facts.0.iter().any(|fact| fact.name == "quieted")
}

/// Makes of the one finding that stands for all that were not kept what it says, for `more` of them.
pub(crate) fn tell(finding: &mut Finding, day: Timestamp, (made, more): (u32, u64), devices: usize) {
    let date: String = day.to_string().chars().take("2026-11-16".len()).collect();
    finding.summary = format!(
        "{} was quieted for {date}: it made {made} findings of that day, and {more} more reports were not kept.",
        finding.title
    );
    let reason =
        "a behaviour that is found thousands of times a day tells nothing: see what the first ones share";
    let part = |name: &'static str| vec![Part { name: name.into(), points: 1, reason: reason.to_owned() }];
    finding.parts = Score { threat: part("quieted"), certainty: part("quieted") };
    (finding.threat, finding.certainty) = (finding.parts.total_threat(), finding.parts.total_certainty());
    finding.facts = crate::Facts::default()
        .with("quieted", true)
        .with("findings_kept", made)
        .with("reports_not_kept", more)
        .with("devices_known", devices);
}
