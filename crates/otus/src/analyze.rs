//! `otus analyze`: captures and logs in, findings out.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use anyhow::{Context as _, Result, bail};
use brain::{Brain, Correlated};
use casebook::Casebook;
use records::{AnyRecord, LocalNetworks, Network};
use sensor::{Listed, Listing, Source};

use crate::arguments::Analyze;
use crate::casebook_rows::{device_row, finding_row};
use crate::decided::{correlated, local_networks};
use crate::intake::{self, Intake};
use crate::interrupt;
use crate::keeping::Keeping;
use crate::key_log;
use crate::memory;
use crate::output::{Outcome, WARN, tell, tell_of};
use crate::progress::Bar;
use crate::recall::recall;
use crate::report::{Taken, report};

/// Networks that are named; more are counted.
const NETWORKS_NAMED: usize = 8;

/// Batches of records that may wait for the brain, and for the lake.
const BATCHES_WAITING: usize = 8;

pub(crate) fn run(arguments: &Analyze) -> Result<Outcome> {
    let config = sensor_config(arguments)?;
    let Listing { captures, unreadable } = logs::list(&arguments.captures)?;
    for error in &unreadable {
        tell_of("not read:", &error.to_string());
    }
    let outcome = match &arguments.lake {
        Some(folder) => keep_in_lake(arguments, &config, folder, captures)?,
        None => {
            let captures = Intake::sort(captures, None);
            captures.tell(arguments);
            let brain = Brain::new(brain_config(arguments)?);
            let temporary = std::env::temp_dir();
            let Followed { brain, taken, is_stopped } =
                follow(arguments, &config, &captures.new, &temporary, brain, None)?;
            intake::tell_repeated_streams(&captures.new, &taken.traffic, true, |_| false);
            let (_, findings) = keep_findings(Casebook::in_memory()?, brain, &config.table.local_networks)?;
            let outcome = report(arguments, &findings, &taken, None)?;
            if is_stopped { Outcome::Stopped } else { outcome }
        }
    };
    Ok(if unreadable.is_empty() || outcome == Outcome::Stopped { outcome } else { Outcome::Damaged })
}

/// Analyses captures into a lake. A capture that is in the lake already is left out.
fn keep_in_lake(
    arguments: &Analyze,
    config: &sensor::Config,
    folder: &Path,
    captures: Vec<Listed>,
) -> Result<Outcome> {
    let brain_config = brain_config(arguments)?;
    let (mut keeping, captures) = Keeping::begin(folder, captures, arguments.networks.clone())?;
    captures.tell(arguments);
    keeping.tell_unfinished();
    let mut casebook = Casebook::open(folder)?;
    let runs = keeping.lake().runs();
    let own = local_networks(arguments.networks.iter().chain(runs.iter().flat_map(|run| &run.networks)))?;
    let brain = recall(folder, keeping.lake(), &mut casebook, brain_config, arguments.quiet)?;
    if captures.new.is_empty() {
        keeping.abandon()?;
        return report(arguments, &correlated(&casebook, &own)?, &Taken::default(), None);
    }
    let Followed { brain, mut taken, is_stopped } =
        follow(arguments, config, &captures.new, folder, brain, Some(&mut keeping))?;
    keeping.append_stats(&mut taken.traffic)?;
    let is_counted = if is_stopped { keeping.has_records() } else { keeping.is_new(&taken.traffic) };
    let streams = &captures.new;
    intake::tell_repeated_streams(streams, &taken.traffic, is_counted, |content| keeping.knows(content));
    if !is_counted {
        keeping.abandon()?;
        let outcome = report(arguments, &correlated(&casebook, &own)?, &nothing_of(taken), None)?;
        return Ok(if is_stopped { Outcome::Stopped } else { outcome });
    }
    // The lake first: what the casebook and the checkpoint lack after a crash is made again from its records.
    let (records, runs) = if is_stopped { keeping.leave_open()? } else { keeping.commit(&taken.traffic)? };
    let (brain, findings) = keep_findings(casebook, brain, &own)?;
    memory::save(folder, &runs, &brain)?;
    let outcome = report(arguments, &findings, &taken, Some(records))?;
    if is_stopped {
        tell(&format!(
            "{WARN}stopped:{WARN:#} what was read is in the lake; analyse the same captures again to replace it by the whole"
        ));
    }
    Ok(if is_stopped { Outcome::Stopped } else { outcome })
}

/// Of what is not counted only what is wrong with the captures matters; where nothing was read, all does.
fn nothing_of(taken: Taken) -> Taken {
    if taken.is_any_read() { Taken::default() } else { taken }
}

/// What came of reading captures and logs.
struct Followed {
    brain: Brain,
    taken: Taken,
    /// The user ended it.
    is_stopped: bool,
}

