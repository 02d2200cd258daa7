//! `otus analyze`: captures in, findings out.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use anyhow::{Context as _, Result, bail};
use brain::Brain;
use casebook::{Casebook, DeviceRow, FindingRow};
use records::{AnyRecord, Network};
use sensor::{Source, Traffic};

use crate::arguments::Analyze;
use crate::keeping::Keeping;
use crate::output::{self, FAINT, Outcome, WARN, grouped, tell};
use crate::progress::Bar;
use crate::{findings, memory};

/// Batches of records that may wait for the brain.
const BATCHES_WAITING: usize = 16;

pub(crate) fn run(arguments: &Analyze) -> Result<Outcome> {
    let mut captures = sensor::list_captures(&arguments.captures)?;
    for repeat in sensor::take_repeats(&mut captures) {
        tell(&format!(
            "{WARN}{}{WARN:#} holds the same as another capture: not counted again",
            repeat.display()
        ));
    }
    match &arguments.lake {
        Some(_) => keep_in_lake(arguments, captures),
        None => {
            let brain = Brain::new(brain_config(arguments)?);
            let (brain, traffic) = follow(arguments, &captures, brain, |_| Ok(()))?;
            let (_, findings) = keep_findings(Casebook::in_memory()?, brain)?;
            report(arguments, &findings, &traffic, None)
        }
    }
}

/// Analyses captures into a lake. A capture that is in the lake already is left out.
fn keep_in_lake(arguments: &Analyze, captures: Vec<PathBuf>) -> Result<Outcome> {
    let folder = arguments.lake.as_deref().unwrap_or(std::path::Path::new("."));
    let (mut keeping, captures) = Keeping::begin(folder, captures)?;
    for known in keeping.known() {
        tell(&format!("{WARN}{}{WARN:#} is in the lake already: not counted again", known.display()));
    }
    if captures.is_empty() {
        keeping.abandon()?;
        let findings = Casebook::open(folder)?.findings()?;
        return report(arguments, &findings, &Traffic::default(), None);
    }
    let brain = memory::load(folder, keeping.captures_before(), brain_config(arguments)?)?;
    let (brain, traffic) = follow(arguments, &captures, brain, |records| keeping.append(records))?;
    let captures_after = keeping.captures_after(&traffic);
    if captures_after == keeping.captures_before() {
        tell("the standard input is in the lake already: not counted again");
        keeping.abandon()?;
        return report(arguments, &Casebook::open(folder)?.findings()?, &Traffic::default(), None);
    }
    let (brain, findings) = keep_findings(Casebook::open(folder)?, brain)?;
    memory::save(folder, captures_after, &brain)?;
    let counts = keeping.commit(&traffic)?;
    memory::forget_before(folder, captures_after);
    report(arguments, &findings, &traffic, Some(counts))
}

/// Reads the captures; the brain thinks on a thread of its own while `keep` takes the records.
fn follow(
    arguments: &Analyze,
    captures: &[PathBuf],
    mut brain: Brain,
    mut keep: impl FnMut(&[AnyRecord]) -> Result<()>,
) -> Result<(Brain, Traffic)> {
    let source = Source::open(captures)?;
    let bar = Bar::new(source.progress(), arguments.quiet);
    let config = sensor_config(arguments)?;
    std::thread::scope(|scope| {
        let (to_brain, batches) = sync_channel::<Arc<Vec<AnyRecord>>>(BATCHES_WAITING);
        let thinking = scope.spawn(move || {
            for records in batches {
                records.iter().for_each(|record| brain.observe(record));
            }
            brain.finish();
            brain
        });
        let traffic = sensor::run(source, &config, |records| {
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
        ..sensor::Config::default()
    };
    for network in &arguments.networks {
        config.table.local_networks.push(parse_network(network)?);
    }
    Ok(config)
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

/// Says what was read and found.
fn report(
    arguments: &Analyze,
    found: &[serde_json::Value],
    traffic: &Traffic,
    kept: Option<u64>,
) -> Result<Outcome> {
    let mut out = output::standard_output();
    if arguments.json {
        for finding in found {
            writeln!(out, "{finding}")?;
        }
    } else {
        if traffic.counters.frames > 0 {
            summary(&mut out, traffic, kept)?;
        }
        findings::print(&mut out, found)?;
    }
    out.flush()?;
    let damaged: Vec<_> = traffic.files.iter().filter_map(|file| file.damage.as_ref()).collect();
    for damage in &damaged {
        tell(&format!("{WARN}damaged:{WARN:#} {damage}; what came before was kept"));
    }
    Ok(if damaged.is_empty() { Outcome::Done } else { Outcome::Damaged })
}

fn summary(out: &mut impl std::io::Write, traffic: &Traffic, kept: Option<u64>) -> Result<()> {
    let counters = &traffic.counters;
    write!(out, "{FAINT}{} packets", grouped(counters.frames))?;
    if traffic.files.len() > 1 {
        write!(out, " of {} captures", traffic.files.len())?;
    }
    if let Some((first, last)) = traffic.span {
        write!(out, ", {} to {}", records::Timestamp(first), records::Timestamp(last))?;
    }
    if let Some(kept) = kept {
        write!(out, "; {} records kept", grouped(kept))?;
    }
    writeln!(out, "{FAINT:#}\n")?;
    Ok(())
}
