//! `otus explain`: each number of a finding, made again from the records of the lake.

mod evidence;
mod print;
mod retell;

use std::io::Write as _;

use anyhow::{Result, bail};
use brain::explain;
use casebook::Casebook;
use lake::{Access, Lake};
use serde_json::{Value, json};

use crate::arguments::Explain;
use crate::findings::casebook_of;
use crate::output::{self, Outcome, counted, tell_of};

pub(crate) fn run(arguments: &Explain) -> Result<Outcome> {
    let folder = &arguments.lake.path;
    let (casebook, _) = casebook_of(folder)?;
    let findings = casebook.findings()?;
    let finding = one_of(&findings, &arguments.id)?;
    let lake = Lake::open(folder, Access::Read)?;
    let retold = if arguments.stored {
        None
    } else {
        let lost = lake.records_without_order();
        if lost > 0 {
            let text = format!(
                "{} of an earlier version cannot be shown to the detections again",
                counted(lost, "record")
            );
            tell_of("not made again from all:", &text);
        }
        Some(retell::retell(&lake, finding, arguments.quiet)?)
    };
    let mut told = explain(finding, retold.as_ref());
    told["now"] = as_it_stands(&casebook, &told["id"])?;
    told["evidence"] = evidence::records(&lake, finding)?;
    told["between"] = evidence::between(&lake, finding)?;
    let mut out = output::standard_output();
    if arguments.json {
        writeln!(out, "{told}")?;
    } else {
        print::print(&mut out, &told, &folder.display().to_string())?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// What people's decisions have made of it since.
fn as_it_stands(casebook: &Casebook, id: &Value) -> Result<Value> {
    let findings = crate::decided::findings(casebook)?;
    let Some(now) = findings.iter().find(|finding| finding["id"] == *id) else { return Ok(Value::Null) };
    let parts = now["parts"]["certainty"].as_array().into_iter().flatten();
    let moved: Vec<&Value> = parts.filter(|part| part["name"] == "labels").collect();
    Ok(json!({"certainty": now["certainty"], "state": now["state"], "triage": now["triage"], "parts": moved}))
}

/// The finding whose id begins so.
pub(crate) fn one_of<'a>(findings: &'a [Value], id: &str) -> Result<&'a Value> {
    let is_meant = |finding: &&Value| finding["id"].as_str().is_some_and(|known| known.starts_with(id));
    let mut meant = findings.iter().filter(is_meant);
    match (meant.next().filter(|_| !id.is_empty()), meant.next()) {
        (Some(finding), None) => Ok(finding),
        (Some(_), Some(_)) => bail!("several findings have an id that begins with `{id}`; write more of it"),
        (None, _) => bail!("there is no finding `{id}`; `otus findings` lists the ids of all"),
    }
}
