//! `otus export`: records for other tools.

use std::io::Write as _;

use anyhow::Result;
use lake::{Access, Lake};

use crate::arguments::{Export, Format};
use crate::output::{self, Outcome, grouped};

pub(crate) fn run(arguments: &Export) -> Result<Outcome> {
    let lake = Lake::open(&arguments.lake.path, Access::Read)?;
    let logs = match arguments.format {
        Format::ZeekJson => lake.export_zeek_json(&arguments.out, &arguments.types)?,
    };
    let mut out = output::standard_output();
    for log in logs {
        writeln!(out, "{:>12}  {}", grouped(log.records), log.record_type)?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}
