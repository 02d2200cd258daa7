//! The odd requests of one device to one host.

use std::net::IpAddr;

use records::Http;
use serde::{Deserialize, Serialize};

use super::signs::Sign;
use crate::trail::Trail;

const PATHS_KEPT: usize = 8;
const PEERS_KEPT: usize = 8;
const TEXT_MAX: usize = 200;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) trail: Trail,
    pub(super) host: String,
    pub(super) agent: Option<String>,
    pub(super) paths: Vec<String>,
    pub(super) peers: Vec<IpAddr>,
    /// The signs that were seen, each with the reason of its first time.
    pub(super) signs: Vec<(Sign, String)>,
    pub(super) posts: u64,
    pub(super) count: u64,
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) told: u64,
}

impl Place {
    pub(super) fn new(http: &Http, host: &str) -> Self {
        Self {
            trail: Trail::new(http.id.orig_h),
            host: cut(host),
            agent: None,
            paths: Vec::new(),
            peers: Vec::new(),
            signs: Vec::new(),
            posts: 0,
            count: 0,
            sent: 0,
            received: 0,
            told: 0,
        }
    }

    pub(super) fn note(&mut self, http: &Http, signs: Vec<(Sign, String)>) {
        self.trail.note(http.id.orig_h, http.ts, http.ts, http.uid);
        self.count += 1;
        self.posts += u64::from(http.method.as_deref() == Some("POST"));
        self.sent = self.sent.saturating_add(http.request_body_len);
        self.received = self.received.saturating_add(http.response_body_len);
        if self.agent.is_none() {
            self.agent = http.user_agent.as_deref().map(cut);
        }
        if self.peers.len() < PEERS_KEPT && !self.peers.contains(&http.id.resp_h) {
            self.peers.push(http.id.resp_h);
        }
        if let Some(path) = http.uri.as_deref().map(cut)
            && self.paths.len() < PATHS_KEPT
            && !self.paths.contains(&path)
        {
            self.paths.push(path);
        }
        for (sign, reason) in signs {
            if !self.has(sign) {
                self.signs.push((sign, cut(&reason)));
            }
        }
        self.signs.sort_by_key(|(sign, _)| *sign);
    }

    pub(super) fn has(&self, sign: Sign) -> bool {
        self.signs.iter().any(|known| known.0 == sign)
    }

    /// Whether the signs show that a program hides. Some show it alone; others, which ordinary programs show too, only
    /// together.
    pub(super) fn is_telling(&self) -> bool {
        let has_any = |signs: &[Sign]| signs.iter().any(|sign| self.has(*sign));
        self.signs.iter().any(|(sign, _)| sign.is_strong())
            || self.has(Sign::WebControl) && has_any(&[Sign::Address, Sign::Generated])
            || self.has(Sign::Generated) && has_any(&[Sign::NoAgent, Sign::ToolPost])
    }

    /// Whether a quarter more was asked than was told.
    pub(super) fn is_due(&self) -> bool {
        self.count * 4 >= self.told * 5
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
