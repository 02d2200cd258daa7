//! What labels teach: how often each detection is a false alarm here.
//!
//! The rate of false alarms of a detection has the prior Beta(1, 3), whose mean is 25 %. Each finding of it that people
//! labelled moves it: wrong counts 1, permitted and noise count ½, since the behaviour did happen, and so does a rule that
//! names the detection; one that was found true counts 1 for it. With the mean `f` that comes of it
//!
//! ```text
//! odds of a finding = odds of its parts · ((1 − f) / f) / ((1 − 0.25) / 0.25)
//! ```
//!
//! A finding is not judged by its own label: that says by itself what it is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::decisions::{Active, Label};
use super::part;

const PRIOR_FALSE: f64 = 1.0;
const PRIOR_TRUE: f64 = 3.0;
/// Certainty of what a person found to be true, and to be wrong.
const CONFIRMED: i64 = 99;
const REFUTED: i64 = 1;

/// What is known of the false alarms of one detection.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FalseAlarms {
    /// False alarms, weighed.
    pub wrong: f64,
    /// What was found true.
    pub right: f64,
}

impl FalseAlarms {
    /// The mean of the Beta distribution.
    pub fn rate(self) -> f64 {
        (PRIOR_FALSE + self.wrong) / (PRIOR_FALSE + PRIOR_TRUE + self.wrong + self.right)
    }

    /// What the odds of its findings are multiplied by.
    pub fn factor(self) -> f64 {
        let rate = self.rate();
        (1.0 - rate) / rate / (PRIOR_TRUE / PRIOR_FALSE)
    }
}

pub(super) struct Experience {
    by_detection: BTreeMap<String, FalseAlarms>,
}

fn weight(label: Label) -> FalseAlarms {
    match label {
        Label::Wrong => FalseAlarms { wrong: 1.0, right: 0.0 },
        Label::Permitted | Label::Noise => FalseAlarms { wrong: 0.5, right: 0.0 },
        Label::True => FalseAlarms { wrong: 0.0, right: 1.0 },
    }
}

/// What the finding itself brings to the experience.
fn of_finding(finding: &Value) -> FalseAlarms {
    let by_mark = finding["triage"]["by"] == "mark";
    match finding["state"].as_str().and_then(Label::parse) {
        Some(label) if by_mark => weight(label),
        _ => FalseAlarms::default(),
    }
}

impl Experience {
    pub(super) fn of(findings: &[Value], decisions: &Active<'_>) -> Self {
        let mut by_detection: BTreeMap<String, FalseAlarms> = BTreeMap::new();
        let of_rules =
            decisions.rules().filter_map(|rule| Some((rule.scope.detection.clone()?, weight(rule.label))));
        let of_findings = findings.iter().map(|finding| {
            (finding["detection"].as_str().unwrap_or_default().to_owned(), of_finding(finding))
        });
        for (detection, own) in of_rules.chain(of_findings) {
            let known = by_detection.entry(detection).or_default();
            known.wrong += own.wrong;
            known.right += own.right;
        }
        Self { by_detection }
    }

    /// Moves the certainty of a finding, and says so among its parts.
    pub(super) fn apply(&self, finding: &mut Value) {
        let Some(certainty) = finding["certainty"].as_i64() else { return };
        let own = of_finding(finding);
        let all = self.by_detection.get(finding["detection"].as_str().unwrap_or_default());
        let others = all.map_or_else(FalseAlarms::default, |all| FalseAlarms {
            wrong: (all.wrong - own.wrong).max(0.0),
            right: (all.right - own.right).max(0.0),
        });
        let label = finding["state"].as_str().and_then(Label::parse);
        let moved = match label {
            Some(Label::Wrong) => {
                Some((REFUTED, "the behaviour did not happen, says whoever looked at it".to_owned()))
            }
            Some(Label::True) => {
                Some((CONFIRMED, "it is what it seems, says whoever looked at it".to_owned()))
            }
            _ if others == FalseAlarms::default() => None,
            _ => Some((shifted(certainty, others), reason(others))),
        };
        let Some((now, reason)) = moved.filter(|(now, _)| *now != certainty) else { return };
        if let Some(parts) = finding["parts"]["certainty"].as_array_mut() {
            // Parts may come to more than a certainty can be: with this one they come to what it is now.
            let sum = parts.iter().filter_map(|part| part["value"].as_i64()).fold(0, i64::saturating_add);
            parts.push(part("labels", now.saturating_sub(sum), &reason));
        }
        finding["certainty"] = json!(now);
    }
}

fn shifted(certainty: i64, others: FalseAlarms) -> i64 {
    let certainty = certainty.clamp(1, 99) as f64 / 100.0;
    let odds = certainty / (1.0 - certainty) * others.factor();
    #[expect(clippy::cast_possible_truncation, reason = "it lies between 0 and 100")]
    let now = (100.0 * odds / (1.0 + odds)).round() as i64;
    now.clamp(1, 99)
}

fn reason(others: FalseAlarms) -> String {
    format!(
        "false alarms of this detection here: {:.0} % instead of 25 %, by labels (false {}, true {})",
        others.rate() * 100.0,
        others.wrong,
        others.right
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_labels_nothing_moves_and_each_label_moves_less_than_the_one_before() {
        assert_eq!(FalseAlarms::default().factor(), 1.0);
        let after: Vec<i64> =
            (0..6).map(|count| shifted(80, FalseAlarms { wrong: f64::from(count), right: 0.0 })).collect();
        assert_eq!(after.first(), Some(&80));
        assert!(after.windows(2).all(|pair| pair[1] < pair[0]), "{after:?}");
        assert!(after[0] - after[1] > after[4] - after[5], "{after:?}");
        assert!(shifted(80, FalseAlarms { wrong: 0.0, right: 3.0 }) > 80);
    }

    #[test]
    fn the_rate_is_the_mean_of_the_beta_distribution() {
        assert_eq!(FalseAlarms { wrong: 2.0, right: 2.0 }.rate(), 3.0 / 8.0);
        assert!((FalseAlarms { wrong: 1.0, right: 0.0 }.factor() - 0.5).abs() < 1e-12);
    }
}
