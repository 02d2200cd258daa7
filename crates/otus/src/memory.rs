//! What the brain remembers between runs: a checkpoint in the lake's folder, one per committed state of the lake.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use brain::Brain;

use crate::output::{WARN, tell};

/// The checkpoint belongs to the lake's state after so many captures: a run that was killed before its commit
/// leaves the checkpoint of the state before, which is then the right one.
fn path(lake: &Path, captures: usize) -> PathBuf {
    lake.join("brain").join(format!("{captures:08}.checkpoint"))
}

/// The brain as it was after the captures that the lake holds; a new one where there is no checkpoint.
pub(crate) fn load(lake: &Path, captures: usize, config: brain::Config) -> Result<Brain> {
    let path = path(lake, captures);
    match fs::read(&path) {
        Ok(bytes) => Brain::load(config, &bytes).with_context(|| {
            format!("{}: to learn anew, analyse all captures again into a new lake", path.display())
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if captures > 0 {
                tell(&format!(
                    "{WARN}{} is missing:{WARN:#} what was learned from the captures in the lake is lost, and everything is new again",
                    path.display()
                ));
            }
            Ok(Brain::new(config))
        }
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

/// Saves the brain for the lake's state after so many captures.
pub(crate) fn save(lake: &Path, captures: usize, brain: &Brain) -> Result<()> {
    let path = path(lake, captures);
    let folder = path.parent().unwrap_or(lake);
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let part = path.with_extension("part");
    let file = fs::File::create(&part).with_context(|| format!("writing {}", part.display()))?;
    std::io::Write::write_all(&mut &file, &brain.save()?)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&part, &path))
        .and_then(|()| fs::File::open(folder)?.sync_all())
        .with_context(|| format!("writing {}", path.display()))
}

/// Removes the checkpoints of earlier states.
pub(crate) fn forget_before(lake: &Path, captures: usize) {
    let newest = path(lake, captures);
    let Ok(entries) = fs::read_dir(lake.join("brain")) else { return };
    for old in entries.flatten().map(|entry| entry.path()).filter(|path| *path != newest) {
        // One that cannot be removed costs room, nothing else.
        let _ = fs::remove_file(old);
    }
}
