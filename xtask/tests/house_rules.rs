//! The house rules that a machine can check. Clippy checks the rest (function length, parameters, unwrap).
#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use xtask::{edges, licences, reference, tree};

const FILE_LINES_MAX: usize = 500;

/// Words that say nothing about what is inside.
const VAGUE: &[&str] = &[
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "handlers",
    "processor",
    "types",
    "info",
];

/// The edges of the program: these rooms may read the wall clock.
const MAY_READ_THE_CLOCK: &[&str] = &["crates/otus/", "crates/capture/", "crates/console/"];

fn sources() -> Vec<PathBuf> {
    let root = tree::root();
    let mut sources = tree::files(&root.join("crates"), ".rs");
    sources.extend(tree::files(&root.join("xtask"), ".rs"));
    sources.extend(tree::files(&root.join("fuzz"), ".rs"));
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

fn below_root(path: &Path) -> String {
    path.strip_prefix(tree::root()).unwrap_or(path).display().to_string()
}

#[test]
fn rooms_know_only_whom_they_may() {
    let root = tree::root();
    let allowed = edges::allowed(&tree::text(&root.join("ARCHITECTURE.md")));
    let actual = edges::actual(&root);
    assert!(allowed.len() > 8, "the table of edges was not found in ARCHITECTURE.md");
    let mut wrong = Vec::new();
    for (room, used) in &actual {
        let Some(may) = allowed.get(room) else {
            wrong.push(format!("{room} is not in the table of edges"));
            continue;
        };
        wrong.extend(used.difference(may).map(|other| format!("{room} must not know {other}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_map_names_every_room_and_no_other() {
    let root = tree::root();
    let map = tree::text(&root.join("ARCHITECTURE.md"));
    let rooms: BTreeSet<String> = edges::actual(&root).into_keys().collect();
    for room in &rooms {
        assert!(map.contains(&format!("  {room}/")), "ARCHITECTURE.md does not name crates/{room}");
    }
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|path| (path, tree::lines_without_tests(&tree::text(path))))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(path, lines)| format!("{}: {lines} lines", below_root(path)))
        .collect();
    assert!(long.is_empty(), "more than {FILE_LINES_MAX} lines: {long:#?}");
}

#[test]
fn names_say_something() {
    let vague: Vec<String> = sources()
        .iter()
        .filter(|path| {
            path.iter()
                .filter_map(|part| part.to_str())
                .any(|part| part.trim_end_matches(".rs").split('_').any(|word| VAGUE.contains(&word)))
        })
        .map(|path| below_root(path))
        .collect();
    assert!(vague.is_empty(), "{vague:#?}");
}

#[test]
fn only_the_edges_read_the_wall_clock() {
    let clocks = [concat!("Instant::", "now"), concat!("SystemTime::", "now")];
    let readers: Vec<String> = sources()
        .iter()
        .map(|path| (below_root(path), tree::text(path)))
        .filter(|(path, _)| !MAY_READ_THE_CLOCK.iter().any(|room| path.starts_with(room)))
        .filter(|(path, _)| !path.contains("/examples/") && !path.contains("/tests/"))
        .filter(|(_, text)| clocks.iter().any(|clock| text.contains(clock)))
        .map(|(path, _)| path)
        .collect();
    assert!(readers.is_empty(), "{readers:#?}");
}

#[test]
fn unsafe_code_is_nowhere() {
    let word = concat!("uns", "afe ");
    let users: Vec<String> = sources()
        .iter()
        .filter(|path| {
            tree::text(path).lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word))
        })
        .map(|path| below_root(path))
        .collect();
    assert!(users.is_empty(), "{users:#?}");
}

#[test]
fn crates_have_allowed_licences() {
    let root = tree::root();
    let allowed = licences::allowed(&tree::text(&root.join("deny.toml")));
    let crates = licences::of_crates(&root).unwrap();
    assert!(allowed.len() > 5 && crates.len() > 100, "{} licences, {} crates", allowed.len(), crates.len());
    let wrong: Vec<_> =
        crates.iter().filter(|(_, licence)| !licences::is_allowed(licence, &allowed)).collect();
    assert!(wrong.is_empty(), "not on the list of deny.toml: {wrong:#?}");
}

#[test]
fn modules_say_what_they_are() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|path| {
            let text = tree::text(path);
            // A detection's page is its module's documentation.
            let says =
                ["//!", "#![doc = include_str!(\"README.md\")]"].iter().any(|start| text.starts_with(start));
            !says && !below_root(path).contains("crates/records/")
        })
        .map(|path| below_root(path))
        .filter(|path| !path.starts_with("fuzz/"))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn columns_are_documented() {
    for record_type in records::RECORD_TYPES {
        assert!(record_type.doc.len() > 10, "{} says nothing", record_type.name);
        for column in record_type.columns {
            assert!(column.doc.len() > 5, "{}.{} says nothing", record_type.name, column.name);
        }
    }
}

#[test]
fn generated_pages_are_current() {
    let root = tree::root();
    let stale: Vec<String> = reference::pages(&root)
        .into_iter()
        .filter(|(path, content)| tree::text(&root.join(path)) != *content)
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(stale.is_empty(), "run `make docs`: {stale:#?}");
}

#[test]
fn every_detection_is_complete() {
    let folder = tree::root().join("crates/detections/src");
    let mut found = 0;
    for readme in tree::files(&folder, "README.md") {
        found += 1;
        let home = readme.parent().unwrap_or(&folder);
        let cases: Vec<String> = std::fs::read_dir(home.join("cases"))
            .map(|entries| {
                entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
            })
            .unwrap_or_default();
        for kind in ["fires-", "quiet-"] {
            assert!(
                cases.iter().any(|case| case.starts_with(kind)),
                "{} has no {kind}* case",
                home.display()
            );
        }
        let text = tree::text(&readme).to_lowercase();
        for part in ["what it detects", "why it matters", "benign", "how to check"] {
            assert!(text.contains(part), "{} does not say: {part}", readme.display());
        }
    }
    assert!(found >= 1, "no detection was found");
}
