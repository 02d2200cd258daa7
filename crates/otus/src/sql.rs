//! `otus sql`: SQL over all record types.

use std::io::Write as _;

use anyhow::Result;
use lake::{Access, Lake, LakeError, write_csv, write_json_lines, write_table};

use crate::arguments::Sql;
use crate::output::{self, Outcome, tell};

pub(crate) fn run(arguments: &Sql) -> Result<Outcome> {
    match ask(arguments) {
        Ok(()) => Ok(Outcome::Done),
        // The user's statement is wrong; all else is a failure of the lake or of the output.
        Err(LakeError::Query(error)) => {
            tell(&error);
            Ok(Outcome::BadQuery)
        }
        Err(error) => Err(error.into()),
    }
}

fn ask(arguments: &Sql) -> Result<(), LakeError> {
    let lake = Lake::open(&arguments.lake.path, Access::Read)?;
    let rows = lake.sql(&arguments.statement)?;
    let mut out = output::standard_output();
    if arguments.json {
        write_json_lines(rows, &mut out)?;
    } else if arguments.csv {
        write_csv(&rows.schema(), rows, &mut out)?;
    } else {
        write_table(&rows.schema(), rows, &mut out)?;
    }
    out.flush().map_err(|error| LakeError::Output(error.into()))
}
