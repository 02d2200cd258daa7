//! `otus story`: what happened to a device, in order, in sentences.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::arguments::Story;
use crate::decided::correlated_with_all_devices;
use crate::findings::{casebook_of, text};
use crate::output::{self, FAINT, HEADING, Outcome, plain};

pub(crate) fn run(arguments: &Story) -> Result<Outcome> {
    let folder = &arguments.lake.path;
    let (casebook, own) = casebook_of(folder)?;
    let correlated = correlated_with_all_devices(&casebook, &own)?;
    let wanted = &arguments.device;
    let device = brain::device(&correlated, wanted).with_context(|| {
        format!("there is no device `{wanted}`; `otus devices` lists names, addresses and ids")
    })?;
    let story = brain::story(&correlated, device, arguments.language.into());
    let mut out = output::standard_output();
    if arguments.json {
        writeln!(out, "{story}")?;
    } else {
        writeln!(out, "{HEADING}{}{HEADING:#}", plain(text(&story, "name")))?;
        for sentence in story["sentences"].as_array().into_iter().flatten() {
            print(&mut out, sentence, &folder.display().to_string())?;
        }
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn print(out: &mut impl std::io::Write, sentence: &Value, lake: &str) -> Result<()> {
    writeln!(out, "\n{}  {}", text(sentence, "at"), plain(text(sentence, "text")))?;
    let finding = sentence["finding"].as_str().map(|id| format!("{id}  ")).unwrap_or_default();
    writeln!(
        out,
        "  {FAINT}{finding}otus search --lake {} '{}'{FAINT:#}",
        plain(lake),
        plain(text(sentence, "query"))
    )?;
    Ok(())
}
