//! `otus sql`: SQL over all record types.

use std::io::Write as _;

use anyhow::Result;
use lake::{Access, Lake, write_csv, write_json_lines, write_table};

use crate::arguments::Sql;
use crate::output::{self, Outcome, tell};

pub(crate) fn run(arguments: &Sql) -> Result<Outcome> {
    let lake = Lake::open(&arguments.lake.path, Access::Read)?;
    let rows = match lake.sql(&arguments.statement) {
        Ok(rows) => rows,
        Err(error) => {
            tell(&error.to_string());
            return Ok(Outcome::BadQuery);
        }
    };
    let mut out = output::standard_output();
    if arguments.json {
        write_json_lines(rows, &mut out)?;
    } else if arguments.csv {
        write_csv(&rows.schema(), rows, &mut out)?;
    } else {
        write_table(&rows.schema(), rows, &mut out)?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}
