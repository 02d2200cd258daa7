//! The brain as it was when it had seen all that a lake holds: from a checkpoint, and from the records that came later.

use std::path::Path;

use anyhow::{Context as _, Result};
use brain::Brain;
use casebook::Casebook;
use lake::{Lake, Run};
use records::AnyRecord;

use crate::casebook_rows::{device_row, finding_row};
use crate::decided::marked;
use crate::memory;
use crate::output::{WARN, counted, tell, tell_of};
use crate::progress::ReplayBar;

/// Records after which the bar moves.
const SHOWN_EVERY: u64 = 8192;

/// Brings a brain to the end of the lake's runs, and the casebook with it. The same records in the same order, cut into the
/// same runs, come to the same findings as if nothing had happened in between.
pub(crate) fn recall(
    folder: &Path,
    lake: &Lake,
    casebook: &mut Casebook,
    config: brain::Config,
    is_quiet: bool,
) -> Result<Brain> {
    let runs = lake.runs();
    let checkpoint = memory::load(folder, &runs, |complaint| tell_of("not usable:", &complaint));
    let (mut known, mut state) = checkpoint.map_or((0, None), |found| (found.runs, Some(found.state)));
    if let Some(Err(error)) = state.as_ref().map(|state| Brain::load(config.clone(), state)) {
        tell_of("not usable:", &format!("the checkpoint of {}: {error}", folder.display()));
        (known, state) = (0, None);
    }
    let missing = runs.get(known..).unwrap_or_default();
    tell_lost(lake, known);
    if !missing.is_empty() {
        let records = missing.iter().map(|run| run.records).sum();
        let records_in_words = counted(records, "record");
        tell(&format!(
            "{WARN}learning again{WARN:#} from {records_in_words} of the lake that no checkpoint knows"
        ));
        let bar = ReplayBar::new(records, is_quiet);
        let brain = replay(folder, lake, &runs, known, state.take(), &bar)?;
        keep_only(casebook, &brain)?;
        memory::save(folder, &runs, &brain)?;
        state = Some(brain.save()?);
    }
    let brain = load(config, state.as_deref())?;
    if !holds(casebook, &brain)? {
        if lake.records_without_order() == 0 {
            keep_only(casebook, &brain)?;
        } else {
            // What was found in those records cannot be found again: it stays.
            casebook.keep(brain.findings().iter().map(finding_row), brain.devices().map(device_row))?;
        }
    }
    Ok(brain)
}

/// Puts into the casebook what the brain knows, and takes out what it does not.
fn keep_only(casebook: &mut Casebook, brain: &Brain) -> Result<()> {
    let marked = marked(casebook)?;
    let findings = brain.findings().iter().map(finding_row);
    Ok(casebook.keep_only(findings, brain.devices().map(device_row), &marked)?)
}

/// Whether the casebook tells of the findings that the brain knows, and besides of marked ones only. It does not where it
/// was lost, or where a run whose findings it has was taken out of the lake to be repeated and then was not.
fn holds(casebook: &Casebook, brain: &Brain) -> Result<bool> {
    let (mut told, marked) = (casebook.outlines()?, marked(casebook)?);
    let is_told = brain.findings().iter().all(|finding| {
        told.remove(&finding.id) == Some((finding.last_seen, finding.threat, finding.certainty))
    });
    Ok(is_told && told.keys().all(|id| marked.contains(id)))
}

fn load(config: brain::Config, state: Option<&[u8]>) -> Result<Brain> {
    Ok(match state {
        Some(state) => Brain::load(config, state)?,
        None => Brain::new(config),
    })
}

/// Says what cannot be learned again.
fn tell_lost(lake: &Lake, known: usize) {
    let without_order = lake.records_without_order();
    if known == 0 && without_order > 0 {
        let text = format!(
            "{} were written by an earlier version, which did not keep the order in which they came: nothing is learned \
             from them; to learn from them too, analyse their captures again into a new lake",
            counted(without_order, "record")
        );
        tell_of("not learned from:", &text);
    }
}

/// Shows a brain that knows nothing all that a lake holds, and keeps what it finds instead of what was found before.
pub(crate) fn rescore(folder: &Path, lake: &Lake, casebook: &mut Casebook, is_quiet: bool) -> Result<()> {
    let runs = lake.runs();
    tell_lost(lake, 0);
    let bar = ReplayBar::new(runs.iter().map(|run| run.records).sum(), is_quiet);
    let brain = replay(folder, lake, &runs, 0, None, &bar)?;
    keep_only(casebook, &brain)?;
    memory::save(folder, &runs, &brain)
}

/// Sees a brain learn from records once more.
pub(crate) trait Onlooker {
    /// A run begins.
    fn begins(&mut self, _brain: &mut Brain) {}

    /// The brain has seen the record; none when the run is at its end.
    fn saw(&mut self, brain: &mut Brain, record: Option<&AnyRecord>);
}

/// Moves the bar.
pub(crate) struct Shown<'a> {
    pub(crate) bar: &'a ReplayBar,
    pub(crate) records: u64,
}

impl Onlooker for Shown<'_> {
    fn saw(&mut self, _brain: &mut Brain, _record: Option<&AnyRecord>) {
        self.records += 1;
        if self.records.is_multiple_of(SHOWN_EVERY) {
            self.bar.show(self.records);
        }
    }
}

/// Shows a brain of this state the records of a run in the order in which they came.
pub(crate) fn replay_run(
    lake: &Lake,
    run: &Run,
    state: Option<&[u8]>,
    onlooker: &mut impl Onlooker,
) -> Result<Brain> {
    let mut brain = load(config_of(run)?, state)?;
    onlooker.begins(&mut brain);
    for record in lake.replay(run) {
        let record = record.context("the records of the lake cannot be learned from")?;
        brain.observe(&record);
        onlooker.saw(&mut brain, Some(&record));
    }
    brain.finish();
    onlooker.saw(&mut brain, None);
    Ok(brain)
}

/// Shows the brain the runs behind the first `known` ones. Each begins from a saved state, as it did when it came.
fn replay(
    folder: &Path,
    lake: &Lake,
    runs: &[Run],
    known: usize,
    mut state: Option<Vec<u8>>,
    bar: &ReplayBar,
) -> Result<Brain> {
    let mut brain = None;
    let mut shown = Shown { bar, records: 0 };
    for (place, run) in runs.iter().enumerate().skip(known) {
        let mut own = replay_run(lake, run, state.as_deref(), &mut shown)?;
        own.take_changed();
        if place + 1 < runs.len() {
            // A kill from here on costs what follows only.
            memory::save(folder, runs.get(..=place).unwrap_or_default(), &own)?;
        }
        state = Some(own.save()?);
        brain = Some(own);
    }
    brain.context("no run to learn from")
}

/// What the run was told.
fn config_of(run: &Run) -> Result<brain::Config> {
    let own_networks = run.networks.iter().map(|network| crate::analyze::parse_network(network));
    Ok(brain::Config { own_networks: own_networks.collect::<Result<_>>()? })
}
