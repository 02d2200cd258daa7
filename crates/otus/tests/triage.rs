//! `otus triage` on the demo: marks and rules act at once, teach, show before they hold, and can be taken back.
#![cfg(test)]

#[expect(dead_code, reason = "of the ways to run the program this one needs some")]
mod program;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use program::{Captures, day, errors, otus, text};
use serde_json::Value;

fn lake(captures: &Captures) -> String {
    let monday = captures.file("3.pcap", &day("day-3-monday.pcap.zst"));
    let thursday = captures.file("1.pcap", &day("day-1-thursday.pcap.zst"));
    let lake = captures.path("lake");
    let output = otus(&["analyze", "--lake", &lake, &thursday, &monday]);
    assert!(output.status.success(), "{}", errors(&output));
    lake
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn findings(lake: &str) -> Vec<Value> {
    lines(&text(&otus(&["findings", "--lake", lake, "--json"])))
}

fn of<'a>(findings: &'a [Value], detection: &str) -> Vec<&'a Value> {
    findings.iter().filter(|finding| finding["detection"] == detection).collect()
}

fn triage(lake: &str, arguments: &[&str]) -> String {
    let command = [&["triage", arguments[0], "--lake", lake, "--who", "sato"], &arguments[1..]].concat();
    let output = otus(&command);
    assert!(output.status.success(), "{command:?}: {}", errors(&output));
    text(&output)
}

#[test]
fn a_mark_closes_a_finding_and_teaches_how_often_its_detection_is_wrong() {
    let captures = Captures::new();
    let lake = lake(&captures);
    let before = findings(&lake);
    let beacons = of(&before, "external-beacon");
    assert!(beacons.len() >= 2, "{beacons:?}");
    let id = |finding: &Value| finding["id"].as_str().unwrap().to_owned();
    triage(&lake, &["mark", &id(beacons[0]), "--as", "wrong", "--why", "clock skew"]);
    let after = findings(&lake);
    let find =
        |findings: &[Value], wanted: &str| findings.iter().find(|one| id(one) == wanted).unwrap().clone();
    let (marked, other) = (find(&after, &id(beacons[0])), find(&after, &id(beacons[1])));
    assert_eq!((&marked["state"], &marked["certainty"]), (&"wrong".into(), &1.into()));
    assert_eq!(marked["triage"]["why"], "clock skew");
    // Beta(1, 3) with one false alarm more: 2 of 5, so half the odds.
    let odds = |finding: &Value| {
        let certainty = finding["certainty"].as_f64().unwrap() / 100.0;
        certainty / (1.0 - certainty)
    };
    assert!((odds(&other) / odds(beacons[1]) - 0.5).abs() < 0.03, "{other:#}");
    let part = other["parts"]["certainty"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(part["name"], "labels");
    let sum: i64 = other["parts"]["certainty"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["value"].as_i64().unwrap())
        .sum();
    assert_eq!(Some(sum.clamp(1, 99)), other["certainty"].as_i64());
    let people = text(&otus(&["findings", "--lake", &lake]));
    assert!(people.contains("1 more finding silenced"), "{people}");
    let explained = text(&otus(&["explain", "--lake", &lake, &id(beacons[1]), "--stored"]));
    assert!(explained.contains("false alarms of this detection here: 40 %"), "{explained}");
    triage(&lake, &["undo", "1", "--why", "it was real"]);
    assert_eq!(findings(&lake), before);
}

#[test]
fn a_rule_shows_first_then_acts_at_once_and_on_runs_to_come() {
    let captures = Captures::new();
    let lake = lake(&captures);
    let before = findings(&lake);
    let scans = of(&before, "port-scan");
    let host = scans[0]["host"].as_str().unwrap();
    let rule = ["rule", "--device", host, "--detection", "port-*", "--as", "permitted", "--why", "audit"];
    let shown = triage(&lake, &rule);
    assert!(
        shown.contains(scans[0]["id"].as_str().unwrap()) && shown.contains("1 finding silenced"),
        "{shown}"
    );
    assert_eq!(findings(&lake), before, "a rule that is only shown does nothing");
    let ended = triage(&lake, &[&rule[..], &["--until", "2026-11-15", "--save"]].concat());
    assert!(ended.contains("0 findings silenced"), "{ended}");
    triage(&lake, &[&rule[..], &["--save"]].concat());
    let after = findings(&lake);
    assert_eq!(of(&after, "port-scan").iter().find(|one| one["host"] == host).unwrap()["state"], "permitted");
    let friday = captures.file("2.pcap", &day("day-2-friday.pcap.zst"));
    let output = otus(&["analyze", "--lake", &lake, &friday]);
    assert!(output.status.success(), "{}", errors(&output));
    assert!(!text(&output).contains(&format!("{} tried", scans[0]["device"]["name"].as_str().unwrap())));
    let listed = lines(&triage_list(&lake));
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[1]["decision"]["device"], &listed[1]["who"]), (&host.into(), &"sato".into()));
    let refused = otus(&["triage", "rule", "--lake", &lake, "--as", "noise", "--why", "x", "--who", "y"]);
    assert!(errors(&refused).contains("silence everything"), "{}", errors(&refused));
}

#[test]
fn a_finding_that_is_not_found_again_stays_as_long_as_somebody_says_what_it_is() {
    let captures = Captures::new();
    let lake = lake(&captures);
    let before = findings(&lake);
    let database = rusqlite::Connection::open(format!("{lake}/casebook.sqlite")).unwrap();
    let made_up = "INSERT INTO findings SELECT 'f00000000000000aa', detection, device, host, first_seen, last_seen, raised,
        threat, certainty, state, json_set(body, '$.id', 'f00000000000000aa') FROM findings LIMIT 1";
    let is_there =
        || findings(&lake).iter().any(|finding| finding["id"].as_str() == Some("f00000000000000aa"));
    assert_eq!(database.execute(made_up, []).unwrap(), 1);
    triage(&lake, &["mark", "f00000000000000aa", "--as", "noise", "--why", "x"]);
    for command in ["rescore", "analyze"] {
        assert!(otus(&[command, "--lake", &lake]).status.success(), "{command}");
        assert!(is_there(), "{command}");
    }
    triage(&lake, &["undo", "1", "--why", "y"]);
    assert!(otus(&["rescore", "--lake", &lake]).status.success());
    assert!(!is_there());
    // What no run of the lake led to does not outlast the next one either.
    assert_eq!(database.execute(made_up, []).unwrap(), 1);
    assert!(otus(&["analyze", "--lake", &lake]).status.success());
    assert_eq!(findings(&lake), before);
}

fn triage_list(lake: &str) -> String {
    text(&otus(&["triage", "list", "--lake", lake, "--json"]))
}

#[test]
fn a_decision_that_was_told_survives_a_kill() {
    let captures = Captures::new();
    let lake = lake(&captures);
    let ids: Vec<String> = findings(&lake).iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_otus"));
    command.args(["triage", "mark", "--lake", &lake, "--as", "noise", "--why", "x", "--who", "y"]).args(&ids);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = told.next().unwrap().unwrap();
    assert!(first.starts_with("decision 1:"), "{first}");
    child.kill().unwrap();
    child.wait().unwrap();
    let told = 1 + told.map_while(Result::ok).filter(|line| line.starts_with("decision ")).count();
    let kept = lines(&triage_list(&lake));
    assert!(kept.len() >= told, "{told} were told, {} kept", kept.len());
    assert_eq!(kept[0]["decision"]["finding"], ids[0].as_str());
    // The folder can be used at once.
    triage(&lake, &["undo", "1", "--why", "z"]);
}
