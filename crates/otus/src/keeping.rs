//! Taking captures into a lake: once each, also when a run was killed before its end.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use lake::{Access, CaptureIdentity, Ingest, Lake, Recovered, Run};
use records::{AnyRecord, Stats};
use sensor::{Identity, Listed, Traffic};

use crate::intake::Intake;
use crate::output::tell_of;
use crate::unfinished::{self, RunCapture, Unfinished};

/// So often what was taken is acknowledged: written through to the disk.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// An ingest of captures that the lake does not know yet.
pub(crate) struct Keeping {
    ingest: Ingest,
    unfinished: Unfinished,
    records: u64,
    synced: Instant,
    is_synced: bool,
}

impl Keeping {
    /// Opens the lake and says which of the captures are new to it. What a killed run left behind is taken out where
    /// all its captures are given again.
    /// `networks` are those that this run was told.
    pub(crate) fn begin(
        folder: &Path,
        captures: Vec<Listed>,
        networks: Vec<String>,
    ) -> Result<(Self, Intake)> {
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
        let name = unfinished::run_name(
            given
                .into_iter()
                .filter(|capture| intake.new.iter().any(|new| new.path.as_os_str() == capture.path())),
        );
        let ingest = lake.begin_told(&name, networks).context("beginning to write to the lake")?;
        let synced = Instant::now();
        Ok((Self { ingest, unfinished, records: 0, synced, is_synced: true }, intake))
    }

    /// Says which earlier runs were not finished, and what becomes of their records.
    pub(crate) fn tell_unfinished(&self) {
        self.unfinished.tell();
    }

    /// Whether the lake held this content before.
    pub(crate) fn knows(&self, identity: &Identity) -> bool {
        knows(self.ingest.lake(), identity)
    }

    /// The lake, with the runs that came before.
    pub(crate) const fn lake(&self) -> &Lake {
        self.ingest.lake()
    }

    /// Whether the traffic holds a capture that the lake does not know.
    pub(crate) fn is_new(&self, traffic: &Traffic) -> bool {
        identities(traffic).any(|identity| !self.lake().knows(&identity))
    }

    /// Whether any record was taken.
    pub(crate) const fn has_records(&self) -> bool {
        self.records > 0
    }

    /// Takes records until no more come, and acknowledges them in time, also while none come.
    pub(crate) fn take(&mut self, batches: &Receiver<Arc<Vec<AnyRecord>>>) -> Result<()> {
        loop {
            match batches.recv_timeout(SYNC_EVERY.saturating_sub(self.synced.elapsed())) {
                Ok(records) => self.append(&records)?,
                Err(RecvTimeoutError::Timeout) => self.acknowledge()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Takes the next records.
    pub(crate) fn append(&mut self, records: &[AnyRecord]) -> Result<()> {
        self.ingest.append(records)?;
        self.records += records.len() as u64;
        self.is_synced &= records.is_empty();
        if self.synced.elapsed() > SYNC_EVERY { self.acknowledge() } else { Ok(()) }
    }

    /// Says in the lake what the run has seen and what it has not.
    pub(crate) fn append_stats(&mut self, traffic: &mut Traffic) -> Result<()> {
        let Recovered { records, cut_bytes, unreadable_records } = self.lake().recovered();
        traffic.stats.add(&Stats {
            ts: traffic.stats.ts,
            log_records: records,
            log_bytes_cut: cut_bytes,
            log_records_unreadable: unreadable_records,
            ..Stats::default()
        });
        if traffic.span.is_some() { self.append(&[traffic.stats.clone().into()]) } else { Ok(()) }
    }

    fn acknowledge(&mut self) -> Result<()> {
        if !self.is_synced {
            self.ingest.sync()?;
        }
        (self.synced, self.is_synced) = (Instant::now(), true);
        Ok(())
    }

    /// Makes it count for good; returns the number of records, and the runs that the lake then holds.
    pub(crate) fn commit(self, traffic: &Traffic) -> Result<(u64, Vec<Run>)> {
        let lake = self.ingest.commit(identities(traffic).collect())?;
        if let Some(error) = lake.untidied() {
            tell_of("the lake could not be tidied up:", &format!("{error}; its records are safe"));
        }
        Ok((self.records, lake.runs()))
    }

    /// Leaves the records as those of a run that was interrupted; returns what [`Keeping::commit`] does.
    pub(crate) fn leave_open(mut self) -> Result<(u64, Vec<Run>)> {
        self.ingest.settle()?;
        Ok((self.records, self.ingest.lake().runs()))
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
