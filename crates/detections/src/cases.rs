//! Runs the cases of all detections: `<detection>/cases/fires-*.case` and `quiet-*.case`.
//!
//! A case is text, one line each:
//!
//! ```text
//! start 2026-11-16T01:00:00Z            when it begins (that Monday if not said)
//! history 144 hours 14 devices          what the world looks back on (nothing if not said)
//! +10s conn 10.0.0.5:1024>198.51.100.7:80 proto=tcp conn_state=SF orig_bytes=100
//! every 60s x 20 jitter 10% http 10.0.0.5:{port}>198.51.100.7:80 host=a.example uri=/{n}
//! expect host=10.0.0.5 certainty>=80 peer=198.51.100.7 period_seconds=60
//! ```
//!
//! Each record comes that long after the one before; `every` repeats it, the first at once. `{n}` is the number of the
//! repeat, `{port}` a port that changes with it, `{uid}` a name that does; columns that are not named are empty or
//! zero, `uid` and `ts` are made. `normal.` stands before what is normal, `summary=` is a part of the sentence. A case that fires expects at least one alert of the detection, and what `expect` says of it;
//! a quiet one none. Findings of other detections do not matter.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use records::{AnyRecord, Interval, RECORD_TYPES, read_json};
use serde_json::{Map, Value, json};
use world::World;

use crate::{DETECTIONS, Finding, Findings, Watches};

const MONDAY: i64 = 1_794_787_200;

struct Case {
    records: Vec<AnyRecord>,
    history: Option<(u32, f64)>,
    expectations: Vec<String>,
}

fn read(path: &Path) -> Case {
    let text = std::fs::read_to_string(path).unwrap();
    let mut case = Case { records: Vec::new(), history: None, expectations: Vec::new() };
    let mut clock = MONDAY as f64;
    let mut serial = 0_u32;
    let mut timed: Vec<(f64, AnyRecord)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["start", when] => clock = seconds_of(when),
            ["history", hours, "hours", devices, "devices"] => {
                case.history = Some((hours.parse().unwrap(), devices.parse().unwrap()));
            }
            ["expect", rest @ ..] => case.expectations.extend(rest.iter().map(|word| (*word).to_owned())),
            ["every", step, "x", count, rest @ ..] => {
                let (jitter, rest) = match rest {
                    ["jitter", share, rest @ ..] => {
                        (share.trim_end_matches('%').parse::<f64>().unwrap() / 100.0, rest)
                    }
                    rest => (0.0, rest),
                };
                for n in 0..count.parse::<u32>().unwrap() {
                    if n > 0 {
                        // Any spread will do: the golden ratio's multiples lie evenly.
                        let spread = (f64::from(n) * 0.618_034).fract() * 2.0 - 1.0;
                        clock += span_of(step) * (1.0 + jitter * spread);
                    }
                    serial += 1;
                    timed.push((clock, record(rest, clock, n, serial)));
                }
            }
            [step, rest @ ..] if step.starts_with('+') => {
                clock += span_of(step.trim_start_matches('+'));
                serial += 1;
                timed.push((clock, record(rest, clock, 0, serial)));
            }
            _ => panic!("{}: what is `{line}`?", path.display()),
        }
    }
    timed.sort_by(|left, right| left.0.total_cmp(&right.0));
    case.records = timed.into_iter().map(|(_, record)| record).collect();
    case
}

