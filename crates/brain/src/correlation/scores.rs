//! How threatened a device is, and how surely, by all its findings together.
//!
//! A belief network: an attack on the device is hidden, and so are its stages; findings are the signs of stages. With `c` the
//! certainty of a finding and `a` the traffic time since it was seen last, its probability now is
//!
//! ```text
//! p = c · 2^(−a / 48 h)
//! ```
//!
//! A stage is there when one of its signs is what it says (noisy or). Signs of one stage have common benign causes, so of a
//! stage's detections, each with its surest finding, the second counts half and the third a third:
//! `P(stage) = 1 − Π (1 − p_k)^(1/k)`. The attack is there when one of its stages is: `P = 1 − Π (1 − P(stage))`. An attack
//! that goes on from stage to stage is likelier than chance to show further stages, so each one beside the likeliest
//! multiplies the odds of the attack by `1 + P(stage)`.
//!
//! The threat is the highest among the findings, each fading alike and counted in full from certainty 50 on, and 5 more for
//! each further stage that is there for certain.

use std::collections::BTreeMap;

use detections::Stage;
use records::Interval;
use serde_json::{Value, json};

use super::part;
use super::sign::Sign;

/// After so much traffic time without the behaviour, certainty and threat are half.
pub const HALF_LIFE: Interval = Interval::from_secs(48 * 3600);
/// Threat of a further stage.
const STAGE_THREAT: f64 = 5.0;
/// Certainty from which the threat of a finding counts in full.
const SURE: f64 = 0.5;

/// The share that is left after so much traffic time.
pub(super) fn remaining(age: Interval) -> f64 {
    0.5_f64.powf(age.as_secs_f64().max(0.0) / HALF_LIFE.as_secs_f64())
}

/// A sign with the weight at which it counts for somebody, 0–1.
pub(super) type Weighed<'a> = (&'a Sign<'a>, f64);

