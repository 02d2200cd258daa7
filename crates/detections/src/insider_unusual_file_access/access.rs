//! The files that one device opens within a day, and the most of any day before.

use std::net::IpAddr;

use records::{Conn, SmbFiles, Timestamp};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::hash_of;

use crate::trail::Trail;

const FILES_KEPT: usize = 2_048;
const FOLDERS_KEPT: usize = 256;
const SERVERS_KEPT: usize = 8;
const EXAMPLES_KEPT: usize = 20;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Access {
    pub(super) trail: Trail,
    pub(super) servers: Vec<IpAddr>,
    pub(super) bytes: u64,
    pub(super) examples: Vec<String>,
    /// Days with access before this one, and the most of any of them.
    pub(super) days: u32,
    pub(super) files_max: u64,
    pub(super) folders_max: u64,
    pub(super) bytes_max: u64,
    day: i64,
    files: FxHashSet<u64>,
    folders: FxHashSet<u64>,
    told: u64,
}

impl Access {
    pub(super) fn new(host: IpAddr) -> Self {
        Self {
            trail: Trail::new(host),
            servers: Vec::new(),
            bytes: 0,
            examples: Vec::new(),
            days: 0,
            files_max: 0,
            folders_max: 0,
            bytes_max: 0,
            day: i64::MIN,
            files: FxHashSet::default(),
            folders: FxHashSet::default(),
            told: 0,
        }
    }

    pub(super) fn files(&self) -> u64 {
        self.files.len() as u64
    }

    pub(super) fn folders(&self) -> u64 {
        self.folders.len() as u64
    }

    /// Notes a file that was opened. Folders have no size.
    pub(super) fn note_file(&mut self, record: &SmbFiles) {
        let Some(name) = record.name.as_ref().filter(|_| record.size > 0) else { return };
        if record.action.as_deref() != Some("SMB::FILE_OPEN") {
            return;
        }
        self.begin(record.ts, record.id.orig_h, record.id.resp_h);
        let share = record.path.as_deref().unwrap_or_default();
        let file = hash_of(&format!("{share}\\{name}"));
        if self.files.len() >= FILES_KEPT || !self.files.insert(file) {
            return;
        }
        self.trail.note(record.id.orig_h, record.ts, record.ts, record.uid);
        if self.folders.len() < FOLDERS_KEPT {
            let folder = name.rsplit_once('\\').map_or("", |(folder, _)| folder);
            self.folders.insert(hash_of(&format!("{share}\\{folder}")));
        }
        if self.examples.len() < EXAMPLES_KEPT {
            self.examples.push(name.clone());
        }
    }

    /// Notes what was read in a connection; it need not be readable.
    pub(super) fn note_bytes(&mut self, conn: &Conn, end: Timestamp) {
        let read = conn.resp_bytes.unwrap_or(0);
        if read == 0 {
            return;
        }
        self.begin(end, conn.id.orig_h, conn.id.resp_h);
        self.bytes = self.bytes.saturating_add(read);
        self.trail.note(conn.id.orig_h, conn.ts, end, conn.uid);
    }

    fn begin(&mut self, at: Timestamp, host: IpAddr, server: IpAddr) {
        let day = at.day();
        if day != self.day {
            let is_used = self.bytes > 0 || !self.files.is_empty();
            let next = Self {
                day,
                days: self.days.saturating_add(u32::from(is_used)),
                files_max: self.files_max.max(self.files()),
                folders_max: self.folders_max.max(self.folders()),
                bytes_max: self.bytes_max.max(self.bytes),
                ..Self::new(host)
            };
            *self = next;
        }
        // The latest server stands last.
        self.servers.retain(|known| *known != server);
        if self.servers.len() == SERVERS_KEPT {
            self.servers.remove(0);
        }
        self.servers.push(server);
    }

    fn size(&self) -> u64 {
        self.files().saturating_mul(100_000).saturating_add(self.bytes)
    }

    pub(super) fn is_due(&self) -> bool {
        self.told == 0 || self.size() >= self.told.saturating_add(self.told / 4)
    }

    pub(super) fn is_stale(&self) -> bool {
        self.told > 0 && self.size() > self.told
    }

    pub(super) fn told(&mut self) {
        self.told = self.size().max(1);
    }
}
