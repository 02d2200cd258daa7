//! After a crash at any point the brain comes to the state that it would have had: from a checkpoint and the records of the
//! lake, or from the records alone.
#![cfg(test)]

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use program::{Captures, counted, day, errors, leave_unfinished, otus, start, text, thursday};
use serde_json::Value;

const DAYS: [&str; 3] = ["day-1-thursday.pcap.zst", "day-2-friday.pcap.zst", "day-3-monday.pcap.zst"];

/// The days of the demo in a folder of the test.
fn days(captures: &Captures) -> [String; 3] {
    DAYS.map(|name| captures.file(name.trim_end_matches(".zst"), &day(name)))
}

fn analyze(lake: &str, capture: &str) -> String {
    let output = otus(&["analyze", "--lake", lake, capture]);
    assert!(output.status.success(), "{}", errors(&output));
    errors(&output)
}

/// Brings what the lake holds to its end; gives what is said of it.
fn catch_up(lake: &str) -> String {
    let output = otus(&["analyze", "--lake", lake]);
    assert!(output.status.success(), "{}", errors(&output));
    errors(&output)
}

/// Findings and devices, byte by byte. No finding is there twice.
fn told(lake: &str) -> (String, String) {
    let findings = text(&otus(&["findings", "--lake", lake, "--json"]));
    let values: Vec<Value> = findings.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| values.iter().map(|value| value[name].to_string()).collect::<Vec<_>>();
    assert_eq!(BTreeSet::from_iter(of("id")).len(), values.len(), "a finding is there twice");
    let behaviours = of("detection").into_iter().zip(of("host")).zip(of("summary"));
    assert_eq!(behaviours.collect::<BTreeSet<_>>().len(), values.len(), "a finding is told twice");
    (findings, text(&otus(&["devices", "--lake", lake, "--json"])))
}

/// The newest checkpoint of the lake.
fn checkpoint(lake: &str) -> PathBuf {
    let entries = fs::read_dir(Path::new(lake).join("brain")).unwrap().map(|entry| entry.unwrap().path());
    entries.max().unwrap()
}

fn copy(from: &str, to: &str) {
    let status = Command::new("cp").args(["-r", from, to]).status().unwrap();
    assert!(status.success());
}

#[test]
fn the_brain_comes_to_the_same_state_from_any_checkpoint_and_from_none() {
    let captures = Captures::new();
    let lake = captures.path("lake");
    let mut before = Vec::new();
    for (place, capture) in days(&captures).iter().enumerate() {
        analyze(&lake, capture);
        let state = captures.path(&format!("state-{place}"));
        copy(&lake, &state);
        before.push(state);
    }
    let (wanted, state) = (told(&lake), fs::read(checkpoint(&lake)).unwrap());
    assert!(wanted.0.lines().count() > 5, "{}", wanted.0);

    let damaged = |name: &str, damage: &dyn Fn(&str)| {
        let own = captures.path(name);
        copy(&lake, &own);
        damage(&own);
        let said = text(&otus(&["findings", "--lake", &own]));
        let said = said + &catch_up(&own);
        assert!(said.contains("learning again"), "{name}: {said}");
        assert_eq!(told(&own), wanted, "{name}");
        assert!(fs::read(checkpoint(&own)).unwrap() == state, "{name}: another state");
        assert!(!catch_up(&own).contains("learning again"), "{name}: once is enough");
        said
    };
    damaged("none", &|own| fs::remove_dir_all(Path::new(own).join("brain")).unwrap());
    let said = damaged("flipped", &|own| {
        let mut bytes = state.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(checkpoint(own), bytes).unwrap();
    });
    assert!(said.contains("00000003.checkpoint: damaged"), "{said}");
    damaged("cut", &|own| fs::write(checkpoint(own), &state[..state.len() / 2]).unwrap());
    damaged("empty", &|own| fs::write(checkpoint(own), b"").unwrap());
    damaged("another lake's", &|own| {
        let text = String::from_utf8_lossy(&state[..100]).replace("otus checkpoint 1", "otus checkpoint 0");
        fs::write(checkpoint(own), [text.as_bytes(), &state[100..]].concat()).unwrap();
    });
    // The lake had committed; casebook and checkpoint had not been written.
    for earlier in &before[..2] {
        damaged(&format!("killed after the commit, {}", before[0].len() + earlier.len()), &|own| {
            fs::remove_dir_all(Path::new(own).join("brain")).unwrap();
            copy(&format!("{earlier}/brain"), &format!("{own}/brain"));
            fs::copy(format!("{earlier}/casebook.sqlite"), format!("{own}/casebook.sqlite")).unwrap();
        });
        fs::remove_dir_all(
            captures.path(&format!("killed after the commit, {}", before[0].len() + earlier.len())),
        )
        .unwrap();
    }
}

