//! `otus search`: records in words, in the order of time over all types.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use casebook::Casebook;
use lake::{Access, HostNames, Lake, LakeError, write_hits_csv, write_hits_json, write_hits_text};
use serde_json::Value;

use crate::arguments::Search;
use crate::output::{self, FAINT, Outcome, counted, grouped, tell};

/// The names of devices, as far as a run has been finished.
fn host_names(folder: &Path) -> HostNames {
    let mut names = HostNames::default();
    for device in Casebook::read(folder).and_then(|casebook| casebook.devices()).unwrap_or_default() {
        let list = |field: &str| device[field].as_array().map(Vec::as_slice).unwrap_or_default();
        for name in list("names").iter().filter_map(Value::as_str) {
            for span in list("addresses") {
                let text = |field: &str| span[field].as_str().unwrap_or_default();
                names.add(name, text("address"), text("from"), text("to"));
            }
        }
    }
    names
}

/// People see so many records where they did not ask for more.
const SHOWN: usize = 1000;

pub(crate) fn run(arguments: &Search) -> Result<Outcome> {
    let lake = Lake::open(&arguments.lake.path, Access::Read)?;
    let search = match lake.search(&arguments.query, &host_names(&arguments.lake.path)) {
        Ok(search) => search,
        Err(LakeError::Search(error)) => {
            tell(&error.to_string());
            return Ok(Outcome::BadQuery);
        }
        Err(error) => return Err(error.into()),
    };
    let is_for_people = !arguments.json && !arguments.csv;
    let limit = arguments.limit.or(is_for_people.then_some(SHOWN));
    let hits = search.hits(limit)?;
    let mut out = output::standard_output();
    if arguments.json {
        write_hits_json(hits, &mut out)?;
    } else if arguments.csv {
        write_hits_csv(&search.types(), hits, &mut out)?;
    } else {
        write_hits_text(hits, &mut out)?;
        let count = search.count()?;
        let shown = limit.map_or(count, |limit| count.min(limit as u64));
        write!(out, "{FAINT}{}", counted(count, "record"))?;
        if shown < count {
            write!(out, ", the first {} shown; --limit shows more", grouped(shown))?;
        }
        writeln!(out, "{FAINT:#}")?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}
