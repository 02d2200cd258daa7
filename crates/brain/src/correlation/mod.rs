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

/// Looks at all findings together.
pub fn correlate(mut findings: Vec<Value>, mut devices: Vec<Value>, decided: &[Decided]) -> Correlated {
    let decisions = decisions::Active::of(decided);
    for finding in &mut findings {
        decisions.apply(finding, &devices);
    }
    let experience = Experience::of(&findings, &decisions);
    for finding in &mut findings {
        experience.apply(finding);
    }
    findings.sort_by_cached_key(rank);
    let now = sign::latest(&findings, &devices);
    let signs: Vec<Sign<'_>> = findings.iter().filter_map(|finding| Sign::of(finding, now)).collect();
    scores::of_devices(&signs, &mut devices);
    let accounts = accounts::scores(&signs);
    let campaigns = campaigns::campaigns(&signs, &devices, now);
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
