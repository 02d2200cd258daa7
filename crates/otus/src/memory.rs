//! What the brain remembers between runs: checkpoints in the lake's folder. Each names the runs whose records it knows, so
//! that those which came later, or all of them where no checkpoint can be read, are taken from the lake.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use brain::Brain;
use lake::Run;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_128;

/// What the first line of a checkpoint says it is.
const FORMAT: &str = "otus checkpoint 1";

/// A checkpoint that fits to a lake.
pub(crate) struct Checkpoint {
    /// How many of the lake's runs it knows, from the first.
    pub(crate) runs: usize,
    /// The brain's state, to be loaded.
    pub(crate) state: Vec<u8>,
}

fn folder(lake: &Path) -> PathBuf {
    lake.join("brain")
}

/// The checkpoint after this run, the latest that it knows.
fn path(lake: &Path, run: u64) -> PathBuf {
    folder(lake).join(format!("{run:08}.checkpoint"))
}

/// All checkpoints, the newest first.
fn all(lake: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(lake)).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_checkpoint = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "checkpoint");
    let mut paths: Vec<PathBuf> = entries.filter(is_checkpoint).collect();
    paths.sort_unstable_by(|left, right| right.cmp(left));
    paths
}

/// The newest checkpoint that knows runs of the lake and no others. `complain` is told what is wrong with a newer one.
pub(crate) fn load(lake: &Path, runs: &[Run], mut complain: impl FnMut(String)) -> Option<Checkpoint> {
    for path in all(lake) {
        match read(&path) {
            // One that knows records which are no longer in the lake is of no use, and no fault of anybody.
            Ok((known, state)) if runs.starts_with(&known) => {
                return Some(Checkpoint { runs: known.len(), state });
            }
            Ok(_) => {}
            Err(error) => complain(format!("{}: {error:#}", path.display())),
        }
    }
    None
}

/// The runs that a checkpoint knows, and the state of the brain in it.
fn read(path: &Path) -> Result<(Vec<Run>, Vec<u8>)> {
    let mut bytes = fs::read(path)?;
    let end = bytes.iter().position(|byte| *byte == b'\n').context("no checkpoint of this version")?;
    let state = bytes.split_off(end + 1);
    let head: Value = serde_json::from_slice(&bytes).context("no checkpoint of this version")?;
    ensure!(head["format"] == FORMAT, "no checkpoint of this version");
    ensure!(head["state"] == print(&state).as_str(), "damaged");
    let runs = serde_json::from_value(head["runs"].clone()).context("damaged")?;
    Ok((runs, state))
}

fn print(state: &[u8]) -> String {
    format!("{:032x}", xxh3_128(state))
}

/// Saves the brain as it is after these runs, and removes the checkpoints that are no longer needed.
pub(crate) fn save(lake: &Path, runs: &[Run], brain: &Brain) -> Result<()> {
    let Some(last) = runs.last() else { bail!("no run to remember") };
    let path = path(lake, last.number);
    fs::create_dir_all(folder(lake)).with_context(|| format!("making {}", folder(lake).display()))?;
    let state = brain.save()?;
    let head = json!({"format": FORMAT, "state": print(&state), "runs": serde_json::to_value(runs)?});
    let part = path.with_extension("part");
    fs::File::create(&part)
        .and_then(|mut file| {
            writeln!(file, "{head}")?;
            file.write_all(&state)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&part, &path))
        .and_then(|()| fs::File::open(folder(lake))?.sync_all())
        .with_context(|| format!("writing {}", path.display()))?;
    forget_all_but(lake, &path, runs);
    Ok(())
}

/// Removes checkpoints but for the newest and, where that knows a run that was interrupted, the newest that knows none: if
/// the run is repeated, its records go, and that one is needed.
fn forget_all_but(lake: &Path, newest: &Path, runs: &[Run]) {
    let mut is_one_wanted = runs.iter().any(|run| run.is_open);
    for old in all(lake).into_iter().filter(|path| path != newest) {
        if is_one_wanted && read(&old).is_ok_and(|(known, _)| is_usable_later(&known, runs)) {
            is_one_wanted = false;
            continue;
        }
        // One that cannot be removed costs room, nothing else.
        let _ = fs::remove_file(old);
    }
}

fn is_usable_later(known: &[Run], runs: &[Run]) -> bool {
    runs.starts_with(known) && known.iter().all(|run| !run.is_open)
}

/// Whether the lake holds runs that the newest checkpoint does not know, so that what they brought is in no finding.
pub(crate) fn is_behind(lake: &Path, runs: &[Run]) -> bool {
    load(lake, runs, |_| ()).map_or(0, |checkpoint| checkpoint.runs) < runs.len()
}
