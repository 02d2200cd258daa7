//! Which of the captures that were given are to be read: each content once.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use sensor::{FileReport, Head, Identity, Listed, Traffic};

use crate::arguments::Analyze;
use crate::output::{capture_name, tell_of};

/// The captures that were given, sorted by whether they are new.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    /// To be read.
    pub(crate) new: Vec<Listed>,
    /// Left out, since the lake has them.
    known: Vec<Listed>,
    /// Left out, since they are the same as a new one: (what is left out, what it is the same as).
    repeated: Vec<(Listed, Listed)>,
}

impl Intake {
    /// Sorts captures; `is_known` says whether the lake has a content, and is not asked where there is none.
    /// What can be read only once is new until it has been read.
    pub(crate) fn sort(captures: Vec<Listed>, is_known: Option<&dyn Fn(&Identity) -> bool>) -> Self {
        let suspects = suspects(&captures);
        let mut intake = Self::default();
        let mut contents: BTreeMap<(u128, u64), Listed> = BTreeMap::new();
        for (place, capture) in captures.into_iter().enumerate() {
            let is_suspect = suspects.contains(&place);
            let identity = if is_suspect || is_known.is_some() { sensor::identify(&capture) } else { None };
            // Of an empty file, or one that cannot be read, the reading says what is wrong.
            let Some(identity) = identity.filter(|identity| identity.content_bytes > 0) else {
                intake.new.push(capture);
                continue;
            };
            if is_known.is_some_and(|is_known| is_known(&identity)) {
                intake.known.push(capture);
                continue;
            }
            match contents.entry((identity.content_hash, identity.content_bytes)) {
                Entry::Occupied(first) => intake.repeated.push((capture, first.get().clone())),
                Entry::Vacant(entry) => {
                    entry.insert(capture.clone());
                    intake.new.push(capture);
                }
            }
        }
        intake
    }

    /// Names what was left out.
    pub(crate) fn tell(&self, arguments: &Analyze) {
        let extracts = match arguments.extract_files {
            Some(_) => ", and no files are extracted from it",
            None => "",
        };
        for capture in &self.known {
            let text = format!("is in the lake already: not counted again{extracts}");
            tell_of(&capture.path.display().to_string(), &text);
        }
        for (capture, first) in &self.repeated {
            let text = format!("has the same content as {}: counted once", first.path.display());
            tell_of(&capture.path.display().to_string(), &text);
        }
    }
}

/// Places of the captures that may have the content of another: so do those that begin alike and, where all of these
/// are plain, are equally long. Reading them twice is the price; ordinary captures do not begin alike.
fn suspects(captures: &[Listed]) -> BTreeSet<usize> {
    if captures.len() < 2 {
        return BTreeSet::new();
    }
    let mut by_head: BTreeMap<u128, Vec<(usize, Head)>> = BTreeMap::new();
    for (place, capture) in captures.iter().enumerate() {
        if let Some(head) = sensor::content_head(capture) {
            by_head.entry(head.hash).or_default().push((place, head));
        }
    }
    let mut suspects = BTreeSet::new();
    for alike in by_head.into_values() {
        let is_any_packed = alike.iter().any(|(_, head)| head.is_packed);
        let mut by_length: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (place, _) in alike {
            let length = captures.get(place).filter(|_| !is_any_packed).map_or(0, |file| file.disk_bytes);
            by_length.entry(length).or_default().push(place);
        }
        suspects.extend(by_length.into_values().filter(|places| places.len() > 1).flatten());
    }
    suspects
}

/// Says of what could be read only once that its content was there before; `is_counted` says whether it is counted all
/// the same, since it was read together with what is new.
pub(crate) fn tell_repeated_streams(
    captures: &[Listed],
    traffic: &Traffic,
    is_counted: bool,
    is_known: impl Fn(&Identity) -> bool,
) {
    let counted = if is_counted { "it is counted twice" } else { "not counted again" };
    let content = |report: &FileReport| Identity {
        content_bytes: report.content_bytes,
        content_hash: report.content_hash,
    };
    for report in traffic.files.iter().filter(|report| report.content_bytes > 0) {
        if !captures.iter().any(|capture| capture.is_stream && capture.path == report.path) {
            continue;
        }
        let name = capture_name(&report.path);
        let mut others = traffic.files.iter().filter(|other| other.path != report.path);
        if is_known(&content(report)) {
            tell_of(&name, &format!("is in the lake already: {counted}"));
        } else if others.any(|other| content(other) == content(report)) {
            tell_of(
                &name,
                "was given twice, which is known only now that it has been read: it is counted twice",
            );
        }
    }
}
