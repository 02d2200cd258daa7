//! An explanation for people.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;

use crate::findings::{plain_value, text};
use crate::output::{BAD, FAINT, HEADING, NAME, WARN, counted, grouped, plain};

/// Steps that are shown; `--json` has more.
const STEPS_SHOWN: usize = 12;

pub(super) fn print(out: &mut impl Write, told: &Value, lake: &str) -> Result<()> {
    writeln!(out, "{HEADING}{}{HEADING:#}  {FAINT}{}{FAINT:#}", text(told, "title"), text(told, "id"))?;
    writeln!(out, "  {}", plain(text(told, "summary")))?;
    writeln!(out, "  {FAINT}{} to {}{FAINT:#}", text(told, "first_seen"), text(told, "last_seen"))?;
    verdict(out, &told["agrees"])?;
    for name in ["certainty", "threat"] {
        score(out, name, &told[name])?;
    }
    decided(out, &told["now"])?;
    paragraph(out, "the rules of these parts", text(told, "rules"))?;
    facts(out, "facts", &told["facts"])?;
    facts(out, "normal would have been", &told["normal"])?;
    rarity(out, &told["rarity"], lake)?;
    steps(out, told)?;
    records(out, told, lake)?;
    paragraph(out, "what else it could be", text(told, "benign_causes"))?;
    paragraph(out, "how to check", text(told, "how_to_check"))
}

fn verdict(out: &mut impl Write, agrees: &Value) -> Result<()> {
    match agrees.as_bool() {
        Some(true) => {
            writeln!(out, "  every number was made again from the records of the lake, and agrees")?
        }
        Some(false) => writeln!(
            out,
            "  {BAD}not every number could be made again from the records of the lake{BAD:#}: each that differs is marked \
             below; the program may be another than the one that found it (`otus rescore`)"
        )?,
        None => {
            writeln!(out, "  {FAINT}not made again, as --stored says: these are the stored numbers{FAINT:#}")?
        }
    }
    Ok(())
}

/// What was made again, beside what is stored.
fn mark(one: &Value) -> String {
    match (one["agrees"].as_bool(), one.get("again")) {
        (Some(true), Some(_)) => format!("{FAINT}agrees{FAINT:#}"),
        (Some(false), Some(again)) => format!("{WARN}now {}{WARN:#}", plain(&plain_value(again))),
        (Some(false), None) => format!("{WARN}does not add up{WARN:#}"),
        _ => String::new(),
    }
}

fn score(out: &mut impl Write, name: &str, score: &Value) -> Result<()> {
    let stored = plain_value(&score["stored"]);
    let formula = text(score, "formula");
    writeln!(out, "\n{HEADING}{name} {stored}{HEADING:#} = {formula}  {}", mark(score))?;
    for part in score["parts"].as_array().into_iter().flatten() {
        let points = part["value"].as_i64().unwrap_or(0);
        let (name, reason) = (plain(text(part, "name")), plain(text(part, "reason")));
        writeln!(out, "  {points:>+4}  {NAME}{name}{NAME:#}  {reason}  {}", mark(part))?;
    }
    Ok(())
}

/// What people decided, and what that makes of the certainty.
fn decided(out: &mut impl Write, now: &Value) -> Result<()> {
    for part in now["parts"].as_array().into_iter().flatten() {
        let (points, certainty) = (part["value"].as_i64().unwrap_or(0), plain_value(&now["certainty"]));
        writeln!(
            out,
            "  {points:>+4}  {NAME}labels{NAME:#}  {}: now {certainty}",
            plain(text(part, "reason"))
        )?;
    }
    let triage = &now["triage"];
    if !triage.is_null() {
        let value = |name: &str| plain(&plain_value(&triage[name]));
        let (label, number, who, why) = (value("label"), value("decision"), value("who"), value("why"));
        writeln!(out, "  {label} by decision {number} of {NAME}{who}{NAME:#}: {why}")?;
    }
    Ok(())
}