/// Reads the captures and logs. The brain thinks on a thread of its own, and on another one the lake takes the records.
fn follow(
    arguments: &Analyze,
    config: &sensor::Config,
    files: &[Listed],
    temporary: &Path,
    mut brain: Brain,
    keeping: Option<&mut Keeping>,
) -> Result<Followed> {
    let files = files.to_vec();
    let (captures, logs) = logs::split(files);
    if !captures.is_empty() && !logs.is_empty() {
        tell("captures and logs are read together: traffic that is in both counts twice");
    }
    let what = if captures.is_empty() { "lines" } else { "packets" };
    let dropped_before = brain.dropped_findings();
    let found_before = brain.found_networks();
    let source = Source::of(captures);
    let progress = source.progress();
    interrupt::watch(&progress.stop_flag())?;
    logs.iter().for_each(|log| progress.add_total(log.file.disk_bytes));
    let bar = Bar::new(Arc::clone(&progress), what, arguments.quiet);
    let reading = logs::Config {
        local_networks: local_networks(&arguments.networks)?,
        temporary_folder: temporary.to_owned(),
    };
    let (mut of_logs, logs) =
        logs::read(logs, &reading, &progress, || bar.update()).context("putting logs in order")?;
    std::thread::scope(|scope| {
        let (to_brain, for_brain) = sync_channel::<Arc<Vec<AnyRecord>>>(BATCHES_WAITING);
        let (to_lake, for_lake) = sync_channel::<Arc<Vec<AnyRecord>>>(BATCHES_WAITING);
        let thinking = scope.spawn(move || {
            for records in for_brain {
                records.iter().for_each(|record| brain.observe(record));
            }
            brain.finish();
            brain
        });
        let writing = keeping.map(|keeping| scope.spawn(move || keeping.take(&for_lake)));
        let give = |records: Vec<AnyRecord>| {
            let records = Arc::new(records);
            to_brain.send(Arc::clone(&records)).context("the brain has stopped")?;
            if writing.is_some() {
                to_lake.send(records).context("the lake takes no more")?;
            }
            anyhow::Ok(())
        };
        let traffic = sensor::run(source, config, |records| {
            bar.update();
            give(of_logs.with(records)?)
        })
        .and_then(|traffic| give_rest(of_logs, &progress, give).map(|()| traffic));
        // A wish to stop that comes later changes nothing any more.
        let is_stopped = progress.is_stopped();
        drop((to_brain, to_lake));
        bar.message("thinking");
        // What ended the writing is the cause of what ended the reading.
        if let Some(writing) = writing {
            let Ok(written) = writing.join() else { bail!("the writing to the lake has stopped") };
            written?;
        }
        let mut traffic = traffic?;
        let Ok(brain) = thinking.join() else { bail!("the brain has stopped") };
        traffic.stats.findings_dropped = brain.dropped_findings() - dropped_before;
        traffic.files.extend(logs.files.iter().cloned());
        tell_found_networks(&brain, &found_before);
        Ok(Followed { brain, taken: Taken { traffic, logs }, is_stopped })
    })
}

/// Gives what logs have behind the last packet, unless the user ends it.
fn give_rest(
    mut of_logs: logs::Merge,
    progress: &sensor::Progress,
    give: impl Fn(Vec<AnyRecord>) -> Result<()>,
) -> Result<()> {
    while !progress.is_stopped() {
        let records = of_logs.rest()?;
        if records.is_empty() {
            break;
        }
        give(records)?;
    }
    Ok(())
}

/// Says which networks were taken for the own ones, where that is news: directions and so findings depend on it.
fn tell_found_networks(brain: &Brain, known: &[Network]) {
    let found = brain.found_networks();
    let names: Vec<String> = found.iter().take(NETWORKS_NAMED).map(ToString::to_string).collect();
    if found.as_slice() != known {
        let more = match found.len().saturating_sub(names.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        tell_of("found to be yours:", &format!("{}{more}; --network says it otherwise", names.join(", ")));
    }
}

/// Puts what the brain found into the casebook, and gives all that it holds back, ranked.
fn keep_findings(
    mut casebook: Casebook,
    mut brain: Brain,
    own: &LocalNetworks,
) -> Result<(Brain, Correlated)> {
    let changed = brain.take_changed();
    casebook.keep(changed.iter().map(finding_row), brain.devices().map(device_row))?;
    let found = correlated(&casebook, own)?;
    Ok((brain, found))
}

fn sensor_config(arguments: &Analyze) -> Result<sensor::Config> {
    let shards = match arguments.shards {
        Some(shards) => usize::from(shards),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let mut config = sensor::Config {
        shards,
        extract_files: arguments.extract_files.clone(),
        key_log: key_log::read(&arguments.tls_keys)?,
        ..sensor::Config::default()
    };
    config.table.local_networks = local_networks(&arguments.networks)?;
    if let Some(folder) = &arguments.extract_files {
        try_to_write(folder).with_context(|| format!("cannot write files to {}", folder.display()))?;
    }
    Ok(config)
}

/// Before hours of reading, not after them, a folder that nothing can be written to is to be noticed.
fn try_to_write(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".otus-{}.part", std::process::id()));
    std::fs::File::create(&probe)?;
    std::fs::remove_file(probe)
}

fn brain_config(arguments: &Analyze) -> Result<brain::Config> {
    Ok(brain::Config { own_networks: own_networks(arguments)? })
}

fn own_networks(arguments: &Analyze) -> Result<Vec<Network>> {
    arguments.networks.iter().map(|network| parse_network(network)).collect()
}

/// A network of the command line, or as a run in the lake has it.
pub(crate) fn parse_network(text: &str) -> Result<Network> {
    Network::parse(text).with_context(|| format!("`{text}` is no network; write it as 203.0.113.0/24"))
}
