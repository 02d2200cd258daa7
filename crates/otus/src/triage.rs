//! `otus triage`: what people say that findings are.

use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use brain::{Decided, Decision, Label, Rule, Scope, is_closed, void};
use casebook::{Casebook, DecisionRow};
use records::Timestamp;
use serde_json::{Value, json};

use crate::arguments::{Because, Mark, NewRule, Triage, TriageCommand};
use crate::decided::{decided, findings};
use crate::explain::one_of;
use crate::findings::{by_id, number, text};
use crate::output::{self, FAINT, HEADING, NAME, Outcome, counted, plain, tell};

pub(crate) fn run(arguments: &Triage) -> Result<Outcome> {
    let mut out = output::standard_output();
    match &arguments.command {
        TriageCommand::Mark(arguments) => mark(&mut out, arguments)?,
        TriageCommand::Rule(arguments) => rule(&mut out, arguments)?,
        TriageCommand::List(arguments) => list(&mut out, &arguments.lake.path, arguments.json)?,
        TriageCommand::Undo(arguments) => undo(&mut out, arguments.number, &arguments.because)?,
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// A casebook that is there, to write to.
fn open(folder: &Path) -> Result<Casebook> {
    drop(Casebook::read(folder)?);
    Ok(Casebook::open(folder)?)
}

/// Takes a decision down with the time, the person and the reason.
fn decide(casebook: &mut Casebook, because: &Because, decision: &Decision) -> Result<i64> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).context("the clock is wrong")?;
    let finding = match decision {
        Decision::Mark { finding, .. } => Some(finding.clone()),
        Decision::Rule(_) | Decision::Undo { .. } => None,
    };
    let who = because.who.clone().or_else(|| std::env::var("USER").ok()).filter(|who| !who.trim().is_empty());
    Ok(casebook.decide(&DecisionRow {
        number: 0,
        at: Timestamp(i64::try_from(now.as_nanos()).unwrap_or(i64::MAX)),
        who: who.context("say who you are with --who NAME")?,
        why: because.why.clone(),
        finding,
        body: decision.to_json(),
    })?)
}

fn mark(out: &mut impl Write, arguments: &Mark) -> Result<()> {
    let mut casebook = open(&arguments.because.lake.path)?;
    let before = findings(&casebook)?;
    let ids: Vec<&str> =
        arguments.ids.iter().map(|id| Ok(text(one_of(&before, id)?, "id"))).collect::<Result<_>>()?;
    let label: Label = arguments.label.into();
    for id in ids {
        let decision = Decision::Mark { finding: id.to_owned(), label };
        let given = decide(&mut casebook, &arguments.because, &decision)?;
        if !arguments.json {
            writeln!(out, "decision {given}: {id} is {}", label.name())?;
            // What is told is safe, and what is safe is told.
            out.flush()?;
        }
    }
    told_changes(out, &before, &findings(&casebook)?, arguments.json)
}

fn rule(out: &mut impl Write, arguments: &NewRule) -> Result<()> {
    let rule = wanted(arguments)?;
    let mut casebook = open(&arguments.because.lake.path)?;
    let (findings, devices, mut all) = (casebook.findings()?, casebook.devices()?, decided(&casebook)?);
    let before = brain::decide(findings.clone(), &devices, &all);
    // As if it were saved.
    all.push(Decided {
        number: i64::MAX,
        at: String::new(),
        who: String::new(),
        why: arguments.because.why.clone(),
        decision: Decision::Rule(rule.clone()),
    });
    let after = brain::decide(findings, &devices, &all);
    if arguments.save {
        let given = decide(&mut casebook, &arguments.because, &Decision::Rule(rule))?;
        if !arguments.json {
            writeln!(out, "decision {given}: the rule holds from now on, also for what comes")?;
        }
    }
    told_changes(out, &before, &after, arguments.json)?;
    if !arguments.save {
        tell("nothing is saved; the same with --save makes it a rule");
    }
    Ok(())
}

