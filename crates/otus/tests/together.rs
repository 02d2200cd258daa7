//! What findings say together: scores, campaigns, stories, and the past scored again. Logs of a made office are the input:
//! one host guesses a password of another, which then scans a third.
#![cfg(test)]

#[expect(dead_code, reason = "of the ways to run the program this one needs some")]
mod program;

use program::{Captures, errors, otus, text};
use serde_json::{Value, json};

const MONDAY: f64 = 1_794_787_200.0;

fn ends(orig: &str, resp: &str, port: u16) -> Value {
    json!({"id.orig_h": orig, "id.orig_p": 40_000 + port % 20_000, "id.resp_h": resp, "id.resp_p": port})
}

fn line(at: f64, number: usize, ends: &Value, rest: Value) -> String {
    let mut record = rest;
    record["ts"] = json!(at);
    record["uid"] = json!(format!("C{number:017}"));
    for (name, value) in ends.as_object().unwrap() {
        record[name] = value.clone();
    }
    format!("{record}\n")
}

/// The logs of the attack.
fn attack(captures: &Captures) -> String {
    let (mut conn, mut login) = (String::new(), String::new());
    for guess in 0..60_usize {
        let at = MONDAY + 3600.0 + guess as f64 * 2.0;
        let ends = ends("10.0.0.5", "10.0.0.9", 21);
        let tried = json!({"service": "ftp", "method": "password", "user": "victim01", "success": guess == 59, "status": "530"});
        login.push_str(&line(at, guess, &ends, tried));
        let told = json!({"proto": "tcp", "service": "ftp", "duration": 1.0, "orig_bytes": 40, "resp_bytes": 60, "conn_state": "SF", "history": "ShADadFf", "orig_pkts": 6, "resp_pkts": 6});
        conn.push_str(&line(at, guess, &ends, told));
    }
    for port in 0..80_u16 {
        let at = MONDAY + 7200.0 + f64::from(port) * 0.1;
        let told =
            json!({"proto": "tcp", "conn_state": "REJ", "history": "Sr", "orig_pkts": 1, "resp_pkts": 1});
        conn.push_str(&line(at, 1000 + usize::from(port), &ends("10.0.0.9", "10.0.0.20", 1000 + port), told));
    }
    captures.file("attack/login.log", login.as_bytes());
    captures.file("attack/conn.log", conn.as_bytes());
    captures.path("attack")
}

/// Quiet traffic four days later.
fn later(captures: &Captures) -> String {
    let told = json!({"proto": "tcp", "conn_state": "SF", "history": "ShADadFf", "orig_bytes": 10, "resp_bytes": 10, "orig_pkts": 5, "resp_pkts": 5});
    let lines: String = (0..20_usize)
        .map(|number| {
            line(
                MONDAY + 4.0 * 86_400.0 + number as f64 * 60.0,
                5000 + number,
                &ends("10.0.0.5", "10.0.0.20", 80),
                told.clone(),
            )
        })
        .collect();
    captures.file("later/conn.log", lines.as_bytes());
    captures.path("later")
}

fn analyzed(lake: &str, logs: &str) {
    let output = otus(&["analyze", "--lake", lake, logs]);
    assert!(output.status.success(), "{}", errors(&output));
}

