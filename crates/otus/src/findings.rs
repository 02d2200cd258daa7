//! `otus findings`: hosts by threat and certainty, then each finding with its sentence, facts and evidence.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use brain::Correlated;
use casebook::Casebook;
use lake::{Access, Lake};
use records::LocalNetworks;
use serde_json::Value;

use crate::arguments::Findings;
use crate::decided::{correlated, networks_of};
use crate::memory;
use crate::output::{self, FAINT, HEADING, NAME, Outcome, counted, grouped, plain, tell_of, weight};

/// Evidence beyond this is counted, not printed; `--json` has all.
const EVIDENCE_SHOWN: usize = 6;
/// Certainty from which a finding is an alert.
const ALERT: u64 = 50;

pub(crate) fn run(arguments: &Findings) -> Result<Outcome> {
    let (casebook, own) = casebook_of(&arguments.lake.path)?;
    let correlated = correlated(&casebook, &own)?;
    let mut out = output::standard_output();
    if arguments.json {
        for finding in &correlated.findings {
            writeln!(out, "{finding}")?;
        }
    } else {
        print(&mut out, &correlated)?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// The casebook of a lake that can be read, and the networks that are ours; says where a run was not finished, whose
/// findings are not there then.
pub(crate) fn casebook_of(folder: &Path) -> Result<(Casebook, LocalNetworks)> {
    let lake = Lake::open(folder, Access::Read)?;
    let runs = lake.runs();
    if lake.recovered().records > 0 || memory::is_behind(folder, &runs) {
        let folder = folder.display();
        let text = format!(
            "a run was not finished, or is at work: not all of its records have been learned from; \
             `otus analyze --lake {folder}` makes up for it"
        );
        tell_of("not all findings are here:", &text);
    }
    Ok((Casebook::read(folder)?, networks_of(&runs)?))
}

/// Prints findings for people; they come ranked.
pub(crate) fn print(out: &mut impl Write, correlated: &Correlated) -> Result<()> {
    let findings = &correlated.findings;
    if findings.is_empty() {
        writeln!(out, "No findings: nothing that Otus knows as hostile was seen.")?;
        return Ok(());
    }
    let closed = findings.iter().filter(|finding| brain::is_closed(finding)).count();
    let findings: Vec<&Value> = findings.iter().filter(|finding| !brain::is_closed(finding)).collect();
    let hosts = Host::ranked(&findings, &correlated.devices);
    let alerts = findings.iter().filter(|finding| number(finding, "certainty") >= ALERT).count();
    writeln!(
        out,
        "{HEADING}{} on {}, {alerts} of them alerts{HEADING:#} {FAINT}(certainty {ALERT} or more){FAINT:#}\n",
        counted(findings.len() as u64, "finding"),
        counted(hosts.len() as u64, "host"),
    )?;
    if closed > 0 {
        let text = "silenced by what people decided: `otus triage list` shows that, --json shows them";
        writeln!(out, "{FAINT}{} {text}{FAINT:#}\n", counted(closed as u64, "more finding"))?;
    }
    writeln!(out, "{FAINT}  threat  certainty  host{FAINT:#}")?;
    for host in &hosts {
        host.line(out)?;
    }
    for campaign in &correlated.campaigns {
        let hosts = campaign["hosts"].as_array().into_iter().flatten().map(|host| plain(text(host, "name")));
        let (id, hosts) = (text(campaign, "id"), hosts.collect::<Vec<_>>().join(", "));
        writeln!(
            out,
            "\n{HEADING}campaign {id}{HEADING:#} of {hosts}  {FAINT}`otus campaigns` tells it{FAINT:#}"
        )?;
    }
    for host in &hosts {
        writeln!(out, "\n{HEADING}{NAME}{}{NAME:#}{HEADING:#}", host.title())?;
        if let Some(score) = host.score {
            print_score(out, score)?;
        }
        for finding in &host.findings {
            print_one(out, finding)?;
        }
    }
    Ok(())
}

/// A host with its findings.
struct Host<'a> {
    findings: Vec<&'a Value>,
    /// What its findings say together, where the device is known.
    score: Option<&'a Value>,
}

impl<'a> Host<'a> {
    /// By their scores; those of the same score by their worst findings, which are ranked already.
    fn ranked(findings: &[&'a Value], devices: &'a [Value]) -> Vec<Self> {
        let scores: BTreeMap<&str, &Value> =
            devices.iter().filter_map(|device| Some((device["id"].as_str()?, &device["score"]))).collect();
        let (mut hosts, mut places): (Vec<Self>, BTreeMap<&str, usize>) = Default::default();
        for finding in findings.iter().copied() {
            let id = text(&finding["device"], "id");
            let place = *places.entry(id).or_insert(hosts.len());
            match hosts.get_mut(place) {
                Some(host) => host.findings.push(finding),
                None => hosts.push(Self { findings: vec![finding], score: scores.get(id).copied() }),
            }
        }
        hosts.sort_by_key(|host| {
            let (threat, certainty) = host.numbers();
            (certainty < ALERT, std::cmp::Reverse(threat * certainty))
        });
        hosts
    }

    fn worst(&self) -> Option<&'a Value> {
        self.findings.first().copied()
    }

    fn title(&self) -> String {
        let Some(finding) = self.worst() else { return String::new() };
        let device = &finding["device"];
        let mut title = text(device, "name").to_owned();
        let addresses = texts(&device["addresses"]).join(", ");
        if addresses != title {
            title.push_str(&format!(" ({addresses})"));
        }
        let users = texts(&device["users"]).join(", ");
        if !users.is_empty() {
            title.push_str(&format!(", {users}"));
        }
        title
    }

    /// Threat and certainty of the host.
    fn numbers(&self) -> (u64, u64) {
        let highest = |name| self.findings.iter().map(|finding| number(finding, name)).max().unwrap_or(0);
        match self.score {
            Some(score) => (number(score, "threat"), number(score, "certainty")),
            None => (highest("threat"), highest("certainty")),
        }
    }

    fn line(&self, out: &mut impl Write) -> Result<()> {
        let (threat, certainty) = self.numbers();
        let (hot, sure) = (weight(threat), weight(certainty));
        let mut stages: Vec<&str> = Vec::new();
        for finding in &self.findings {
            if !stages.contains(&text(finding, "title")) {
                stages.push(text(finding, "title"));
            }
        }
        writeln!(
            out,
            "  {hot}{threat:>6}{hot:#}  {sure}{certainty:>9}{sure:#}  {NAME}{}{NAME:#} {FAINT}{}{FAINT:#}",
            self.title(),
            stages.join(", "),
        )?;
        Ok(())
    }
}

/// The score of a device or account with its parts.
pub(crate) fn print_score(out: &mut impl Write, score: &Value) -> Result<()> {
    for name in ["threat", "certainty"] {
        let value = number(score, name);
        let colour = weight(value);
        for (place, part) in score["parts"][name].as_array().into_iter().flatten().enumerate() {
            let label = if place == 0 {
                format!("  {FAINT}{name:<9}{FAINT:#} {colour}{value:>2}{colour:#}")
            } else {
                " ".repeat(14)
            };
            let points = part["value"].as_i64().unwrap_or(0);
            writeln!(out, "{label}  {points:>+3}  {FAINT}{}{FAINT:#}", plain(text(part, "reason")))?;
        }
    }
    Ok(())
}

fn print_one(out: &mut impl Write, finding: &Value) -> Result<()> {
    let (threat, certainty) = (number(finding, "threat"), number(finding, "certainty"));
    let (hot, sure) = (weight(threat), weight(certainty));
    writeln!(
        out,
        "\n  {HEADING}{}{HEADING:#}  threat {hot}{threat}{hot:#}  certainty {sure}{certainty}{sure:#}  {FAINT}{}  {}{FAINT:#}",
        text(finding, "title"),
        text(finding, "stage"),
        texts(&finding["techniques"]).join(" "),
    )?;
    writeln!(out, "    {}", text(finding, "summary"))?;
    let label = |name: &str| format!("    {FAINT}{name:<10}{FAINT:#}");
    writeln!(out, "{}{} to {}", label("when"), text(finding, "first_seen"), text(finding, "last_seen"))?;
    let peers = texts(&finding["peers"]);
    if !peers.is_empty() {
        writeln!(out, "{}{}", label("peers"), shortened(&peers))?;
    }
    for (name, field) in [("facts", "facts"), ("normal", "baseline")] {
        for (place, (key, value)) in finding[field].as_object().into_iter().flatten().enumerate() {
            let label = if place == 0 { label(name) } else { label("") };
            writeln!(out, "{label}{}: {}", key.replace('_', " "), plain_value(value))?;
        }
    }
    for (name, field) in [("threat", "threat"), ("certainty", "certainty")] {
        let parts = finding["parts"][field].as_array().into_iter().flatten();
        for (place, part) in parts.enumerate() {
            let label = if place == 0 { label(name) } else { label("") };
            writeln!(out, "{label}{:>+4}  {}", part["value"].as_f64().unwrap_or(0.0), text(part, "reason"))?;
        }
    }
    let evidence = texts(&finding["evidence"]);
    write!(out, "{}{}", label("evidence"), shortened(&evidence))?;
    let (kept, seen) = (evidence.len() as u64, number(finding, "evidence_seen"));
    if kept < seen {
        write!(out, "  {FAINT}{} of {} records are kept{FAINT:#}", grouped(kept), grouped(seen))?;
    }
    writeln!(out)?;
    if let (Some(who), Some(why)) = (finding["triage"]["who"].as_str(), finding["triage"]["why"].as_str()) {
        writeln!(
            out,
            "{}{} says it is {}: {}",
            label("triage"),
            plain(who),
            plain(text(finding, "state")),
            plain(why)
        )?;
    }
    writeln!(out, "{}{}", label("id"), text(finding, "id"))?;
    Ok(())
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Findings by their ids.
pub(crate) fn by_id(findings: &[Value]) -> BTreeMap<&str, &Value> {
    findings.iter().map(|finding| (text(finding, "id"), finding)).collect()
}

pub(crate) fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or(0)
}

pub(crate) fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn shortened(texts: &[&str]) -> String {
    let shown = texts.iter().take(EVIDENCE_SHOWN).copied().collect::<Vec<_>>().join(", ");
    match texts.len().checked_sub(EVIDENCE_SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// A fact without JSON's quotes and brackets.
pub(crate) fn plain_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain_value).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}