fn facts(out: &mut impl Write, title: &str, facts: &Value) -> Result<()> {
    let facts = facts.as_array().map(Vec::as_slice).unwrap_or_default();
    if facts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{HEADING}{title}{HEADING:#}")?;
    for fact in facts {
        let name = text(fact, "name").replace('_', " ");
        writeln!(out, "  {name}: {}  {}", plain(&plain_value(&fact["stored"])), mark(fact))?;
    }
    Ok(())
}

fn rarity(out: &mut impl Write, rarity: &Value, lake: &str) -> Result<()> {
    if rarity.is_null() {
        return Ok(());
    }
    let value = |name: &str| plain(&plain_value(&rarity[name]));
    writeln!(
        out,
        "\n{HEADING}rarity {}{HEADING:#} = {}  {}",
        value("stored"),
        value("formula"),
        mark(rarity)
    )?;
    writeln!(
        out,
        "  of the {} of {}{}, judged at {}, by the contacts before",
        value("judged_by"),
        value("destination"),
        rarity["name"].as_str().map(|name| format!(" ({})", plain(name))).unwrap_or_default(),
        value("at")
    )?;
    let devices = rarity["devices"].as_array().map(Vec::as_slice).unwrap_or_default();
    for device in devices {
        let days = device["days_ago"].as_u64().unwrap_or(0);
        let when =
            if days == 0 { "on that day".to_owned() } else { format!("{} before", counted(days, "day")) };
        writeln!(out, "  {NAME}{}{NAME:#}  {when}", plain(text(device, "name")))?;
    }
    if devices.is_empty() {
        writeln!(out, "  no device had contacted it before")?;
    }
    writeln!(
        out,
        "  {FAINT}otus search --lake {} 'host:{} until:{}'{FAINT:#}",
        plain(lake),
        value("destination"),
        value("at")
    )?;
    Ok(())
}

fn steps(out: &mut impl Write, told: &Value) -> Result<()> {
    let steps = told["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let reports = told["reports"].as_u64().unwrap_or(0);
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{HEADING}how it came about{HEADING:#}  {FAINT}{}{FAINT:#}", counted(reports, "report"))?;
    let skipped = steps.len().saturating_sub(STEPS_SHOWN);
    let first = STEPS_SHOWN / 2;
    for (place, step) in steps.iter().enumerate() {
        if skipped > 0 && (first..first + skipped).contains(&place) {
            if place == first {
                writeln!(out, "  {FAINT}…{FAINT:#}")?;
            }
            continue;
        }
        let record = &step["record"];
        let at = match (record["_path"].as_str(), record["uid"].as_str()) {
            (Some(kind), Some(uid)) => format!("{kind} {uid}"),
            (Some(kind), None) => kind.to_owned(),
            (None, _) => "the end of the records".to_owned(),
        };
        let number = |name: &str| step[name].as_u64().unwrap_or(0);
        let kept = if step["is_taken"] == true { "" } else { "  (it was surer before)" };
        writeln!(
            out,
            "  {}  certainty {:>2}  threat {:>2}  {FAINT}at {at}{kept}{FAINT:#}",
            text(step, "last_seen"),
            number("certainty"),
            number("threat")
        )?;
    }
    Ok(())
}

fn records(out: &mut impl Write, told: &Value, lake: &str) -> Result<()> {
    for (title, name) in
        [("evidence", "evidence"), ("all records between the device and its peers then", "between")]
    {
        let found = &told[name];
        let types = found["types"].as_object().into_iter().flatten();
        let types: Vec<String> =
            types.map(|(kind, count)| format!("{kind} {}", grouped(count.as_u64().unwrap_or(0)))).collect();
        writeln!(
            out,
            "\n{HEADING}{title}{HEADING:#}  {}: {}",
            counted(found["count"].as_u64().unwrap_or(0), "record"),
            types.join(", ")
        )?;
        for record in found["first"].as_array().into_iter().flatten() {
            writeln!(out, "  {}", line(record))?;
        }
        writeln!(
            out,
            "  {FAINT}otus search --lake {} '{}'{FAINT:#}",
            plain(lake),
            plain(text(found, "query"))
        )?;
    }
    Ok(())
}

/// A record in a line: its type, its connection, its ends and what else it says.
fn line(record: &Value) -> String {
    const HIDDEN: [&str; 7] = ["_path", "uid", "ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"];
    const LENGTH_MAX: usize = 180;
    let value = |name: &str| plain_value(&record[name]);
    let mut text = format!("{} {}", value("_path"), value("uid"));
    if record.get("id.orig_h").is_some() {
        text.push_str(&format!(
            " {} → {} port {}",
            value("id.orig_h"),
            value("id.resp_h"),
            value("id.resp_p")
        ));
    }
    for (name, value) in record.as_object().into_iter().flatten() {
        if !HIDDEN.contains(&name.as_str()) {
            text.push_str(&format!(" {name}={}", plain_value(value)));
        }
    }
    let text = plain(&text);
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn paragraph(out: &mut impl Write, title: &str, text: &str) -> Result<()> {
    if !text.is_empty() {
        writeln!(out, "\n{HEADING}{title}{HEADING:#}")?;
        for line in text.lines() {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}
