//! Every number of a finding beside the same number made again, with the formulas and the rules between.

use detections::{DETECTIONS, Update};
use learn::rarity_of;
use records::Timestamp;
use serde_json::{Map, Value, json};
use world::Judgement;

/// Facts that tell how rare a destination is.
const RARITY: &str = "rarity";

/// A report about the finding, with the record at which it was made.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was reported.
    pub update: Update,
    /// The record, as in the lake; none where the records had come to their end.
    pub record: Option<Value>,
}

/// A judgement of rarity, with the names of the devices that counted and the days since their latest contact.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was judged, and by what.
    pub judgement: Judgement,
    /// Time of the record at which it was judged.
    pub at: Timestamp,
    /// The devices that contacted the destination before.
    pub devices: Vec<(String, i32)>,
}

/// The finding as the records of the lake make it again.
#[derive(Clone, Debug, Default)]
pub struct Retold {
    /// The finding; none where it did not come about again.
    pub finding: Option<Value>,
    /// The reports that made it: the first and the latest of them.
    pub steps: Vec<Step>,
    /// All reports.
    pub reports: u64,
    /// How rare its peers were found to be.
    pub judged: Vec<Judged>,
}

/// Explains a stored finding. `retold` is what its records come to when they are shown to the detections again; without
/// it only what is stored is explained.
pub fn explain(stored: &Value, retold: Option<&Retold>) -> Value {
    let again = retold.map(|retold| retold.finding.as_ref());
    let score = |name: &str| score(stored, again, name);
    let (threat, certainty) = (score("threat"), score("certainty"));
    let (facts, normal) = (facts(stored, again, "facts"), facts(stored, again, "baseline"));
    let detection = DETECTIONS.iter().find(|detection| stored["detection"] == detection.id);
    let section = |heading: &str| detection.map(|known| section(known.readme, heading));
    let rarity = retold.and_then(|retold| rarity(stored, &retold.judged));
    let agrees = again.map(|again| {
        let all = [&threat, &certainty].into_iter().chain(&facts).chain(&normal).chain(rarity.as_ref());
        again.is_some() && all.into_iter().all(|one| one["agrees"] == true)
    });
    let mut told = Map::new();
    for name in ["id", "detection", "title", "device", "host", "peers", "first_seen", "last_seen", "summary"]
    {
        told.insert(name.to_owned(), stored[name].clone());
    }
    let mut told = Value::Object(told);
    told["agrees"] = json!(agrees);
    told["threat"] = threat;
    told["certainty"] = certainty;
    told["rules"] = json!(section("## What drives threat and certainty"));
    told["facts"] = json!(facts);
    told["normal"] = json!(normal);
    told["rarity"] = json!(rarity);
    told["benign_causes"] = json!(section("## Benign causes"));
    told["how_to_check"] = json!(section("## How to check"));
    if let Some(retold) = retold {
        told["reports"] = json!(retold.reports);
        told["steps"] = json!(retold.steps.iter().map(step).collect::<Vec<_>>());
    }
    told
}

/// What stands below a heading of a detection's page.
fn section(page: &str, heading: &str) -> String {
    let below = page.lines().skip_while(|line| *line != heading).skip(1);
    let lines: Vec<&str> = below.take_while(|line| !line.starts_with("## ")).collect();
    lines.join("\n").trim().to_owned()
}

/// Threat or certainty: the sum of its parts, beside the one that was made again.
fn score(stored: &Value, again: Option<Option<&Value>>, name: &str) -> Value {
    let none = Vec::new();
    let of = |finding: &Value| finding["parts"][name].as_array().cloned();
    let parts = of(stored).unwrap_or_default();
    let points: Vec<i64> = parts.iter().filter_map(|part| part["value"].as_i64()).collect();
    let sum = points.iter().sum::<i64>().clamp(1, 99);
    let made = again.map(|again| again.and_then(of).unwrap_or_default());
    let told: Vec<Value> = parts.iter().map(|part| beside(part, made.as_deref())).collect();
    let is_whole = made.as_ref().unwrap_or(&none).len() == parts.len();
    let number = again.map(|again| again.map_or(Value::Null, |finding| finding[name].clone()));
    let agrees = match &number {
        Some(number) => {
            *number == stored[name]
                && stored[name] == sum
                && is_whole
                && told.iter().all(|part| part["agrees"] == true)
        }
        None => stored[name] == sum,
    };
    let mut score = json!({
        "stored": stored[name],
        "formula": format!("{} = {}, held within 1 and 99", signed(&points), points.iter().sum::<i64>()),
        "sum": sum,
        "agrees": agrees,
        "parts": told,
    });
    if let Some(number) = number {
        score["again"] = number;
    }
    score
}

/// A part beside the one of the same name that was made again.
fn beside(part: &Value, made: Option<&[Value]>) -> Value {
    let mut told = part.clone();
    if let Some(made) = made {
        let same = made.iter().find(|one| one["name"] == part["name"]);
        told["again"] = same.map_or(Value::Null, |same| same["value"].clone());
        told["agrees"] = json!(same == Some(part));
    }
    told
}

/// `30 + 8 − 15`.
fn signed(points: &[i64]) -> String {
    let mut text = String::new();
    for (place, point) in points.iter().enumerate() {
        let sign = if *point < 0 { "−" } else { "+" };
        let digits = point.unsigned_abs();
        text.push_str(&match place {
            0 if *point < 0 => format!("−{digits}"),
            0 => digits.to_string(),
            _ => format!(" {sign} {digits}"),
        });
    }
    if text.is_empty() { "0".to_owned() } else { text }
}

