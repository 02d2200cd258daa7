//! How one finding came about: each report that made or changed it. Noted only where somebody wants it explained.

use records::Timestamp;

/// A report about the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// When the behaviour was seen last, then.
    pub last_seen: Timestamp,
    /// The threat that was reported.
    pub threat: u8,
    /// The certainty that was reported.
    pub certainty: u8,
    /// Whether the finding took over what was reported; else it was surer of itself before.
    pub is_taken: bool,
}

/// The reports about one finding.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    finding: String,
    updates: Vec<Update>,
}

impl Trace {
    pub(crate) fn of(finding: &str) -> Self {
        Self { finding: finding.to_owned(), updates: Vec::new() }
    }

    pub(crate) fn note(&mut self, finding: &str, update: Update) {
        if self.finding == finding {
            self.updates.push(update);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<Update> {
        std::mem::take(&mut self.updates)
    }
}