fn wanted(arguments: &NewRule) -> Result<Rule> {
    let scope = Scope {
        device: arguments.device.clone(),
        group: arguments.group.clone(),
        peer: arguments.peer.clone(),
        detection: arguments.detection.clone(),
    };
    if scope.is_empty() {
        bail!(
            "a rule for everything would silence everything: name a device, a group, a peer or a detection"
        );
    }
    if let Some(fault) = scope.fault() {
        bail!(fault);
    }
    let until = arguments.until.as_deref().map(|until| {
        // A day ends with its last moment.
        let whole = if until.len() == "2026-12-31".len() {
            format!("{until}T23:59:59.999999Z")
        } else {
            until.to_owned()
        };
        Timestamp::parse(&whole)
            .with_context(|| format!("`{until}` is no time; write 2026-12-31 or 2026-12-31T18:00:00Z"))
    });
    Ok(Rule { scope, label: arguments.label.into(), until: until.transpose()? })
}

/// What became different: findings that are closed or open now, and certainties that moved.
fn told_changes(out: &mut impl Write, before: &[Value], after: &[Value], is_json: bool) -> Result<()> {
    let mut counts = [0_u64; 3];
    let before = by_id(before);
    for now in after {
        let Some(was) = before.get(text(now, "id")) else { continue };
        let what = match (is_closed(was), is_closed(now)) {
            (false, true) => 0,
            (true, false) => 1,
            _ if was["certainty"] != now["certainty"] || was["state"] != now["state"] => 2,
            _ => continue,
        };
        if let Some(count) = counts.get_mut(what) {
            *count += 1;
        }
        if is_json {
            let name = |what| {
                if what == 0 {
                    "silenced"
                } else if what == 1 {
                    "opened"
                } else {
                    "moved"
                }
            };
            let told = json!({
                "id": now["id"], "detection": now["detection"], "change": name(what), "state": now["state"],
                "certainty_before": was["certainty"], "certainty": now["certainty"], "summary": now["summary"],
            });
            writeln!(out, "{told}")?;
            continue;
        }
        let sign = ["silenced", "open again", "moved"].get(what).copied().unwrap_or_default();
        writeln!(
            out,
            "  {sign:<10}  {}  certainty {} → {}  {NAME}{}{NAME:#}  {}",
            text(now, "id"),
            number(was, "certainty"),
            number(now, "certainty"),
            plain(text(now, "title")),
            plain(text(now, "summary"))
        )?;
    }
    if !is_json {
        let [silenced, opened, moved] = counts;
        writeln!(
            out,
            "{HEADING}{} silenced, {opened} open again, {moved} moved in certainty or state{HEADING:#}",
            counted(silenced, "finding")
        )?;
    }
    Ok(())
}

fn list(out: &mut impl Write, folder: &Path, is_json: bool) -> Result<()> {
    let casebook = Casebook::read(folder)?;
    let (rows, void) = (casebook.decisions()?, void(&decided(&casebook)?));
    if !is_json {
        writeln!(out, "{HEADING}{}{HEADING:#}", counted(rows.len() as u64, "decision"))?;
    }
    for row in rows {
        let holds = !void.contains(&row.number);
        if is_json {
            let told = json!({
                "number": row.number, "at": row.at.to_string(), "who": row.who, "why": row.why,
                "holds": holds, "decision": row.body,
            });
            writeln!(out, "{told}")?;
            continue;
        }
        let body = row
            .body
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, value)| *name != "kind" && !value.is_null());
        let words: Vec<String> =
            body.map(|(name, value)| format!("{name} {}", crate::findings::plain_value(value))).collect();
        let fate = if holds { "" } else { "  (taken back)" };
        writeln!(
            out,
            "{:>4}  {}  {NAME}{}{NAME:#}  {}: {}  {FAINT}{}{fate}{FAINT:#}",
            row.number,
            row.at,
            plain(&row.who),
            text(&row.body, "kind"),
            plain(&words.join(", ")),
            plain(&row.why)
        )?;
    }
    Ok(())
}

fn undo(out: &mut impl Write, taken_back: i64, because: &Because) -> Result<()> {
    let mut casebook = open(&because.lake.path)?;
    let all = decided(&casebook)?;
    if !all.iter().any(|one| one.number == taken_back) {
        bail!("there is no decision {taken_back}; `otus triage list` shows all");
    }
    if void(&all).contains(&taken_back) {
        bail!("decision {taken_back} was taken back already");
    }
    let before = findings(&casebook)?;
    let given = decide(&mut casebook, because, &Decision::Undo { decision: taken_back })?;
    writeln!(out, "decision {given}: decision {taken_back} no longer holds")?;
    told_changes(out, &before, &findings(&casebook)?, false)
}
