//! `otus analyze`: captures and logs in, findings out.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use anyhow::{Context as _, Result, bail};
use brain::Brain;
use casebook::{Casebook, DeviceRow, FindingRow};
use records::{AnyRecord, Network};
use sensor::{Listed, Listing, Source};

use crate::arguments::Analyze;
use crate::intake::{self, Intake};
use crate::keeping::Keeping;
use crate::key_log;
use crate::memory;
use crate::output::{Outcome, tell, tell_of};
use crate::progress::Bar;
use crate::report::{Taken, report};

/// Batches of records that may wait for the brain.
const BATCHES_WAITING: usize = 16;

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
            let (brain, taken) = follow(arguments, &config, &captures.new, &temporary, brain, |_| Ok(()))?;
            intake::tell_repeated_streams(&captures.new, &taken.traffic, true, |_| false);
            let (_, findings) = keep_findings(Casebook::in_memory()?, brain)?;
            report(arguments, &findings, &taken, None)?
        }
    };
    Ok(if unreadable.is_empty() { outcome } else { Outcome::Damaged })
}

/// Analyses captures into a lake. A capture that is in the lake already is left out.
fn keep_in_lake(
    arguments: &Analyze,
    config: &sensor::Config,
    folder: &Path,
    captures: Vec<Listed>,
) -> Result<Outcome> {
    let (mut keeping, captures) = Keeping::begin(folder, captures)?;
    captures.tell(arguments);
    keeping.tell_unfinished();
    if captures.new.is_empty() {
        keeping.abandon()?;
        let findings = Casebook::open(folder)?.findings()?;
        return report(arguments, &findings, &Taken::default(), None);
    }
    let brain = memory::load(folder, keeping.captures_before(), brain_config(arguments)?)?;
    let (brain, taken) =
        follow(arguments, config, &captures.new, folder, brain, |records| keeping.append(records))?;
    let captures_after = keeping.captures_after(&taken.traffic);
    let is_counted = captures_after > keeping.captures_before();
    let streams = &captures.new;
    intake::tell_repeated_streams(streams, &taken.traffic, is_counted, |content| keeping.knows(content));
    if !is_counted {
        keeping.abandon()?;
        return report(arguments, &Casebook::open(folder)?.findings()?, &nothing_of(taken), None);
    }
    let (brain, findings) = keep_findings(Casebook::open(folder)?, brain)?;
    memory::save(folder, captures_after, &brain)?;
    let counts = keeping.commit(&taken.traffic)?;
    memory::forget_before(folder, captures_after);
    report(arguments, &findings, &taken, Some(counts))
}

/// Of what is not counted only what is wrong with the captures matters; where nothing was read, all does.
fn nothing_of(taken: Taken) -> Taken {
    if taken.is_any_read() { Taken::default() } else { taken }
}

/// Reads the captures and logs; the brain thinks on a thread of its own while `keep` takes the records.
fn follow(
    arguments: &Analyze,
    config: &sensor::Config,
    files: &[Listed],
    temporary: &Path,
    mut brain: Brain,
    mut keep: impl FnMut(&[AnyRecord]) -> Result<()>,
) -> Result<(Brain, Taken)> {
    let files = files.to_vec();
    let (captures, logs) = logs::split(files);
    if !captures.is_empty() && !logs.is_empty() {
        tell("captures and logs are read together: traffic that is in both counts twice");
    }
    let what = if captures.is_empty() { "lines" } else { "packets" };
    let source = Source::of(captures);
    let progress = source.progress();
    logs.iter().for_each(|log| progress.add_total(log.file.disk_bytes));
    let bar = Bar::new(Arc::clone(&progress), what, arguments.quiet);
    let reading =
        logs::Config { own_networks: own_networks(arguments)?, temporary_folder: temporary.to_owned() };
    let (mut of_logs, logs) =
        logs::read(logs, &reading, &progress, || bar.update()).context("putting logs in order")?;
    std::thread::scope(|scope| {
        let (to_brain, batches) = sync_channel::<Arc<Vec<AnyRecord>>>(BATCHES_WAITING);
        let thinking = scope.spawn(move || {
            for records in batches {
                records.iter().for_each(|record| brain.observe(record));
            }
            brain.finish();
            brain
        });
        let mut give = |records: Vec<AnyRecord>| {
            let records = Arc::new(records);
            to_brain.send(Arc::clone(&records)).context("the brain has stopped")?;
            keep(&records)
        };
        let mut traffic = sensor::run(source, config, |records| {
            bar.update();
            give(of_logs.with(records)?)
        })?;
        loop {
            let records = of_logs.rest()?;
            if records.is_empty() {
                break;
            }
            give(records)?;
        }
        traffic.files.extend(logs.files.iter().cloned());
        drop(to_brain);
        bar.message("thinking");
        let Ok(brain) = thinking.join() else { bail!("the brain has stopped") };
        Ok((brain, Taken { traffic, logs }))
    })
}

/// Puts what the brain found into the casebook, and gives all that it holds back, ranked.
fn keep_findings(mut casebook: Casebook, mut brain: Brain) -> Result<(Brain, Vec<serde_json::Value>)> {
    let changed = brain.take_changed();
    casebook.keep(changed.iter().map(finding_row), brain.devices().map(device_row))?;
    let findings = casebook.findings()?;
    Ok((brain, findings))
}

fn finding_row(finding: &brain::Finding) -> FindingRow {
    let body = finding.to_json();
    FindingRow {
        id: finding.id.clone(),
        detection: finding.detection.to_string(),
        device: finding.device.id.clone(),
        host: finding.host.to_string(),
        first_seen: finding.first_seen,
        last_seen: finding.last_seen,
        raised: finding.raised,
        threat: finding.threat,
        certainty: finding.certainty,
        state: body["state"].as_str().unwrap_or("open").to_owned(),
        body,
    }
}

fn device_row(device: brain::DeviceSummary) -> DeviceRow {
    DeviceRow {
        first_seen: device.first_seen,
        last_seen: device.last_seen,
        body: device.to_json(),
        id: device.id,
        name: device.name,
    }
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
    config.table.local_networks.extend(own_networks(arguments)?);
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

fn parse_network(text: &str) -> Result<Network> {
    Network::parse(text).with_context(|| format!("`{text}` is no network; write it as 203.0.113.0/24"))
}
