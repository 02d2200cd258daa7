//! The requests that led to a download, for people.

use world::{Step, Visit, World, registered_domain};

use super::join::Download;

/// The way to a download.
pub(crate) struct Chain {
    steps: Vec<(Visit, Step)>,
}

impl Chain {
    pub(crate) fn of(download: &Download, world: &World) -> Self {
        Self { steps: world.visits().chain(download.device, &download.request) }
    }

    /// Whether a server of another domain sent the client on.
    pub(crate) fn crosses_domains(&self, last: &Visit) -> bool {
        let domains = self.steps.iter().map(|(visit, _)| visit.host()).chain([last.host()]);
        let mut domains: Vec<&str> = domains.map(|host| registered_domain(host).unwrap_or(host)).collect();
        domains.dedup();
        domains.len() > 1 && self.steps.iter().any(|(_, step)| *step == Step::Redirect)
    }

    /// One line per step, with how it led to the next; nothing where the download was asked for at once.
    pub(crate) fn told(&self, last: &Visit) -> Option<Vec<String>> {
        if self.steps.is_empty() {
            return None;
        }
        let steps = self.steps.iter().map(|(visit, step)| match step {
            Step::Redirect => format!("{} ({}) redirects to", visit.url, visit.status.unwrap_or(0)),
            Step::Referrer => format!("{} links to", visit.url),
        });
        Some(steps.chain([last.url.clone()]).collect())
    }

    /// When the first step was.
    pub(crate) fn start(&self) -> Option<records::Timestamp> {
        self.steps.first().map(|(visit, _)| visit.ts)
    }

    pub(crate) fn uids(&self) -> impl Iterator<Item = records::Uid> {
        self.steps.iter().map(|(visit, _)| visit.uid)
    }
}
