//! `otus campaigns`: what several hosts have to do with each other.

use std::io::Write as _;

use anyhow::Result;
use serde_json::Value;

use crate::arguments::Campaigns;
use crate::decided::correlated;
use crate::findings::{casebook_of, text, texts};
use crate::output::{self, FAINT, HEADING, NAME, Outcome, counted, plain};

pub(crate) fn run(arguments: &Campaigns) -> Result<Outcome> {
    let (casebook, own) = casebook_of(&arguments.lake.path)?;
    let campaigns = correlated(&casebook, &own)?.campaigns;
    let mut out = output::standard_output();
    if arguments.json {
        for campaign in &campaigns {
            writeln!(out, "{campaign}")?;
        }
    } else {
        writeln!(out, "{HEADING}{}{HEADING:#}", counted(campaigns.len() as u64, "campaign"))?;
        for campaign in &campaigns {
            print(&mut out, campaign)?;
        }
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn print(out: &mut impl std::io::Write, campaign: &Value) -> Result<()> {
    let zero = plain(text(&campaign["patient_zero"], "name"));
    writeln!(out, "\n{HEADING}{}{HEADING:#}  {}", text(campaign, "id"), text(campaign, "state"))?;
    let label = |name: &str| format!("  {FAINT}{name:<13}{FAINT:#}");
    writeln!(out, "{}{} to {}", label("when"), text(campaign, "beginning"), text(campaign, "end"))?;
    writeln!(out, "{}{NAME}{zero}{NAME:#}", label("patient zero"))?;
    writeln!(out, "{}{}", label("stages"), texts(&campaign["stages"]).join(", "))?;
    for host in list(&campaign["hosts"]) {
        let (name, findings) = (plain(text(host, "name")), texts(&host["findings"]).join(", "));
        writeln!(
            out,
            "{}{NAME}{name}{NAME:#}  {} to {}  {FAINT}{findings}{FAINT:#}",
            label("host"),
            text(host, "since"),
            text(host, "until")
        )?;
    }
    for shared in list(&campaign["shared"]) {
        let (kind, value) = (text(shared, "kind"), plain(text(shared, "value")));
        writeln!(out, "{}{kind} {value}: {}", label("shared"), plain(&texts(&shared["hosts"]).join(", ")))?;
    }
    for step in list(&campaign["spread"]) {
        let (from, to) = (plain(text(step, "from")), plain(text(step, "to")));
        writeln!(
            out,
            "{}{} {from} → {to}  {FAINT}{}{FAINT:#}",
            label("spread"),
            text(step, "at"),
            text(step, "finding")
        )?;
    }
    Ok(())
}
