//! What one end sends, sealed: its keys, how far they have been counted, and the way on after lost bytes.

use std::ops::RangeInclusive;

use super::record_keys::{Content, Layout, RecordKeys};
use super::suite::Suite;
use crate::ssl::record_layer::Header;

/// After a gap, so many numbers of records are tried.
const NUMBERS_TRIED_MAX: u64 = 512;

/// All that is tried in vain on a connection may have so many bytes together: a few milliseconds' work.
pub(super) const TRIED_BYTES_MAX: u64 = 8 << 20;

/// What a trial costs besides its bytes.
const TRIAL_COST: u64 = 64;

/// Which keys of TLS 1.3 an end uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Handshake,
    Traffic,
}

/// Secrets of TLS 1.3, from which keys come.
struct Secrets {
    phase: Phase,
    /// The secret of the phase after the handshake, or the one in use.
    traffic: Option<Vec<u8>>,
}

/// One end.
pub(super) struct Direction {
    suite: Suite,
    keys: Option<RecordKeys>,
    /// Number of the next record.
    sequence: u64,
    secrets: Option<Secrets>,
    /// Records may come that nobody can open: early data, sealed with a key that is not in the log.
    pub(super) passes_over: bool,
    /// So many bytes were lost since the last record, with the bytes around that could not be read.
    lost_bytes: u64,
    /// What may still be tried in vain.
    budget: u64,
}

/// What was made of a record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// Its content, behind so many bytes of content that were lost.
    Content { content: Content, lost: u64 },
    /// It cannot be opened, and need not be.
    PassedOver,
    /// No key fits.
    Failed,
}

impl Direction {
    /// TLS 1.2: from the change of cipher on, with these keys.
    pub(super) fn with_keys(suite: Suite, keys: RecordKeys) -> Self {
        Self { keys: Some(keys), ..Self::bare(suite) }
    }

    /// TLS 1.3: from the server's hello on, with the secrets that the log has.
    pub(super) fn with_secrets(suite: Suite, handshake: Option<&[u8]>, traffic: Option<&[u8]>) -> Self {
        let secrets = Secrets { phase: Phase::Handshake, traffic: traffic.map(<[u8]>::to_vec) };
        Self {
            keys: handshake.and_then(|secret| traffic_keys(suite, secret)),
            secrets: Some(secrets),
            passes_over: handshake.is_none(),
            ..Self::bare(suite)
        }
    }

    fn bare(suite: Suite) -> Self {
        Self {
            suite,
            keys: None,
            sequence: 0,
            secrets: None,
            passes_over: false,
            lost_bytes: 0,
            budget: TRIED_BYTES_MAX,
        }
    }

    /// Whether application data can come.
    pub(super) fn is_beyond_handshake(&self) -> bool {
        self.secrets.as_ref().is_none_or(|secrets| secrets.phase == Phase::Traffic)
    }

    /// What comes now has another key: after the handshake, or after an update of keys (RFC 8446, sections 4.6.3, 7.2).
    /// False where that key is not known.
    pub(super) fn next_key(&mut self) -> bool {
        let Some(secret) = self.next_secret() else { return false };
        self.keys = traffic_keys(self.suite, &secret);
        self.secrets = Some(Secrets { phase: Phase::Traffic, traffic: Some(secret) });
        self.sequence = 0;
        self.passes_over = false;
        self.keys.is_some()
    }

    fn next_secret(&self) -> Option<Vec<u8>> {
        let Secrets { phase, traffic } = self.secrets.as_ref()?;
        let traffic = traffic.as_ref()?;
        Some(match phase {
            Phase::Handshake => traffic.clone(),
            Phase::Traffic => self.suite.hash.expand_label(traffic, "traffic upd", self.suite.hash.bytes()),
        })
    }

    /// So many bytes of the stream were lost, or could not be read because others were.
    pub(super) fn lose(&mut self, bytes: u64) {
        self.lost_bytes = self.lost_bytes.saturating_add(bytes);
    }

    /// Whether records are missing before the next one.
    pub(super) fn has_lost(&self) -> bool {
        self.lost_bytes > 0
    }

    /// Whether nothing more may be tried.
    pub(super) fn is_exhausted(&self) -> bool {
        self.budget == 0
    }

    /// Opens the next record.
    pub(super) fn open(&mut self, header: &Header, body: &[u8]) -> Opened {
        if let Some(keys) = self.keys.as_ref().filter(|_| !self.has_lost()) {
            if let Some(content) = keys.open(self.sequence, header, body) {
                self.sequence += 1;
                return Opened::Content { content, lost: 0 };
            }
            self.spend(body);
        }
        match self.search(header, body) {
            Some(opened) => opened,
            None if self.passes_over && !self.is_exhausted() => Opened::PassedOver,
            None => Opened::Failed,
        }
    }

    /// The record may have another number, or another key, when those before it were lost.
    fn search(&mut self, header: &Header, body: &[u8]) -> Option<Opened> {
        let least = self.keys.as_ref().map_or(22, RecordKeys::overhead).max(1);
        let missing = (self.lost_bytes / least).min(NUMBERS_TRIED_MAX);
        if self.has_lost()
            && let Some(keys) = self.keys.take()
        {
            let from = self.sequence;
            let found = self.try_numbers(&keys, from..=from.saturating_add(missing), header, body);
            let overhead = keys.overhead();
            self.keys = Some(keys);
            if let Some((number, content)) = found {
                return Some(self.found(number, number - from, overhead, content));
            }
        }
        if !self.has_lost() && !self.passes_over {
            return None;
        }
        let next = traffic_keys(self.suite, &self.next_secret()?)?;
        let (number, content) = self.try_numbers(&next, 0..=missing, header, body)?;
        self.next_key();
        // How many records were lost that had the key before is not known; the least is none.
        Some(self.found(number, number, next.overhead(), content))
    }

    fn try_numbers(
        &mut self,
        keys: &RecordKeys,
        numbers: RangeInclusive<u64>,
        header: &Header,
        body: &[u8],
    ) -> Option<(u64, Content)> {
        for number in numbers {
            if !self.spend(body) {
                return None;
            }
            if let Some(content) = keys.open(number, header, body) {
                return Some((number, content));
            }
        }
        None
    }

    fn found(&mut self, number: u64, missing: u64, overhead: u64, content: Content) -> Opened {
        self.sequence = number + 1;
        self.passes_over = false;
        let lost = std::mem::take(&mut self.lost_bytes).saturating_sub(missing.saturating_mul(overhead));
        Opened::Content { content, lost }
    }

    fn spend(&mut self, body: &[u8]) -> bool {
        let is_left = self.budget > 0;
        self.budget = self.budget.saturating_sub(TRIAL_COST + body.len() as u64);
        is_left
    }
}

/// The keys of a secret (RFC 8446, section 7.3).
fn traffic_keys(suite: Suite, secret: &[u8]) -> Option<RecordKeys> {
    const NONCE_BYTES: usize = 12;
    let key = suite.hash.expand_label(secret, "key", suite.key_bytes());
    let nonce = suite.hash.expand_label(secret, "iv", NONCE_BYTES);
    RecordKeys::new(suite, Layout::Tls13, &key, &[], &nonce)
}