fn lines(arguments: &[&str]) -> Vec<Value> {
    let output = otus(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", errors(&output));
    text(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn score(lake: &str, address: &str) -> (i64, i64) {
    let devices = lines(&["devices", "--lake", lake, "--json"]);
    let device = devices.iter().find(|device| device["name"] == address).unwrap();
    let number = |name: &str| device["score"][name].as_i64().unwrap();
    for name in ["threat", "certainty"] {
        let parts = device["score"]["parts"][name].as_array().unwrap();
        assert_eq!(
            parts.iter().map(|part| part["value"].as_i64().unwrap()).sum::<i64>(),
            number(name),
            "{device:#}"
        );
    }
    (number("threat"), number("certainty"))
}

#[test]
fn hosts_of_one_path_are_a_campaign_and_their_scores_fall_when_it_stops() {
    let captures = Captures::new();
    let lake = captures.path("lake");
    analyzed(&lake, &attack(&captures));
    let campaigns = lines(&["campaigns", "--lake", &lake, "--json"]);
    assert_eq!(campaigns.len(), 1, "{campaigns:#?}");
    let campaign = &campaigns[0];
    assert_eq!(
        (&campaign["patient_zero"]["name"], &campaign["state"]),
        (&json!("10.0.0.5"), &json!("active"))
    );
    assert_eq!(
        (&campaign["spread"][0]["from"], &campaign["spread"][0]["to"]),
        (&json!("10.0.0.5"), &json!("10.0.0.9"))
    );
    assert!(text(&otus(&["findings", "--lake", &lake])).contains("campaign c"));
    let (threat, certainty) = score(&lake, "10.0.0.5");
    assert!(threat >= 50 && certainty >= 50, "{threat} {certainty}");
    let accounts = lines(&["devices", "--lake", &lake, "--accounts", "--json"]);
    assert_eq!(
        (&accounts[0]["account"], &accounts[0]["devices"]),
        (&json!("victim01"), &json!(["10.0.0.5", "10.0.0.9"]))
    );
    analyzed(&lake, &later(&captures));
    let (threat_later, certainty_later) = score(&lake, "10.0.0.5");
    // Two half-lives of 48 hours.
    assert!((threat_later - threat / 4).abs() <= 1 && (certainty_later - certainty / 4).abs() <= 1);
    assert_eq!(lines(&["campaigns", "--lake", &lake, "--json"])[0]["state"], "over");
}

#[test]
fn the_story_of_a_device_is_told_in_two_languages_with_its_records() {
    let captures = Captures::new();
    let lake = captures.path("lake");
    analyzed(&lake, &attack(&captures));
    for (language, words) in [
        ("en", ["first time", "moved on to", "tried 80 ports", "campaign"]),
        ("ja", ["初めて", "侵入の動き", "80 個のポート", "キャンペーン"]),
    ] {
        let story = &lines(&["story", "--lake", &lake, "10.0.0.9", "--language", language, "--json"])[0];
        let sentences = story["sentences"].as_array().unwrap();
        let told: Vec<&str> = sentences.iter().map(|sentence| sentence["text"].as_str().unwrap()).collect();
        for word in words {
            assert!(told.iter().any(|text| text.contains(word)), "{word}: {told:#?}");
        }
        assert!(sentences.is_sorted_by_key(|sentence| sentence["at"].as_str().unwrap().to_owned()));
        for sentence in sentences {
            let query = sentence["query"].as_str().unwrap();
            assert!(
                !lines(&["search", "--lake", &lake, query, "--json", "--limit", "1"]).is_empty(),
                "{query}"
            );
        }
    }
    let unknown = otus(&["story", "--lake", &lake, "nobody"]);
    assert!(errors(&unknown).contains("there is no device `nobody`"), "{}", errors(&unknown));
}

#[test]
fn the_past_scored_again_is_as_it_was_and_makes_good_what_was_changed() {
    let captures = Captures::new();
    let lake = captures.path("lake");
    analyzed(&lake, &attack(&captures));
    analyzed(&lake, &later(&captures));
    let before = text(&otus(&["findings", "--lake", &lake, "--json"]));
    assert_eq!(lines(&["rescore", "--lake", &lake, "--json"]), [] as [Value; 0]);
    assert_eq!(text(&otus(&["findings", "--lake", &lake, "--json"])), before);
    // As another version of a detection would have left it.
    let database = rusqlite::Connection::open(format!("{lake}/casebook.sqlite")).unwrap();
    let changed = "UPDATE findings SET body = json_set(body, '$.certainty', 3) WHERE detection = 'port-scan'";
    assert_eq!(database.execute(changed, []).unwrap(), 1);
    database.execute("DELETE FROM findings WHERE detection = 'brute-force-ftp'", []).unwrap();
    let mut changes: Vec<String> = lines(&["rescore", "--lake", &lake, "--json"])
        .iter()
        .map(|change| {
            format!("{} {}", change["change"].as_str().unwrap(), change["detection"].as_str().unwrap())
        })
        .collect();
    changes.sort();
    // One on who guessed, one on the host that let him in.
    assert_eq!(changes, ["changed port-scan", "new brute-force-ftp", "new brute-force-ftp"]);
    assert_eq!(text(&otus(&["findings", "--lake", &lake, "--json"])), before);
    // The brain that was made again is the one that goes on.
    analyzed(&lake, &captures.path("later"));
    assert_eq!(text(&otus(&["findings", "--lake", &lake, "--json"])), before);
}
