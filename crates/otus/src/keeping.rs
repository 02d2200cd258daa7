//! Taking captures into a lake: once each, also when a run was killed before its end.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use lake::{Access, CaptureIdentity, Ingest, Lake};
use records::AnyRecord;
use sensor::Traffic;
use xxhash_rust::xxh3::Xxh3;

/// So often what was taken is acknowledged: written through to the disk.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// So much of a capture's beginning tells it from others.
const FINGERPRINT_BYTES: usize = 64 * 1024;

/// An ingest of captures that the lake does not know yet.
pub(crate) struct Keeping {
    ingest: Ingest,
    known: Vec<PathBuf>,
    captures_before: usize,
    records: u64,
    synced: Instant,
}

impl Keeping {
    /// Opens the lake and says which of the captures are new to it. What a killed run of the same captures left
    /// behind is taken out.
    pub(crate) fn begin(folder: &Path, captures: Vec<PathBuf>) -> Result<(Self, Vec<PathBuf>)> {
        let mut lake = Lake::open(folder, Access::Write)?;
        let (known, new): (Vec<_>, Vec<_>) =
            captures.into_iter().partition(|path| !lake.captures().is_empty() && is_known(&lake, path));
        let captures_before = lake.captures().len();
        let prints: Vec<String> = new.iter().map(|path| fingerprint(path)).collect();
        let killed: Vec<String> =
            lake.open_ingests().filter(|name| shares_any(name, &prints)).map(str::to_owned).collect();
        for name in killed {
            lake.forget(&name)?;
        }
        let ingest = lake.begin(&prints.join(",")).context("beginning to write to the lake")?;
        Ok((Self { ingest, known, captures_before, records: 0, synced: Instant::now() }, new))
    }

    /// The captures that were left out.
    pub(crate) fn known(&self) -> &[PathBuf] {
        &self.known
    }

    /// How many captures the lake held before.
    pub(crate) const fn captures_before(&self) -> usize {
        self.captures_before
    }

    /// How many captures the lake holds once this traffic is committed.
    pub(crate) fn captures_after(&self, traffic: &Traffic) -> usize {
        let mut new: Vec<CaptureIdentity> = Vec::new();
        for identity in identities(traffic) {
            if !self.ingest.lake().knows(&identity)
                && !new.iter().any(|other| other.is_same_content(&identity))
            {
                new.push(identity);
            }
        }
        self.captures_before + new.len()
    }

    /// Takes the next records.
    pub(crate) fn append(&mut self, records: &[AnyRecord]) -> Result<()> {
        self.ingest.append(records)?;
        self.records += records.len() as u64;
        if self.synced.elapsed() > SYNC_EVERY {
            self.ingest.sync()?;
            self.synced = Instant::now();
        }
        Ok(())
    }

    /// Makes it count for good; returns the number of records.
    pub(crate) fn commit(self, traffic: &Traffic) -> Result<u64> {
        self.ingest.commit(identities(traffic).collect())?;
        Ok(self.records)
    }

    /// Leaves the lake as it was.
    pub(crate) fn abandon(self) -> Result<()> {
        self.ingest.abandon()?;
        Ok(())
    }
}

fn identities(traffic: &Traffic) -> impl Iterator<Item = CaptureIdentity> {
    traffic.files.iter().map(|file| CaptureIdentity {
        hash: file.content_hash,
        bytes: file.content_bytes,
        name: file.path.display().to_string(),
    })
}

fn is_known(lake: &Lake, path: &Path) -> bool {
    sensor::identify(path).is_some_and(|identity| {
        let name = String::new();
        lake.knows(&CaptureIdentity { hash: identity.content_hash, bytes: identity.content_bytes, name })
    })
}

/// The same for the same capture: by it the remains of a killed run are found.
fn fingerprint(path: &Path) -> String {
    let mut hash = Xxh3::new();
    let mut head = vec![0; FINGERPRINT_BYTES];
    // What is read from a pipe is gone.
    let file = match path.is_file() {
        true => std::fs::File::open(path),
        false => Err(std::io::ErrorKind::NotSeekable.into()),
    };
    let length =
        file.as_ref().ok().and_then(|file| file.metadata().ok()).map_or(0, |metadata| metadata.len());
    // A file that cannot be read has the fingerprint of an empty one; reading it will say what is wrong.
    let read = file.and_then(|mut file| std::io::Read::read(&mut file, &mut head)).unwrap_or(0);
    hash.update(&length.to_le_bytes());
    hash.update(head.get(..read).unwrap_or_default());
    format!("{:032x}", hash.digest128())
}

/// Whether an ingest of this name took any of these captures.
fn shares_any(name: &str, prints: &[String]) -> bool {
    name.split(',').any(|print| prints.iter().any(|other| other == print))
}