#[test]
fn a_lost_casebook_is_written_again() {
    let captures = Captures::new();
    let lake = captures.path("lake");
    let [_, _, monday] = days(&captures);
    analyze(&lake, &monday);
    let wanted = told(&lake);
    fs::remove_file(Path::new(&lake).join("casebook.sqlite")).unwrap();
    catch_up(&lake);
    assert_eq!(told(&lake), wanted);
}

#[test]
fn a_run_that_was_killed_and_repeated_finds_what_one_that_was_not_killed_finds() {
    let captures = Captures::new();
    let (lake, other) = (captures.path("lake"), captures.path("other"));
    let [thursday, friday, monday] = days(&captures);
    for capture in [&thursday, &friday, &monday] {
        analyze(&other, capture);
    }
    let wanted = told(&other);

    leave_unfinished(&lake, &[&thursday]);
    // What was acknowledged is learned from now, and forgotten when the capture comes again.
    let behind = errors(&otus(&["findings", "--lake", &lake]));
    assert!(behind.contains("otus analyze --lake"), "{behind}");
    assert!(catch_up(&lake).contains("learning again"));
    assert!(!errors(&otus(&["findings", "--lake", &lake])).contains("not all findings"));
    for capture in [&thursday, &friday, &monday] {
        analyze(&lake, capture);
    }
    assert_eq!(told(&lake), wanted);
}

#[test]
fn what_a_killed_run_left_is_learned_from_in_the_order_in_which_it_came() {
    let captures = Captures::new();
    let (lake, other) = (captures.path("lake"), captures.path("other"));
    let [thursday, friday, monday] = days(&captures);
    leave_unfinished(&lake, &[&monday]);
    let said = analyze(&lake, &friday);
    assert!(said.contains("learning again"), "{said}");
    let wanted = told(&lake);
    copy(&lake, &other);
    fs::remove_dir_all(Path::new(&other).join("brain")).unwrap();
    assert!(catch_up(&other).contains("learning again"));
    assert_eq!(told(&other), wanted);

    // The killed run is repeated: its records go from the middle of the order, and what was learned from them as well.
    for own in [&lake, &other] {
        analyze(own, &monday);
        analyze(own, &thursday);
    }
    let clean = captures.path("clean");
    for capture in [&friday, &monday, &thursday] {
        analyze(&clean, capture);
    }
    assert_eq!(told(&lake), told(&clean));
    assert_eq!(told(&other), told(&clean));
}

#[test]
fn own_networks_are_remembered_with_the_run_that_was_told_them() {
    let captures = Captures::new();
    let lake = captures.path("lake");
    let [thursday, _, monday] = days(&captures);
    analyze(&lake, &thursday);
    let output = otus(&["analyze", "--lake", &lake, "--network", "0.0.0.0/0", &monday]);
    assert!(output.status.success(), "{}", errors(&output));
    let wanted = told(&lake);
    fs::remove_dir_all(Path::new(&lake).join("brain")).unwrap();
    catch_up(&lake);
    assert_eq!(told(&lake), wanted);
    let plain = captures.path("plain");
    analyze(&plain, &thursday);
    analyze(&plain, &monday);
    assert_ne!(told(&plain).0, wanted.0, "the network makes no difference, so nothing was tested");
}

#[test]
fn ctrl_c_keeps_what_was_read() {
    let captures = Captures::new();
    let lake = captures.path("lake");
    let whole = thursday();
    let capture = captures.file("thursday.pcap", &whole);
    let mut child = start(&["analyze", "--lake", &lake, "-"]);
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, &whole[..whole.len() / 2]).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    // The shell ends what writes to the pipe at the same time.
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", errors(&output));
    assert!(errors(&output).contains("what was read is in the lake"), "{}", errors(&output));
    assert!(counted(&lake).is_some_and(|count| count > 0));
    assert!(!errors(&otus(&["findings", "--lake", &lake])).contains("not all findings"));
    analyze(&lake, &capture);
}
