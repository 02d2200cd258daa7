//! What happened to a device, in order, in sentences, with the records behind each.

mod japanese;

use std::net::IpAddr;

use records::{Interval, Timestamp};
use serde_json::{Value, json};

use crate::Correlated;

/// The languages that stories are told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Japanese.
    Japanese,
}

/// The device of this id, name or address; of several that held the address the one that held it last. An address is
/// first of all an address, since devices without a name are called after one that they held.
pub fn device<'a>(correlated: &'a Correlated, wanted: &str) -> Option<&'a Value> {
    let named = |device: &&Value| {
        let is = |value: &Value| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
        is(&device["id"]) || is(&device["name"]) || device["names"].as_array().into_iter().flatten().any(is)
    };
    let address = wanted.parse::<IpAddr>().ok();
    let is_meant =
        |span: &&Value| address.is_some_and(|address| text(span, "address").parse() == Ok(address));
    let held = |device: &Value| {
        let spans = device["addresses"].as_array().into_iter().flatten();
        spans.filter(is_meant).filter_map(|span| Timestamp::parse(text(span, "to"))).max()
    };
    let devices = correlated.devices.iter();
    let holder = devices.clone().filter_map(|one| Some((held(one)?, one))).max_by_key(|(until, _)| *until);
    holder.map(|(_, one)| one).or_else(|| devices.clone().find(named))
}

/// One sentence.
struct Sentence {
    at: String,
    english: String,
    japanese: String,
    /// Ids of connections and files, or a query that finds the records.
    records: Vec<Value>,
    query: String,
    finding: Option<Value>,
}

