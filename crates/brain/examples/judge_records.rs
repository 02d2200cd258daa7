//! Runs the brain over folders of records as JSON lines (`<type>.log`, our own or Zeek's):
//!
//! ```text
//! judge_records LEARN... [-- DAY SCENARIO...]
//! ```
//!
//! Each folder before `--` is one run, in order; those after it are merged by time into one more. Prints the
//! findings as `otus findings` would name them.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use brain::{Brain, Config, Finding};
use records::{AnyRecord, RECORD_TYPES, Timestamp, read_json};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let arguments: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|argument| *argument != "--json").collect();
    let mut parts = arguments.split(|argument| *argument == "--");
    let mut brain = Brain::new(Config::default());
    for folder in parts.next().unwrap_or_default() {
        brain = run(brain, &[PathBuf::from(folder)]);
    }
    if let Some(merged) = parts.next() {
        brain = run(brain, &merged.iter().map(PathBuf::from).collect::<Vec<_>>());
    }
    for finding in brain.findings() {
        if json {
            println!("{}", finding.to_json());
        } else {
            tell(finding);
        }
    }
    eprintln!("{} devices", brain.devices().count());
}

/// One run: reads, observes, then saves and loads as a second `otus analyze` would.
fn run(mut brain: Brain, folders: &[PathBuf]) -> Brain {
    let mut records = Vec::new();
    for folder in folders {
        read_folder(folder, &mut records);
    }
    records.sort_by_key(written_at);
    for record in &records {
        brain.observe(record);
    }
    brain.finish();
    let saved = brain.save().unwrap_or_default();
    eprintln!("{} records of {} folders; checkpoint of {} bytes", records.len(), folders.len(), saved.len());
    Brain::load(Config::default(), &saved).unwrap_or(brain)
}

fn read_folder(folder: &Path, records: &mut Vec<AnyRecord>) {
    let mut refused: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for shape in RECORD_TYPES {
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{}.log", shape.name))) else { continue };
        for line in text.lines() {
            match read_json(shape.name, line) {
                Ok(record) => records.push(record),
                Err(error) => {
                    let entry = refused.entry(shape.name).or_insert_with(|| (0, format!("{error}: {line}")));
                    entry.0 += 1;
                }
            }
        }
    }
    for (name, (count, first)) in refused {
        eprintln!("{}: {count} records of {name} not read, e.g. {first}", folder.display());
    }
}

/// When a sensor would have written the record: a connection when it was over.
fn written_at(record: &AnyRecord) -> Timestamp {
    match record {
        AnyRecord::Conn(conn) => conn.ts + conn.duration.unwrap_or_default(),
        AnyRecord::File(file) => file.ts + file.duration,
        _ => record.ts(),
    }
}

fn tell(finding: &Finding) {
    println!(
        "{} {} {} ({}) threat {} certainty {} {}..{}\n    {}",
        if finding.is_alert() { "ALERT" } else { "     " },
        finding.detection,
        finding.host,
        finding.device.name,
        finding.threat,
        finding.certainty,
        finding.first_seen,
        finding.last_seen,
        finding.summary,
    );
    for part in &finding.parts.certainty {
        println!("      {:+4} {}: {}", part.points, part.name, part.reason);
    }
}
