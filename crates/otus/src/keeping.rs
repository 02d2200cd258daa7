//! Taking captures into a lake: once each, also when a run was killed before its end.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use lake::{Access, CaptureIdentity, Ingest, Lake};
use records::AnyRecord;
use sensor::{Identity, Listed, Traffic};

use crate::intake::Intake;
use crate::unfinished::{self, RunCapture, Unfinished};

/// So often what was taken is acknowledged: written through to the disk.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// An ingest of captures that the lake does not know yet.
pub(crate) struct Keeping {
    ingest: Ingest,
    unfinished: Unfinished,
    captures_before: usize,
    records: u64,
    synced: Instant,
}

impl Keeping {
    /// Opens the lake and says which of the captures are new to it. What a killed run left behind is taken out where
    /// all its captures are given again.
    pub(crate) fn begin(folder: &Path, captures: Vec<Listed>) -> Result<(Self, Intake)> {
        let mut lake = Lake::open(folder, Access::Write)?;
        let given: Vec<RunCapture> = captures.iter().enumerate().map(RunCapture::new).collect();
        let knows = |identity: &Identity| knows(&lake, identity);
        let is_known: Option<&dyn Fn(&Identity) -> bool> =
            if lake.captures().is_empty() { None } else { Some(&knows) };
        let intake = Intake::sort(captures, is_known);
        let unfinished = Unfinished::of(&lake, &given);
        for run in unfinished.repeated() {
            lake.forget(run)?;
        }
        let captures_before = lake.captures().len();
        let name = unfinished::run_name(
            given
                .into_iter()
                .filter(|capture| intake.new.iter().any(|new| new.path.as_os_str() == capture.path())),
        );
        let ingest = lake.begin(&name).context("beginning to write to the lake")?;
        Ok((Self { ingest, unfinished, captures_before, records: 0, synced: Instant::now() }, intake))
    }

    /// Says which earlier runs were not finished, and what becomes of their records.
    pub(crate) fn tell_unfinished(&self) {
        self.unfinished.tell();
    }

    /// Whether the lake held this content before.
    pub(crate) fn knows(&self, identity: &Identity) -> bool {
        knows(self.ingest.lake(), identity)
    }

    /// How many captures the lake held before.
    pub(crate) const fn captures_before(&self) -> usize {
        self.captures_before
    }

    /// How many captures the lake holds once this traffic is committed.
    pub(crate) fn captures_after(&self, traffic: &Traffic) -> usize {
        let new = identities(traffic).filter(|identity| !self.ingest.lake().knows(identity));
        let contents: BTreeSet<(u128, u64)> = new.map(|identity| (identity.hash, identity.bytes)).collect();
        self.captures_before + contents.len()
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

/// Of the captures that were read. One of which nothing could be read may be readable tomorrow, or by a later version.
fn identities(traffic: &Traffic) -> impl Iterator<Item = CaptureIdentity> {
    let read = traffic.files.iter().filter(|file| {
        let links = traffic.unknown_links.iter().filter(|link| link.path == file.path);
        file.frames > links.map(|link| link.frames).sum()
    });
    read.map(|file| CaptureIdentity {
        hash: file.content_hash,
        bytes: file.content_bytes,
        name: file.path.display().to_string(),
        format: (file.format != "packets").then(|| file.format.to_owned()),
        sensor: file.sensor.clone(),
    })
}

fn knows(lake: &Lake, identity: &Identity) -> bool {
    let name = String::new();
    lake.knows(&CaptureIdentity {
        hash: identity.content_hash,
        bytes: identity.content_bytes,
        name,
        format: None,
        sensor: None,
    })
}
