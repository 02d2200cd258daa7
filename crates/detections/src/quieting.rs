//! A detection that finds something thousands of times a day finds nothing: it is quieted for that day, and says so.

use records::Timestamp;
use rustc_hash::FxHashMap;

use crate::{Finding, Part, Score};

/// Findings that one detection may make of what begins within a day of traffic.
pub const FINDINGS_OF_A_DAY: u32 = 5_000;

/// How many findings each detection made of each day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quieting {
    made: FxHashMap<(String, i64), u32>,
}

impl Quieting {
    /// Counted from the findings that are there: nothing of its own is kept in checkpoints.
    pub(crate) fn of(findings: &[Finding]) -> Self {
        let mut quieting = Self::default();
        for finding in findings {
            quieting.note(&finding.detection, finding.first_seen);
        }
        quieting
    }

    /// Whether the detection has made all the findings that it may of this day.
    pub(crate) fn is_quiet(&self, detection: &str, at: Timestamp) -> bool {
        let made = self.made.get(&(detection.to_owned(), at.day()));
        made.is_some_and(|made| *made >= FINDINGS_OF_A_DAY)
    }

    pub(crate) fn note(&mut self, detection: &str, at: Timestamp) {
        *self.made.entry((detection.to_owned(), at.day())).or_default() += 1;
    }
}

/// Makes of the one finding that stands for all that were not kept what it says, for `more` of them.
pub(crate) fn tell(finding: &mut Finding, day: Timestamp, more: u64, devices: usize) {
    let date: String = day.to_string().chars().take("2026-11-16".len()).collect();
    finding.summary = format!(
        "{} was quieted for {date}: it made {FINDINGS_OF_A_DAY} findings of that day, and {more} more reports were not kept.",
        finding.title
    );
    let reason =
        "a behaviour that is found thousands of times a day tells nothing: see what the first ones share";
    let part = |name: &'static str| vec![Part { name: name.into(), points: 1, reason: reason.to_owned() }];
    finding.parts = Score { threat: part("quieted"), certainty: part("quieted") };
    (finding.threat, finding.certainty) = (finding.parts.total_threat(), finding.parts.total_certainty());
    finding.facts = crate::Facts::default()
        .with("quieted", true)
        .with("findings_kept", FINDINGS_OF_A_DAY)
        .with("reports_not_kept", more)
        .with("devices_known", devices);
}
