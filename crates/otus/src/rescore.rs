//! `otus rescore`: the detections of this program over all records of the past.

use std::io::Write as _;

use anyhow::{Result, bail};
use casebook::Casebook;
use lake::{Access, Lake};
use serde_json::{Value, json};

use crate::arguments::Rescore;
use crate::decided::findings;
use crate::findings::{by_id, number, text};
use crate::output::{self, HEADING, NAME, Outcome, counted, plain};
use crate::recall;

pub(crate) fn run(arguments: &Rescore) -> Result<Outcome> {
    let folder = &arguments.lake.path;
    let lake = Lake::open(folder, Access::Write)?;
    if lake.runs().is_empty() {
        bail!("`{}` holds no run to score again", folder.display());
    }
    let mut casebook = Casebook::open(folder)?;
    let before = findings(&casebook)?;
    recall::rescore(folder, &lake, &mut casebook, arguments.quiet)?;
    let after = findings(&casebook)?;
    let mut out = output::standard_output();
    let changes = changes(&before, &after);
    for change in &changes {
        if arguments.json {
            writeln!(out, "{change}")?;
            continue;
        }
        writeln!(
            out,
            "  {:<8}  {}  certainty {} → {}  {NAME}{}{NAME:#}  {}",
            text(change, "change"),
            text(change, "id"),
            crate::findings::plain_value(&change["certainty_before"]),
            crate::findings::plain_value(&change["certainty"]),
            plain(text(change, "title")),
            plain(text(change, "summary"))
        )?;
    }
    if !arguments.json {
        let count = |what: &str| changes.iter().filter(|change| change["change"] == what).count();
        writeln!(
            out,
            "{HEADING}{}: {} new, {} gone, {} changed{HEADING:#}",
            counted(after.len() as u64, "finding"),
            count("new"),
            count("gone"),
            count("changed")
        )?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// What the findings after are beside those before.
fn changes(before: &[Value], after: &[Value]) -> Vec<Value> {
    let (known, found) = (by_id(before), by_id(after));
    let told = |what: &str, finding: &Value, was: Option<&Value>, is: Option<&Value>| {
        let certainty = |one: Option<&Value>| one.map(|one| number(one, "certainty"));
        json!({
            "change": what, "id": finding["id"], "detection": finding["detection"], "title": finding["title"],
            "certainty_before": certainty(was), "certainty": certainty(is), "summary": finding["summary"],
        })
    };
    let mut changes = Vec::new();
    for finding in after {
        match known.get(text(finding, "id")).copied() {
            None => changes.push(told("new", finding, None, Some(finding))),
            Some(was) if was != finding => changes.push(told("changed", finding, Some(was), Some(finding))),
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|was| !found.contains_key(text(was, "id")));
    changes.extend(gone.map(|was| told("gone", was, Some(was), None)));
    changes
}
