//! What one device took from internal servers within a day.

use std::cmp::Reverse;

use records::{Timestamp, Uid};
use world::{PeerVolume, Volume};

use crate::tell;

/// Servers that are named.
pub(crate) const SERVERS_TOLD: usize = 8;

pub(crate) struct Collected<'a> {
    pub(crate) bytes: u64,
    /// From which servers, most first.
    pub(crate) servers: Vec<&'a PeerVolume>,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

impl<'a> Collected<'a> {
    /// What was taken within the day before `end`, from servers for which `counts` holds.
    pub(crate) fn before(end: Timestamp, volume: &'a Volume, counts: impl Fn(&PeerVolume) -> bool) -> Self {
        let mut servers: Vec<&PeerVolume> =
            volume.recently_taken(end).filter(|server| counts(server)).collect();
        servers.sort_by_key(|server| (Reverse(server.day_bytes()), server.address));
        Self {
            bytes: servers.iter().map(|server| server.day_bytes()).sum(),
            first: servers.iter().map(|server| server.first).min().unwrap_or(end),
            last: servers.iter().map(|server| server.last).max().unwrap_or(end),
            servers,
        }
    }

    /// The servers that gave most, in words.
    pub(crate) fn sources(&self) -> Vec<String> {
        let told = |server: &&PeerVolume| {
            format!("{} port {}: {}", server.address, server.port, tell::bytes(server.day_bytes()))
        };
        self.servers.iter().take(SERVERS_TOLD).map(told).collect()
    }

    /// Connections to the servers that gave most, and how many there were to all.
    pub(crate) fn evidence(&self, servers: usize, of_each: usize) -> (Vec<Uid>, u64) {
        let kept =
            self.servers.iter().take(servers).flat_map(|server| server.evidence.kept().iter().take(of_each));
        (kept.copied().collect(), self.servers.iter().map(|server| server.evidence.seen()).sum())
    }
}
