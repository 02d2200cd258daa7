//! `otus search`: records in words, in the order of time over all types.

use std::io::Write as _;

use anyhow::Result;
use lake::{Access, Lake, LakeError, write_hits_csv, write_hits_json, write_hits_text};

use crate::arguments::Search;
use crate::output::{self, FAINT, Outcome, grouped, tell};

/// People see so many records where they did not ask for more.
const SHOWN: usize = 1000;

pub(crate) fn run(arguments: &Search) -> Result<Outcome> {
    let lake = Lake::open(&arguments.lake.path, Access::Read)?;
    let search = match lake.search(&arguments.query) {
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
        let noun = if count == 1 { "record" } else { "records" };
        write!(out, "{FAINT}{} {noun}", grouped(count))?;
        if shown < count {
            write!(out, ", the first {} shown; --limit shows more", grouped(shown))?;
        }
        writeln!(out, "{FAINT:#}")?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}
