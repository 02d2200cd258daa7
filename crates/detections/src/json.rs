//! A finding as JSON, as `otus findings --json` prints it.

use serde_json::{Map, Value, json};

use crate::{FactValue, Facts, Finding, Part, State};

impl Finding {
    /// The finding as a JSON object.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "detection": self.detection,
            "title": self.title,
            "stage": self.stage.name(),
            "techniques": self.techniques,
            "device": {
                "id": self.device.id,
                "name": self.device.name,
                "addresses": self.device.addresses,
                "users": self.device.users,
            },
            "host": self.host,
            "peers": self.peers,
            "first_seen": self.first_seen.to_string(),
            "last_seen": self.last_seen.to_string(),
            "raised": self.raised.map(|time| time.to_string()),
            "threat": self.threat,
            "certainty": self.certainty,
            "parts": {
                "threat": parts(&self.parts.threat),
                "certainty": parts(&self.parts.certainty),
            },
            "summary": self.summary,
            "facts": facts(&self.facts),
            "evidence": self.evidence.kept().iter().map(|uid| uid.as_str()).collect::<Vec<_>>(),
            "evidence_seen": self.evidence.seen(),
            "baseline": facts(&self.baseline),
            "state": match self.state {
                State::Open => "open",
                State::Explained => "explained",
            },
        })
    }
}

fn parts(parts: &[Part]) -> Vec<Value> {
    parts.iter().map(|part| json!({"name": part.name, "value": part.points, "reason": part.reason})).collect()
}

fn facts(facts: &Facts) -> Value {
    let object: Map<String, Value> =
        facts.0.iter().map(|fact| (fact.name.to_string(), value(&fact.value))).collect();
    Value::Object(object)
}

fn value(value: &FactValue) -> Value {
    match value {
        FactValue::Text(text) => json!(text),
        FactValue::Texts(texts) => json!(texts),
        FactValue::Count(count) => json!(count),
        FactValue::Number(number) => whole(*number).map_or_else(|| json!(number), |whole| json!(whole)),
        FactValue::Bool(truth) => json!(truth),
        FactValue::Time(time) => json!(time.to_string()),
    }
}

/// The number without its `.0`, where it is a whole one that a double can count to.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_no_fraction() {
        let told = facts(&Facts::default().with("a", 2893.0).with("b", 0.25).with("c", -0.0));
        assert_eq!(told.to_string(), r#"{"a":2893,"b":0.25,"c":0}"#);
    }
}