fn record(words: &[&str], clock: f64, n: u32, serial: u32) -> AnyRecord {
    let [name, rest @ ..] = words else { panic!("a record needs a type") };
    let shape =
        RECORD_TYPES.iter().find(|shape| shape.name == *name).unwrap_or_else(|| panic!("no type `{name}`"));
    let mut object = Map::new();
    object.insert("ts".to_owned(), json!(clock));
    object.insert("uid".to_owned(), json!(format!("C{serial:017}")));
    for word in rest {
        let word = word
            .replace("{n}", &n.to_string())
            .replace("{port}", &(20_000 + serial % 40_000).to_string())
            .replace("{uid}", &format!("C{serial:017}"));
        match word.split_once('=') {
            Some((column, value)) => {
                let kind = shape
                    .columns
                    .iter()
                    .find(|known| known.name == column)
                    .unwrap_or_else(|| panic!("no column `{column}`"))
                    .kind;
                object.insert(column.to_owned(), value_of(kind, &value.replace('_', " ").replace("  ", "_")));
            }
            None => ends(&word, &mut object),
        }
    }
    read_json(name, &Value::Object(object).to_string()).unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

fn ends(word: &str, object: &mut Map<String, Value>) {
    let (orig, resp) = word.split_once('>').unwrap_or_else(|| panic!("what is `{word}`?"));
    for (side, text) in [("orig", orig), ("resp", resp)] {
        let (address, port) = text.rsplit_once(':').unwrap();
        object.insert(format!("id.{side}_h"), json!(address));
        object.insert(format!("id.{side}_p"), json!(port.parse::<u16>().unwrap()));
    }
}

fn value_of(kind: records::Kind, text: &str) -> Value {
    use records::Kind;
    match kind {
        Kind::Bool => json!(text == "true"),
        Kind::Count | Kind::Integer => {
            json!(text.parse::<u64>().unwrap_or_else(|_| panic!("`{text}` is no number")))
        }
        Kind::Double | Kind::Timestamp | Kind::Interval => json!(text.parse::<f64>().unwrap()),
        Kind::TextList | Kind::AddressList => json!(text.split(',').collect::<Vec<_>>()),
        Kind::CountList => {
            json!(text.split(',').map(|one| one.parse::<u64>().unwrap()).collect::<Vec<_>>())
        }
        Kind::IntervalList => {
            json!(text.split(',').map(|one| one.parse::<f64>().unwrap()).collect::<Vec<_>>())
        }
        Kind::Text | Kind::Address => json!(text),
    }
}

fn span_of(text: &str) -> f64 {
    let split = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scale = BTreeMap::from([("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)]);
    number.parse::<f64>().unwrap() * scale.get(unit).unwrap_or_else(|| panic!("what is `{text}`?"))
}

/// RFC 3339, UTC, whole seconds: `2026-11-16T01:00:00Z`, as an offset from that Monday.
fn seconds_of(when: &str) -> f64 {
    let number = |range: std::ops::Range<usize>| when[range].parse::<i64>().unwrap();
    let day = number(8..10) - 16;
    assert!(when.starts_with("2026-11-"), "cases happen in November 2026");
    (MONDAY + day * 86_400 + number(11..13) * 3600 + number(14..16) * 60 + number(17..19)) as f64
}

fn run(case: &Case) -> Vec<Finding> {
    run_with(case, Watches::default())
}

fn run_with(case: &Case, mut watches: Watches) -> Vec<Finding> {
    let mut world = World::new(world::Config::default());
    if let Some((hours, devices)) = case.history {
        world.pretend_history(hours, devices);
    }
    let mut findings = Findings::default();
    for record in &case.records {
        watches.observe(record, &mut world, &mut findings);
    }
    watches.finish(&world, &mut findings);
    findings.all().to_vec()
}

fn is_met(finding: &Finding, expectation: &str) -> bool {
    if let Some(least) = expectation.strip_prefix("certainty>=") {
        return finding.certainty >= least.parse().unwrap();
    }
    if let Some(least) = expectation.strip_prefix("threat>=") {
        return finding.threat >= least.parse().unwrap();
    }
    let (name, value) = expectation.split_once('=').unwrap();
    match name {
        "host" => finding.host.to_string() == value,
        "peer" => finding.peers.iter().any(|peer| peer.to_string() == value),
        "summary" => finding.summary.contains(&value.replace('_', " ")),
        "part" => finding.parts.certainty.iter().any(|part| part.name == value.replace('_', " ")),
        fact => {
            let told = finding.to_json();
            let found = match fact.strip_prefix("normal.") {
                Some(fact) => &told["baseline"][fact],
                None => &told["facts"][fact],
            };
            match (found.as_f64(), value.parse::<f64>()) {
                // Measures are named within 2 %.
                (Some(found), Ok(wanted)) => (found - wanted).abs() <= wanted.abs() * 0.02,
                _ => found.to_string().contains(&value.replace('_', " ")),
            }
        }
    }
}

fn folder(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(id.replace('-', "_"))
}

fn cases(id: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder(id).join("cases")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn every_case_fires_or_is_quiet_as_it_says() {
    let mut wrong = Vec::new();
    for detection in DETECTIONS {
        for path in cases(detection.id) {
            let case = read(&path);
            let found = run(&case);
            let of_it = || found.iter().filter(|finding| finding.detection == detection.id);
            let told = || of_it().map(|finding| format!("\n  {:#}", finding.to_json())).collect::<String>();
            let fires = path.file_name().unwrap().to_string_lossy().starts_with("fires-");
            let alert = of_it().find(|finding| finding.is_alert());
            match alert {
                None if fires => wrong.push(format!("{} does not fire{}", path.display(), told())),
                Some(_) if !fires => wrong.push(format!("{} is not quiet{}", path.display(), told())),
                Some(_) => {
                    for expectation in &case.expectations {
                        if !of_it().any(|finding| finding.is_alert() && is_met(finding, expectation)) {
                            wrong.push(format!("{}: `{expectation}` is not met{}", path.display(), told()));
                        }
                    }
                }
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_watch_needs_records_that_it_does_not_ask_for() {
    for path in DETECTIONS.iter().flat_map(|detection| cases(detection.id)) {
        let case = read(&path);
        let told = |findings: Vec<Finding>| findings.iter().map(Finding::to_json).collect::<Vec<_>>();
        let given_all = run_with(&case, Watches::reading_everything());
        assert_eq!(told(run(&case)), told(given_all), "{}", path.display());
    }
}

#[test]
fn every_detection_has_a_page_and_cases_and_its_place() {
    assert!(DETECTIONS.is_sorted_by(|left, right| left.id < right.id), "the list is sorted by id");
    for detection in DETECTIONS {
        let names: Vec<String> = cases(detection.id)
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        for kind in ["fires-", "quiet-"] {
            assert!(
                names.iter().any(|name| name.starts_with(kind)),
                "{} has no case `{kind}*`",
                detection.id
            );
        }
        for heading in [
            "## What it detects",
            "## Why it matters",
            "## What drives threat and certainty",
            "## Benign causes",
            "## How to check",
        ] {
            assert!(detection.readme.contains(heading), "{} says nothing under `{heading}`", detection.id);
        }
        assert!(detection.readme.starts_with(&format!("# {}\n", detection.title)), "{}", detection.id);
        for technique in detection.techniques {
            let digits = technique.trim_start_matches('T').replace('.', "");
            assert!(
                technique.starts_with('T') && digits.len() >= 4 && digits.parse::<u32>().is_ok(),
                "{technique}"
            );
        }
    }
}

#[test]
fn a_checkpoint_in_the_middle_changes_nothing() {
    for detection in DETECTIONS {
        for path in cases(detection.id) {
            let case = read(&path);
            let whole = run(&case);
            let mut world = World::new(world::Config::default());
            if let Some((hours, devices)) = case.history {
                world.pretend_history(hours, devices);
            }
            let (mut watches, mut findings) = (Watches::default(), Findings::default());
            for (place, record) in case.records.iter().enumerate() {
                if place == case.records.len() / 2 {
                    let saved = watches.save();
                    watches = Watches::default();
                    watches.restore(&saved).unwrap();
                    world = postcard::from_bytes(&postcard::to_allocvec(&world).unwrap()).unwrap();
                    findings = postcard::from_bytes(&postcard::to_allocvec(&findings).unwrap()).unwrap();
                }
                watches.observe(record, &mut world, &mut findings);
            }
            watches.finish(&world, &mut findings);
            let ids = |findings: &[Finding]| {
                findings.iter().map(|finding| (finding.id.clone(), finding.certainty)).collect::<Vec<_>>()
            };
            assert_eq!(ids(findings.all()), ids(&whole), "{}", path.display());
        }
    }
}

#[test]
fn traffic_may_go_back_in_time() {
    let path = folder("external-beacon").join("cases/fires-http-every-minute.case");
    let case = read(&path);
    let mut world = World::new(world::Config::default());
    let (mut watches, mut findings) = (Watches::default(), Findings::default());
    for shift in [0_i64, -30, 30, -400] {
        for record in &case.records {
            let mut record = record.clone();
            if let AnyRecord::Conn(conn) = &mut record {
                conn.ts = conn.ts + Interval::from_secs(shift * 86_400);
            }
            watches.observe(&record, &mut world, &mut findings);
        }
    }
    assert!(findings.all().iter().all(|finding| finding.first_seen <= finding.last_seen));
}