/// Gives each device its score.
pub(super) fn of_devices(signs: &[Sign<'_>], devices: &mut [Value]) {
    let mut by_device: BTreeMap<&str, Vec<Weighed<'_>>> = BTreeMap::new();
    for sign in signs {
        by_device.entry(sign.device).or_default().push((sign, 1.0));
    }
    for device in devices {
        let own = device["id"].as_str().and_then(|id| by_device.get(id));
        device["score"] = score(own.map(Vec::as_slice).unwrap_or_default());
    }
}

/// What the signs say together, with the parts.
pub(super) fn score(signs: &[Weighed<'_>]) -> Value {
    let mut surest: BTreeMap<(Stage, &str), Weighed<'_>> = BTreeMap::new();
    for (sign, weight) in signs {
        let known = surest.entry((sign.stage, sign.text("detection"))).or_insert((sign, *weight));
        if sign.probability * weight > known.0.probability * known.1 {
            *known = (sign, *weight);
        }
    }
    let mut stages: BTreeMap<Stage, Vec<Weighed<'_>>> = BTreeMap::new();
    for ((stage, _), weighed) in surest {
        stages.entry(stage).or_default().push(weighed);
    }
    let (certainty, stages) = certainty(stages);
    let threat = threat(signs, &stages);
    let total = |parts: &[Value]| parts.iter().filter_map(|part| part["value"].as_i64()).sum::<i64>();
    json!({
        "threat": total(&threat),
        "certainty": total(&certainty),
        "parts": {"threat": threat, "certainty": certainty},
        "stages": stages.iter().filter(|(_, likely)| *likely >= SURE).map(|(stage, _)| stage.name()).collect::<Vec<_>>(),
    })
}

/// The parts of the certainty, and how likely each stage is, the likeliest first.
fn certainty(stages: BTreeMap<Stage, Vec<Weighed<'_>>>) -> (Vec<Value>, Vec<(Stage, f64)>) {
    let by_probability = |(sign, weight): &Weighed<'_>| std::cmp::Reverse(ordered(sign.probability * weight));
    let mut found: Vec<(Stage, f64, Vec<Weighed<'_>>)> = Vec::new();
    for (stage, mut signs) in stages {
        signs.sort_by_key(by_probability);
        let absent: f64 = signs.iter().zip(1_u32..).map(|(one, rank)| absence(one, rank)).product();
        found.push((stage, 1.0 - absent, signs));
    }
    found.sort_by_key(|(stage, likely, _)| (std::cmp::Reverse(ordered(*likely)), *stage));
    let mut parts = Growing::default();
    let mut absent = 1.0;
    for (stage, _, signs) in &found {
        for (one, rank) in signs.iter().zip(1_u32..) {
            absent *= absence(one, rank);
            let (sign, weight) = one;
            let share =
                if *weight < 1.0 { format!(", counted {:.0} %", weight * 100.0) } else { String::new() };
            let reason = format!(
                "{}: certainty {} when it was seen last, {:.0} now{share} ({}, {})",
                sign.text("title"),
                sign.finding["certainty"],
                sign.probability * 100.0,
                stage.name(),
                sign.text("id"),
            );
            parts.grow(sign.text("detection"), 1.0 - absent, &reason);
        }
    }
    let likely = (1.0 - absent).min(0.99);
    let factor: f64 = found.iter().skip(1).map(|(_, likely, _)| 1.0 + likely).product();
    let odds = likely / (1.0 - likely) * factor;
    let further = found.len().saturating_sub(1);
    parts.grow(
        "progress",
        odds / (1.0 + odds),
        &format!("{further} further stages: the odds are multiplied by {factor:.2}"),
    );
    (parts.parts, found.into_iter().map(|(stage, likely, _)| (stage, likely)).collect())
}

/// How likely a sign does not show its stage, as the one of this rank in it.
fn absence((sign, weight): &Weighed<'_>, rank: u32) -> f64 {
    (1.0 - sign.probability * weight).powf(1.0 / f64::from(rank))
}

fn threat(signs: &[Weighed<'_>], stages: &[(Stage, f64)]) -> Vec<Value> {
    let of = |(sign, weight): &Weighed<'_>| {
        sign.threat * weight * (sign.finding["certainty"].as_f64().unwrap_or(0.0) / 100.0 / SURE).min(1.0)
    };
    let mut parts = Growing::default();
    let Some(worst) = signs.iter().max_by_key(|one| ordered(of(one))) else { return parts.parts };
    let reason =
        format!("{}: threat {} when it was seen last", worst.0.text("title"), worst.0.finding["threat"]);
    parts.grow(worst.0.text("detection"), of(worst) / 100.0, &reason);
    let further: f64 = stages.iter().skip(1).map(|(_, likely)| likely).sum();
    let names: Vec<&str> = stages.iter().skip(1).map(|(stage, _)| stage.name()).collect();
    parts.grow(
        "progress",
        (of(worst) + STAGE_THREAT * further) / 100.0,
        &format!("further stages: {}", names.join(", ")),
    );
    parts.parts
}

/// Parts that add up to a growing share of 100, which never comes above 99.
#[derive(Default)]
struct Growing {
    total: i64,
    parts: Vec<Value>,
}

impl Growing {
    fn grow(&mut self, name: &str, to: f64, reason: &str) {
        let to = i64::from(ordered(to)) / 10;
        let to = ((to + 5) / 10).min(99);
        if to > self.total {
            self.parts.push(part(name, to - self.total, reason));
            self.total = to;
        }
    }
}

/// A share in units that can be ordered.
fn ordered(share: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    let units = (share * 10_000.0).round() as u32;
    units
}

#[cfg(test)]
mod tests {
    use records::Timestamp;

    use super::*;

    const NOW: i64 = 1_794_787_200_000_000_000;

    fn finding(detection: &str, threat: u8, certainty: u8, hours_ago: i64) -> Value {
        let at = Timestamp(NOW - hours_ago * 3_600_000_000_000).to_string();
        json!({
            "id": format!("f-{detection}-{hours_ago}"), "detection": detection, "title": detection, "threat": threat,
            "certainty": certainty, "device": {"id": "d1", "users": []}, "first_seen": at, "last_seen": at,
            "peers": [], "facts": {}, "state": "open",
        })
    }

    fn scored(findings: &[Value]) -> Value {
        let signs: Vec<Sign<'_>> = findings.iter().filter_map(|one| Sign::of(one, Timestamp(NOW))).collect();
        let mut devices = [json!({"id": "d1"})];
        of_devices(&signs, &mut devices);
        let score = devices[0]["score"].take();
        for number in ["threat", "certainty"] {
            let parts = score["parts"][number].as_array().unwrap();
            let sum: i64 = parts.iter().map(|part| part["value"].as_i64().unwrap()).sum();
            assert_eq!(Some(sum), score[number].as_i64(), "the parts add up");
        }
        score
    }

    fn certainty(findings: &[Value]) -> i64 {
        scored(findings)["certainty"].as_i64().unwrap()
    }

    #[test]
    fn one_finding_is_as_certain_as_it_says_and_fades_by_half_in_the_half_life() {
        let fresh = scored(&[finding("port-scan", 40, 80, 0)]);
        assert_eq!((&fresh["certainty"], &fresh["threat"]), (&json!(80), &json!(40)));
        let later = scored(&[finding("port-scan", 40, 80, 48)]);
        assert_eq!((&later["certainty"], &later["threat"]), (&json!(40), &json!(20)));
        assert_eq!(certainty(&[finding("port-scan", 40, 80, 24 * 60)]), 0);
        assert_eq!(certainty(&[]), 0);
    }

    #[test]
    fn several_weak_signs_make_a_strong_one_and_progress_more_than_one_stage() {
        let weak = |detection: &str| finding(detection, 40, 35, 0);
        let of_one_stage = certainty(&[weak("port-scan"), weak("port-sweep"), weak("ping-sweep")]);
        let of_three = certainty(&[weak("port-scan"), weak("external-beacon"), weak("data-smuggler")]);
        assert!(of_one_stage > 35 && of_one_stage < of_three, "{of_one_stage} {of_three}");
        assert!(of_three >= 80, "{of_three}");
        // The same detection again is no further sign.
        assert_eq!(certainty(&[weak("port-scan"), finding("port-scan", 40, 30, 1)]), 35);
        let scanned = scored(&[finding("port-scan", 40, 80, 0), finding("external-beacon", 60, 80, 0)]);
        assert_eq!((&scanned["threat"], &scanned["stages"]), (&json!(64), &json!(["recon", "c2"])));
    }

    #[test]
    fn what_was_closed_does_not_count() {
        let mut closed = finding("port-scan", 40, 80, 0);
        closed["state"] = json!("permitted");
        assert_eq!(certainty(&[closed]), 0);
    }
}