/// The story of a device of `correlated`.
pub fn story(correlated: &Correlated, device: &Value, language: Language) -> Value {
    let mut sentences = arrival(device);
    let own = correlated.findings.iter().filter(|finding| finding["device"]["id"] == device["id"]);
    for finding in own.clone() {
        sentences.extend(of_finding(finding));
    }
    sentences.extend(reached_by_others(correlated, device));
    // As texts, a whole second would come after its parts.
    sentences.sort_by_key(|sentence| Timestamp::parse(&sentence.at));
    let ending = ending(correlated, device, own.count());
    sentences.push(ending);
    let told: Vec<Value> = sentences
        .into_iter()
        .map(|sentence| {
            let text = match language {
                Language::English => sentence.english,
                Language::Japanese => sentence.japanese,
            };
            json!({"at": sentence.at, "text": text, "finding": sentence.finding, "records": sentence.records, "query": sentence.query})
        })
        .collect();
    json!({"device": device["id"], "name": device["name"], "score": device["score"], "sentences": told})
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn listed(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Everything of an address within a minute.
fn minute(address: &str, at: &str) -> String {
    let until = Timestamp::parse(at).map(|at| at + Interval::from_secs(60));
    format!("host:{address} since:{at}{}", until.map(|until| format!(" until:{until}")).unwrap_or_default())
}

/// Everything of an address in the hour up to a moment: what is relative in a query counts from the end of the lake.
fn last_hour(address: &str, at: &str) -> String {
    let Some(at) = Timestamp::parse(at) else { return format!("host:{address}") };
    format!("host:{address} since:{} until:{}", at - Interval::from_secs(3600), at + Interval::from_secs(1))
}

/// The addresses that it took, in order; with the first one it appeared.
fn arrival(device: &Value) -> Vec<Sentence> {
    let name = text(device, "name");
    let spans = device["addresses"].as_array().into_iter().flatten().enumerate();
    let mut sentences: Vec<Sentence> = spans
        .map(|(place, span)| {
            let (address, from) = (text(span, "address"), text(span, "from"));
            let (english, japanese) = if place == 0 {
                (
                    format!("{name} was seen for the first time, at {address}."),
                    format!("{name} が初めて観測された（アドレス {address}）。"),
                )
            } else {
                (
                    format!("{name} was at {address} from here on."),
                    format!("{name} がアドレス {address} を使い始めた。"),
                )
            };
            Sentence {
                at: from.to_owned(),
                english,
                japanese,
                records: Vec::new(),
                query: minute(address, from),
                finding: None,
            }
        })
        .collect();
    let users = listed(&device["users"]);
    if let (Some(first), false) = (sentences.first_mut(), users.is_empty()) {
        first.english.push_str(&format!(" Users seen on it since: {}.", users.join(", ")));
        first.japanese.push_str(&format!("これまでに確認された利用者: {}。", users.join("、")));
    }
    sentences
}

fn of_finding(finding: &Value) -> Vec<Sentence> {
    let query: Vec<String> = listed(&finding["evidence"]).iter().map(|uid| format!("uid:{uid}")).collect();
    let (certainty, threat) = (&finding["certainty"], &finding["threat"]);
    let mut english = format!(
        "{} (certainty {certainty}, threat {threat})",
        text(finding, "summary").trim_end_matches('.')
    );
    let mut japanese = format!("{}（確度 {certainty}、脅威度 {threat}）", japanese::sentence(finding));
    if let Some(label) = finding["triage"]["label"].as_str() {
        let who = text(&finding["triage"], "who");
        english.push_str(&format!("; {who} says it is {label}"));
        japanese.push_str(&format!("。{who} の判断: {}", japanese::label(label)));
    } else if finding["state"] == "explained" {
        english.push_str("; what was learned since explains it");
        japanese.push_str("。その後の学習で説明がついた");
    }
    let told = Sentence {
        at: text(finding, "first_seen").to_owned(),
        english: format!("{english}."),
        japanese: format!("{japanese}。"),
        records: finding["evidence"].as_array().cloned().unwrap_or_default(),
        query: query.join(" or "),
        finding: Some(finding["id"].clone()),
    };
    vec![told]
}

/// Where lateral movement of others led to it.
fn reached_by_others(correlated: &Correlated, device: &Value) -> Vec<Sentence> {
    let spread =
        correlated.campaigns.iter().flat_map(|campaign| campaign["spread"].as_array().into_iter().flatten());
    let reached = spread.filter(|step| step["to_device"] == device["id"]);
    reached
        .map(|step| {
            let (from, name) = (text(step, "from"), text(device, "name"));
            let finding = correlated.findings.iter().find(|finding| finding["id"] == step["finding"]);
            let evidence = finding.map(|finding| listed(&finding["evidence"])).unwrap_or_default();
            let query: Vec<String> = evidence.iter().map(|uid| format!("uid:{uid}")).collect();
            Sentence {
                at: text(step, "at").to_owned(),
                english: format!("{from} moved on to {name}."),
                japanese: format!("{from} から {name} への侵入の動きがあった。"),
                records: evidence.iter().map(|uid| json!(uid)).collect(),
                query: query.join(" or "),
                finding: Some(step["finding"].clone()),
            }
        })
        .collect()
}

/// How it stands at the end of the traffic.
fn ending(correlated: &Correlated, device: &Value, findings: usize) -> Sentence {
    let (name, score, last) = (text(device, "name"), &device["score"], text(device, "last_seen"));
    let (threat, certainty) = (&score["threat"], &score["certainty"]);
    let mut english = if findings == 0 {
        format!("Nothing suspicious was found on {name}, which was seen last at {last}.")
    } else {
        format!(
            "By the end of the traffic {name} has threat {threat} and certainty {certainty}; it was seen last at {last}."
        )
    };
    let mut japanese = if findings == 0 {
        format!("{name} に不審な挙動は見つかっていない（最終観測 {last}）。")
    } else {
        format!("通信の終わりの時点で {name} の脅威度は {threat}、確度は {certainty}（最終観測 {last}）。")
    };
    for campaign in &correlated.campaigns {
        let hosts = campaign["hosts"].as_array().into_iter().flatten();
        if hosts.clone().any(|host| host["device"] == device["id"]) {
            let others = hosts.filter(|host| host["device"] != device["id"]);
            let others: Vec<&str> = others.map(|host| text(host, "name")).collect();
            let (id, zero) = (text(campaign, "id"), text(&campaign["patient_zero"], "name"));
            english.push_str(&format!(
                " It belongs to campaign {id} with {}, which began at {zero}.",
                others.join(", ")
            ));
            let others = others.join("、");
            japanese.push_str(&format!("{others} とともに攻撃キャンペーン {id} に属し、発端は {zero}。"));
        }
    }
    let addresses = device["addresses"].as_array().and_then(|spans| spans.last());
    let address = addresses.map(|span| text(span, "address")).unwrap_or_default();
    Sentence {
        at: last.to_owned(),
        english,
        japanese,
        records: Vec::new(),
        query: last_hour(address, last),
        finding: None,
    }
}

#[cfg(test)]
mod tests {
    use records::LocalNetworks;

    use super::*;

    #[test]
    fn a_story_is_told_in_order_and_each_sentence_has_its_records() {
        let device = json!({
            "id": "d1", "name": "PC-1", "names": ["PC-1"], "users": ["sato"], "last_seen": "2026-11-16T09:00:00Z",
            "addresses": [{"address": "10.0.0.1", "from": "2026-11-16T01:00:00Z", "to": "2026-11-16T09:00:00Z"}],
        });
        let finding = |id: &str, detection: &str, at: &str| {
            json!({
                "id": id, "detection": detection, "title": detection, "threat": 50, "certainty": 70, "state": "open",
                "device": {"id": "d1", "name": "PC-1", "users": ["sato"]}, "host": "10.0.0.1", "peers": ["10.0.0.9"],
                "first_seen": at, "last_seen": at, "summary": format!("PC-1 did {detection}."), "evidence": ["C1", "F2"],
                "facts": {"ports_tried": 1200, "seconds": 90.0}, "parts": {"threat": [], "certainty": []},
            })
        };
        let findings = vec![
            finding("f2", "port-scan", "2026-11-16T05:00:00Z"),
            finding("f1", "external-beacon", "2026-11-16T03:00:00Z"),
        ];
        let correlated = crate::correlate(findings, vec![device], &[], &LocalNetworks::default());
        for (language, words) in [
            (Language::English, ["first time", "external-beacon", "port-scan", "threat"]),
            (Language::Japanese, ["初めて", "定期的", "1,200", "脅威度"]),
        ] {
            let device = super::device(&correlated, "pc-1").unwrap();
            let told = story(&correlated, device, language);
            let sentences = told["sentences"].as_array().unwrap();
            assert_eq!(sentences.len(), 4, "{told:#}");
            for (sentence, word) in sentences.iter().zip(words) {
                assert!(sentence["text"].as_str().unwrap().contains(word), "{sentence:#} {word}");
                assert!(!sentence["query"].as_str().unwrap().is_empty());
            }
            assert_eq!(sentences[1]["records"], json!(["C1", "F2"]));
        }
        assert!(
            super::device(&correlated, "10.0.0.1").is_some()
                && super::device(&correlated, "10.0.0.2").is_none()
        );
    }

    fn at_address(id: &str, name: &str, from: &str, to: &str) -> Value {
        json!({
            "id": id, "name": name, "names": [], "users": [], "last_seen": to,
            "addresses": [{"address": "10.0.0.1", "from": from, "to": to}],
        })
    }

    #[test]
    fn an_address_means_who_held_it_last_also_where_devices_are_called_after_it() {
        let earlier = at_address("d1", "10.0.0.1", "2026-11-16T01:00:00Z", "2026-11-16T02:00:00Z");
        let later = at_address("d2", "10.0.0.1", "2026-11-17T01:00:00Z", "2026-11-17T02:00:00.500000Z");
        let latest = at_address("d3", "PC-3", "2026-11-17T02:00:00Z", "2026-11-17T02:00:01Z");
        let correlated =
            crate::correlate(Vec::new(), vec![earlier, later, latest], &[], &LocalNetworks::default());
        assert_eq!(device(&correlated, "10.0.0.1").unwrap()["id"], "d3");
        assert_eq!(device(&correlated, "D1").unwrap()["id"], "d1");
    }

    #[test]
    fn sentences_stand_in_the_order_of_time_and_queries_find_what_they_tell() {
        let device = at_address("d1", "PC-1", "2026-11-16T01:00:00Z", "2026-11-16T09:00:00Z");
        let at = "2026-11-16T01:00:00.000500Z";
        let finding = json!({
            "id": "f1", "detection": "port-scan", "title": "Port Scan", "threat": 50, "certainty": 70, "state": "open",
            "device": {"id": "d1", "name": "PC-1", "users": []}, "host": "10.0.0.1", "peers": [], "facts": {},
            "first_seen": at, "last_seen": at, "summary": "It scanned.", "evidence": [],
        });
        let other = json!({
            "id": "d9", "name": "PC-9", "names": [], "last_seen": "2026-12-01T00:00:00Z", "addresses": [],
        });
        let correlated = crate::correlate(vec![finding], vec![device, other], &[], &LocalNetworks::default());
        let told = story(&correlated, &correlated.devices[0], Language::English);
        let text = |place: usize| told["sentences"][place]["text"].as_str().unwrap();
        assert!(text(0).contains("first time") && text(1).contains("scanned"), "{told:#}");
        let query = told["sentences"][2]["query"].as_str().unwrap();
        assert_eq!(query, "host:10.0.0.1 since:2026-11-16T08:00:00Z until:2026-11-16T09:00:01Z");
    }

    #[test]
    fn who_was_reached_is_told_by_id_not_by_name() {
        let device = at_address("d1", "PC", "2026-11-16T01:00:00Z", "2026-11-16T09:00:00Z");
        let mut namesake = device.clone();
        (namesake["id"], namesake["addresses"]) = (json!("d2"), json!([]));
        let spread = json!([{"at": "2026-11-16T02:00:00Z", "from": "X", "to": "PC", "to_device": "d1", "finding": "f1"}]);
        let campaign = json!({"id": "c1", "hosts": [], "spread": spread});
        let correlated = Correlated {
            devices: vec![device, namesake],
            campaigns: vec![campaign],
            ..Correlated::default()
        };
        let reached = |place: usize| {
            let told = story(&correlated, &correlated.devices[place], Language::English).to_string();
            told.contains("X moved on to PC")
        };
        assert_eq!((reached(0), reached(1)), (true, false));
    }
}
