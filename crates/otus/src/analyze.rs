//! `otus analyze`: captures in, findings out.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use anyhow::{Context as _, Result, bail};
use brain::Brain;
use casebook::{Casebook, DeviceRow, FindingRow};
use records::{AnyRecord, Network};
use sensor::{Listed, Listing, Source, Traffic};

use crate::arguments::Analyze;
use crate::intake::{self, Intake};
use crate::keeping::Keeping;
use crate::key_log;
use crate::memory;
use crate::output::{Outcome, tell_of};
use crate::progress::Bar;
use crate::report::{is_any_read, report};

/// Batches of records that may wait for the brain.
const BATCHES_WAITING: usize = 16;

pub(crate) fn run(arguments: &Analyze) -> Result<Outcome> {
    let config = sensor_config(arguments)?;
    let Listing { captures, unreadable } = sensor::list_captures(&arguments.captures)?;
    for error in &unreadable {
        tell_of("not read:", &error.to_string());
    }
    let outcome = match &arguments.lake {
        Some(folder) => keep_in_lake(arguments, &config, folder, captures)?,
        None => {
            let captures = Intake::sort(captures, None);
            captures.tell(arguments);
            let brain = Brain::new(brain_config(arguments)?);
            let (brain, traffic) = follow(arguments, &config, &captures.new, brain, |_| Ok(()))?;
            intake::tell_repeated_streams(&captures.new, &traffic, true, |_| false);
            let (_, findings) = keep_findings(Casebook::in_memory()?, brain)?;
            report(arguments, &findings, &traffic, None)?
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
        return report(arguments, &findings, &Traffic::default(), None);
    }
    let brain = memory::load(folder, keeping.captures_before(), brain_config(arguments)?)?;
    let (brain, traffic) =
        follow(arguments, config, &captures.new, brain, |records| keeping.append(records))?;
    let captures_after = keeping.captures_after(&traffic);
    let is_counted = captures_after > keeping.captures_before();
    intake::tell_repeated_streams(&captures.new, &traffic, is_counted, |content| keeping.knows(content));
    if !is_counted {
        keeping.abandon()?;
        return report(arguments, &Casebook::open(folder)?.findings()?, &nothing_of(traffic), None);
    }
    let (brain, findings) = keep_findings(Casebook::open(folder)?, brain)?;
    memory::save(folder, captures_after, &brain)?;
    let counts = keeping.commit(&traffic)?;
    memory::forget_before(folder, captures_after);
    report(arguments, &findings, &traffic, Some(counts))
}

/// Of traffic that is not counted only what is wrong with the captures matters; where no packet was read, all does.
fn nothing_of(traffic: Traffic) -> Traffic {
    if is_any_read(&traffic.counters) { Traffic::default() } else { traffic }
}

/// Reads the captures; the brain thinks on a thread of its own while `keep` takes the records.
fn follow(
    arguments: &Analyze,
    config: &sensor::Config,
    captures: &[Listed],
    mut brain: Brain,
    mut keep: impl FnMut(&[AnyRecord]) -> Result<()>,
) -> Result<(Brain, Traffic)> {
    let paths: Vec<PathBuf> = captures.iter().map(|capture| capture.path.clone()).collect();
    let source = Source::open(&paths)?;
    let bar = Bar::new(source.progress(), arguments.quiet);
    std::thread::scope(|scope| {
        let (to_brain, batches) = sync_channel::<Arc<Vec<AnyRecord>>>(BATCHES_WAITING);
        let thinking = scope.spawn(move || {
            for records in batches {
                records.iter().for_each(|record| brain.observe(record));
            }
            brain.finish();
            brain
        });
        let traffic = sensor::run(source, config, |records| {
            bar.update();
            let records = Arc::new(records);
            to_brain.send(Arc::clone(&records)).context("the brain has stopped")?;
            keep(&records)
        })?;
        drop(to_brain);
        bar.message("thinking");
        let Ok(brain) = thinking.join() else { bail!("the brain has stopped") };
        Ok((brain, traffic))
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
    for network in &arguments.networks {
        config.table.local_networks.push(parse_network(network)?);
    }
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
    let mut config = brain::Config::default();
    for network in &arguments.networks {
        config.own_networks.push(parse_network(network)?);
    }
    Ok(config)
}

fn parse_network(text: &str) -> Result<Network> {
    Network::parse(text).with_context(|| format!("`{text}` is no network; write it as 203.0.113.0/24"))
}
