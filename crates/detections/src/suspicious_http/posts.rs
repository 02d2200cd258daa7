//! The odd requests of one device to one host.

use std::net::IpAddr;

use records::Http;
use serde::{Deserialize, Serialize};

use crate::trail::Trail;

const PATHS_KEPT: usize = 8;
const PEERS_KEPT: usize = 8;
const TEXT_MAX: usize = 200;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Posts {
    pub(super) trail: Trail,
    pub(super) host: String,
    pub(super) agent: String,
    pub(super) paths: Vec<String>,
    pub(super) peers: Vec<IpAddr>,
    pub(super) count: u64,
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) told: u64,
}

impl Posts {
    pub(super) fn new(http: &Http, host: &str, agent: &str) -> Self {
        Self {
            trail: Trail::new(http.id.orig_h),
            host: cut(host),
            agent: cut(agent),
            paths: Vec::new(),
            peers: Vec::new(),
            count: 0,
            sent: 0,
            received: 0,
            told: 0,
        }
    }

    pub(super) fn note(&mut self, http: &Http) {
        self.trail.note(http.id.orig_h, http.ts, http.ts, http.uid);
        self.count += 1;
        self.sent = self.sent.saturating_add(http.request_body_len);
        self.received = self.received.saturating_add(http.response_body_len);
        if self.peers.len() < PEERS_KEPT && !self.peers.contains(&http.id.resp_h) {
            self.peers.push(http.id.resp_h);
        }
        if let Some(path) = http.uri.as_deref().map(cut)
            && self.paths.len() < PATHS_KEPT
            && !self.paths.contains(&path)
        {
            self.paths.push(path);
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