/// Each fact beside the one that was made again.
fn facts(stored: &Value, again: Option<Option<&Value>>, group: &str) -> Vec<Value> {
    let none = Map::new();
    let own = stored[group].as_object().unwrap_or(&none);
    let told = own.iter().map(|(name, value)| {
        let mut fact = json!({"name": name, "stored": value});
        if let Some(again) = again {
            let made = again.and_then(|finding| finding[group].get(name)).cloned().unwrap_or_default();
            fact["agrees"] = json!(made == *value);
            fact["again"] = made;
        }
        fact
    });
    told.collect()
}

/// The judgement that the fact `rarity` tells, put into the formula once more. None where the finding tells no rarity, or
/// where it came about by another destination than its peers.
fn rarity(stored: &Value, judged: &[Judged]) -> Option<Value> {
    let told = stored["facts"][RARITY].as_f64()?;
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    let found = judged.iter().rev().find(|one| rounded(one.judgement.rarity.percent) == told)?;
    let Judgement { address, name, rarity, is_of_domain, device_days, population, .. } = &found.judgement;
    let devices = rarity.devices;
    let again = rounded(rarity_of(devices, *device_days, *population));
    let known: Vec<Value> =
        found.devices.iter().map(|(name, days)| json!({"name": name, "days_ago": days})).collect();
    // Nobody knows a destination without contacts: the formula gives 100 as well.
    Some(json!({
        "stored": told,
        "destination": address,
        "name": name,
        "judged_by": if *is_of_domain { "registered domain" } else { "address" },
        "at": found.at.to_string(),
        "formula": format!(
            "100 · e^(−max({devices:.3} − 1, 0) / min({population} / 4, 8)) · (1 − 0.3 · (1 − e^(−{device_days:.3} / 10)))"
        ),
        "devices": known,
        "devices_weighed": devices,
        "device_days": device_days,
        "devices_in_network": population,
        "again": again,
        "agrees": again == told,
    }))
}

fn step(step: &Step) -> Value {
    json!({
        "last_seen": step.update.last_seen.to_string(),
        "threat": step.update.threat,
        "certainty": step.update.certainty,
        "is_taken": step.update.is_taken,
        "record": step.record,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Value {
        json!({
            "id": "f1", "detection": "port-scan", "threat": 40, "certainty": 55,
            "parts": {
                "threat": [{"name": "stage", "value": 35, "reason": "early"}, {"name": "ports", "value": 5, "reason": "30"}],
                "certainty": [{"name": "ports", "value": 70, "reason": "30"}, {"name": "monitor", "value": -15, "reason": "polls"}],
            },
            "facts": {"ports_tried": 30, "rarity": 100}, "baseline": {"days": 0},
        })
    }

    fn judged(devices: f64) -> Judged {
        let percent = rarity_of(devices, 1.0, 10.0);
        let rarity = world::Rarity { percent, of_address: percent, of_domain: None, devices };
        Judged {
            judgement: Judgement {
                address: [203, 0, 113, 1].into(),
                name: None,
                rarity,
                is_of_domain: false,
                devices: Vec::new(),
                device_days: 1.0,
                day: 1,
                population: 10.0,
            },
            at: Timestamp(0),
            devices: Vec::new(),
        }
    }

    #[test]
    fn a_finding_that_is_made_again_alike_agrees_in_every_number() {
        let mut stored = finding();
        let one = judged(2.0);
        stored["facts"]["rarity"] = json!((one.judgement.rarity.percent * 1000.0).round() / 1000.0);
        let retold = Retold { finding: Some(stored.clone()), judged: vec![one], ..Retold::default() };
        let told = explain(&stored, Some(&retold));
        assert_eq!(told["agrees"], true, "{told:#}");
        assert_eq!(told["certainty"]["formula"], "70 − 15 = 55, held within 1 and 99");
        assert_eq!(told["rarity"]["again"], stored["facts"]["rarity"]);
        assert!(told["rules"].as_str().unwrap().contains("number of ports"), "{told:#}");
        assert!(!told["benign_causes"].as_str().unwrap().contains("##"), "{told:#}");
    }

    #[test]
    fn each_number_that_comes_out_differently_is_named() {
        let stored = finding();
        let mut other = finding();
        other["facts"]["ports_tried"] = json!(31);
        other["parts"]["certainty"][1]["value"] = json!(-14);
        other["certainty"] = json!(56);
        let told = explain(&stored, Some(&Retold { finding: Some(other), ..Retold::default() }));
        assert_eq!(told["agrees"], false);
        assert_eq!(told["certainty"]["agrees"], false);
        assert_eq!(told["threat"]["agrees"], true);
        assert_eq!(told["certainty"]["parts"][1]["again"], -14);
        assert_eq!(
            told["facts"][0],
            json!({"name": "ports_tried", "stored": 30, "agrees": false, "again": 31})
        );
        let gone = explain(&stored, Some(&Retold::default()));
        assert_eq!((&gone["agrees"], &gone["threat"]["agrees"]), (&json!(false), &json!(false)));
    }

    #[test]
    fn parts_that_do_not_add_up_are_seen_without_the_records() {
        let mut stored = finding();
        assert_eq!(explain(&stored, None)["certainty"]["agrees"], true);
        stored["certainty"] = json!(80);
        let told = explain(&stored, None);
        assert_eq!((&told["certainty"]["agrees"], &told["agrees"]), (&json!(false), &Value::Null));
    }
}
