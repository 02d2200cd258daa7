//! What the findings say together: what people decided on them, how certain that leaves them, the scores of devices and
//! accounts, and campaigns. A pure function of stored findings, devices and decisions: no state of its own, so a decision
//! acts at once on everything.

mod accounts;
mod campaigns;
mod decisions;
mod experience;
mod rules;
mod scores;
mod sign;

use records::LocalNetworks;
use serde_json::{Value, json};

pub use decisions::{Decided, Decision, Label, void};
pub use experience::FalseAlarms;
pub use rules::{Rule, Scope};
pub use scores::HALF_LIFE;

use crate::ALERT;
use experience::Experience;
use sign::Sign;

/// Findings, devices, accounts and campaigns as they stand now.
#[derive(Clone, Debug, Default)]
pub struct Correlated {
    /// Findings, ranked: alerts that nobody has closed first, then by threat and certainty together.
    pub findings: Vec<Value>,
    /// Devices by name, each with its score.
    pub devices: Vec<Value>,
    /// Accounts with findings, the most threatened first, each with its score.
    pub accounts: Vec<Value>,
    /// Campaigns in the order of their beginning.
    pub campaigns: Vec<Value>,
}

/// The findings, ranked, with what people decided and what that teaches.
pub fn decide(mut findings: Vec<Value>, devices: &[Value], decided: &[Decided]) -> Vec<Value> {
    let (decisions, kinds) = (decisions::Active::of(decided), rules::Kinds::of(devices));
    for finding in &mut findings {
        decisions.apply(finding, &kinds);
    }
    let experience = Experience::of(&findings, &decisions);
    for finding in &mut findings {
        experience.apply(finding);
    }
    findings.sort_by_cached_key(rank);
    findings
}

/// Looks at all findings together. `own` are the networks that are ours.
pub fn correlate(
    findings: Vec<Value>,
    mut devices: Vec<Value>,
    decided: &[Decided],
    own: &LocalNetworks,
) -> Correlated {
    let findings = decide(findings, &devices, decided);
    let now = sign::latest(&findings, &devices);
    let signs: Vec<Sign<'_>> = findings.iter().filter_map(|finding| Sign::of(finding, now)).collect();
    scores::of_devices(&signs, &mut devices);
    let accounts = accounts::scores(&signs);
    let campaigns = campaigns::campaigns(&signs, &devices, own, now);
    Correlated { findings, devices, accounts, campaigns }
}

/// The order in which findings are told.
fn rank(finding: &Value) -> (bool, bool, std::cmp::Reverse<u64>, String, String) {
    let number = |name: &str| finding[name].as_u64().unwrap_or(0);
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let weight = number("threat") * number("certainty");
    let is_faint = number("certainty") < u64::from(ALERT);
    (is_closed(finding), is_faint, std::cmp::Reverse(weight), text("first_seen"), text("id"))
}

/// Whether a person has decided that nothing is to be done about it.
pub fn is_closed(finding: &Value) -> bool {
    finding["state"].as_str().and_then(Label::parse).is_some_and(Label::closes)
}

/// A part of a score, as findings tell theirs.
fn part(name: &str, value: i64, reason: &str) -> Value {
    json!({"name": name, "value": value, "reason": reason})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(id: &str, parts: &[i64], certainty: i64) -> Value {
        let parts: Vec<Value> = parts.iter().map(|value| part("made", *value, "made")).collect();
        json!({
            "id": id, "detection": "port-scan", "title": "Port Scan", "threat": 40, "certainty": certainty,
            "parts": {"threat": [], "certainty": parts}, "state": "open", "device": {"id": "d1"}, "host": "10.0.0.1",
            "first_seen": "2026-11-16T04:00:00Z", "last_seen": "2026-11-16T04:00:00Z", "peers": [], "facts": {},
        })
    }

    fn mark(number: i64, finding: &str, label: Label) -> Decided {
        let decision = Decision::Mark { finding: finding.to_owned(), label };
        Decided { number, at: String::new(), who: "sato".to_owned(), why: String::new(), decision }
    }

    #[test]
    fn parts_add_up_after_labels_also_where_they_came_to_more_or_less_than_a_certainty_can_be() {
        let findings = vec![
            finding("f1", &[70], 70),
            finding("f2", &[90, 60], 99),
            finding("f3", &[30, -60], 1),
            finding("f4", &[90, 60], 99),
            finding("f5", &[10, -60], 1),
        ];
        let decided = [mark(1, "f1", Label::Wrong), mark(2, "f4", Label::Wrong), mark(3, "f5", Label::True)];
        for told in decide(findings, &[], &decided) {
            let parts = told["parts"]["certainty"].as_array().unwrap();
            let sum: i64 = parts.iter().map(|part| part["value"].as_i64().unwrap()).sum();
            assert_eq!(Some(sum.clamp(1, 99)), told["certainty"].as_i64(), "{told:#}");
        }
    }
}
