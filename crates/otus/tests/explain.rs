//! `otus explain` on the demo: every number of every finding is made again from the records of the lake.
#![cfg(test)]

#[expect(dead_code, reason = "of the ways to run the program this one needs some")]
mod program;

use program::{Captures, day, errors, otus, text};
use serde_json::Value;

fn lake(captures: &Captures) -> String {
    let (thursday, monday) = (day("day-1-thursday.pcap.zst"), day("day-3-monday.pcap.zst"));
    let days = [captures.file("1.pcap", &thursday), captures.file("3.pcap", &monday)];
    let lake = captures.path("lake");
    for day in &days {
        let output = otus(&["analyze", "--lake", &lake, day]);
        assert!(output.status.success(), "{}", errors(&output));
    }
    lake
}

fn json(arguments: &[&str]) -> Vec<Value> {
    text(&otus(arguments)).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_number_of_every_finding_is_made_again_from_the_records() {
    let captures = Captures::new();
    let lake = lake(&captures);
    let findings = json(&["findings", "--lake", &lake, "--json"]);
    assert!(findings.len() > 8, "{}", findings.len());
    let mut rarities = 0;
    for finding in &findings {
        let id = finding["id"].as_str().unwrap();
        let told = &json(&["explain", "--lake", &lake, id, "--json"])[0];
        assert_eq!(told["agrees"], true, "{told:#}");
        for number in ["threat", "certainty"] {
            assert_eq!(told[number]["again"], finding[number], "{told:#}");
            assert_eq!(told[number]["sum"], finding[number], "{told:#}");
        }
        assert_eq!(told["facts"].as_array().unwrap().len(), finding["facts"].as_object().unwrap().len());
        assert!(told["evidence"]["count"].as_u64() >= Some(1), "{told:#}");
        assert!(told["between"]["count"].as_u64() >= Some(1), "{told:#}");
        assert!(!told["steps"].as_array().unwrap().is_empty(), "{told:#}");
        rarities += u32::from(told["rarity"]["agrees"] == true);
    }
    assert!(rarities >= 3, "{rarities} findings put their rarity into its formula");
}

#[test]
fn a_number_that_the_records_do_not_bear_out_is_named() {
    let captures = Captures::new();
    let lake = lake(&captures);
    let database = rusqlite::Connection::open(format!("{lake}/casebook.sqlite")).unwrap();
    let changed = "UPDATE findings SET body = json_set(body, '$.facts.failures', 7) \
         WHERE detection = 'brute-force-ftp' AND json_extract(body, '$.facts.attacked') IS NULL";
    assert_eq!(database.execute(changed, []).unwrap(), 1);
    let findings = json(&["findings", "--lake", &lake, "--json"]);
    let forged = findings.iter().find(|finding| finding["facts"]["failures"] == 7).unwrap();
    let id = forged["id"].as_str().unwrap();
    let told = &json(&["explain", "--lake", &lake, id, "--json"])[0];
    assert_eq!(told["agrees"], false);
    let facts = told["facts"].as_array().unwrap();
    let wrong: Vec<&Value> = facts.iter().filter(|fact| fact["agrees"] == false).collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!((&wrong[0]["name"], &wrong[0]["again"]), (&"failures".into(), &509.into()));
    let people = text(&otus(&["explain", "--lake", &lake, id]));
    assert!(people.contains("failures: 7  now 509"), "{people}");
    let unknown = otus(&["explain", "--lake", &lake, "f00000000"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(errors(&unknown).contains("there is no finding `f00000000`"), "{}", errors(&unknown));
}
