//! What people decided: marks on findings, rules, and what they took back. Nothing is ever removed; a later entry may make
//! an earlier one void.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::rules::{Kinds, Rule};

/// What a person says that a finding is. The three kinds of false alarm are told apart, since they ask for different work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// The behaviour did not happen.
    Wrong,
    /// It did, and is business.
    Permitted,
    /// It did, is no business and no attack: something to clean up.
    Noise,
    /// It is what it says.
    True,
}

impl Label {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Wrong, Self::Permitted, Self::Noise, Self::True];

    /// Its word, as in the state of a finding.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Permitted => "permitted",
            Self::Noise => "noise",
            Self::True => "true",
        }
    }

    /// The label of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.name() == word)
    }

    /// Whether there is nothing more to do about what is labelled so.
    pub const fn closes(self) -> bool {
        !matches!(self, Self::True)
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// What a finding is.
    Mark {
        /// Id of the finding.
        finding: String,
        /// What it is.
        label: Label,
    },
    /// What all findings of a kind are.
    Rule(Rule),
    /// An earlier decision no longer holds.
    Undo {
        /// Its number.
        decision: i64,
    },
}

/// A decision with who took it, when and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// Its place in the order of all decisions.
    pub number: i64,
    /// When, in RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// What.
    pub decision: Decision,
}

impl Decision {
    /// As the casebook keeps it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Mark { finding, label } => {
                json!({"kind": "mark", "finding": finding, "label": label.name()})
            }
            Self::Rule(rule) => rule.to_json(),
            Self::Undo { decision } => json!({"kind": "undo", "decision": decision}),
        }
    }

    /// Reads what [`Decision::to_json`] wrote; `None` for what a later version decided.
    pub fn from_json(value: &Value) -> Option<Self> {
        match value["kind"].as_str()? {
            "mark" => Some(Self::Mark {
                finding: value["finding"].as_str()?.to_owned(),
                label: Label::parse(value["label"].as_str()?)?,
            }),
            "rule" => Some(Self::Rule(Rule::from_json(value)?)),
            "undo" => Some(Self::Undo { decision: value["decision"].as_i64()? }),
            _ => None,
        }
    }
}

/// The decisions that hold.
pub(super) struct Active<'a> {
    marks: BTreeMap<&'a str, &'a Decided>,
    rules: Vec<(&'a Decided, &'a Rule)>,
}

/// Numbers of the decisions that were taken back. What takes back may itself be taken back.
pub fn void(decided: &[Decided]) -> BTreeSet<i64> {
    let mut void = BTreeSet::new();
    for one in decided.iter().rev() {
        if let Decision::Undo { decision } = one.decision
            && !void.contains(&one.number)
            && decision < one.number
        {
            void.insert(decision);
        }
    }
    void
}

impl<'a> Active<'a> {
    pub(super) fn of(decided: &'a [Decided]) -> Self {
        let void = void(decided);
        let mut active = Self { marks: BTreeMap::new(), rules: Vec::new() };
        for one in decided.iter().filter(|one| !void.contains(&one.number)) {
            match &one.decision {
                Decision::Mark { finding, .. } => drop(active.marks.insert(finding, one)),
                Decision::Rule(rule) => active.rules.push((one, rule)),
                Decision::Undo { .. } => {}
            }
        }
        active
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(_, rule)| *rule)
    }

    /// Gives a finding the state that its mark, or else the first rule that fits, says.
    pub(super) fn apply(&self, finding: &mut Value, kinds: &Kinds<'_>) {
        let mark = finding["id"].as_str().and_then(|id| self.marks.get(id)).copied();
        let by_rule = || self.rules.iter().find(|(_, rule)| rule.covers(finding, kinds));
        let (decided, by, label) = match mark {
            Some(decided) => match decided.decision {
                Decision::Mark { label, .. } => (decided, "mark", label),
                Decision::Rule(_) | Decision::Undo { .. } => return,
            },
            None => match by_rule() {
                Some((decided, rule)) => (*decided, "rule", rule.label),
                None => return,
            },
        };
        finding["state"] = json!(label.name());
        finding["triage"] = json!({
            "decision": decided.number, "by": by, "label": label.name(),
            "who": decided.who, "why": decided.why, "at": decided.at,
        });
    }
}
