//! The program `otus`: command line and wiring. What it does is done in the other rooms.

#![expect(clippy::disallowed_methods, reason = "the program is an edge: it may read the wall clock")]

mod analyze;
mod arguments;
mod campaigns;
mod casebook_rows;
mod decided;
mod devices;
mod explain;
mod export;
mod findings;
mod intake;
mod interrupt;
mod keeping;
mod key_log;
mod memory;
mod output;
mod progress;
mod recall;
mod report;
mod rescore;
mod search;
mod sql;
mod story;
mod train;
mod triage;
mod unfinished;

use std::process::ExitCode;

use anstream::eprintln;
use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::output::{BAD, Outcome};

/// Records are made by one thread and dropped by another, which costs this allocator least: a tenth of the CPU time less
/// than with the one of glibc, in the same memory.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Analyze(arguments) => analyze::run(&arguments),
        Command::Findings(arguments) => findings::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Triage(arguments) => triage::run(&arguments),
        Command::Campaigns(arguments) => campaigns::run(&arguments),
        Command::Story(arguments) => story::run(&arguments),
        Command::Rescore(arguments) => rescore::run(&arguments),
        Command::Devices(arguments) => devices::run(&arguments),
        Command::Search(arguments) => search::run(&arguments),
        Command::Sql(arguments) => sql::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        // Whoever read our output has seen enough, e.g. `otus findings | head`.
        Err(error) if output::is_broken_pipe(&error) => Outcome::Done.into(),
        Err(error) => {
            eprintln!("{BAD}otus:{BAD:#} {}", output::in_words(&error));
            Outcome::Failed.into()
        }
    }
}
