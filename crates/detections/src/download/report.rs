//! What all detections of downloads report alike.

use world::{Rarity, World};

use super::{Chain, Download};
use crate::{Detection, Facts, Report, Score, Supersedes};

impl Download {
    /// A report of the download, with the requests that led to it where the detection followed them. The detection adds
    /// what it makes of it.
    pub(crate) fn report<'k>(
        &self,
        detection: &'static Detection,
        key: &'k str,
        chain: Option<&Chain>,
        (score, rarity): (Score, &Rarity),
        world: &World,
    ) -> Report<'k> {
        let (file, request) = (&self.file, &self.request);
        let start = chain.and_then(Chain::start).unwrap_or(request.ts);
        let led = chain.into_iter().flat_map(Chain::uids);
        Report {
            detection,
            device: Some(self.device),
            host: file.id.orig_h,
            key,
            peers: vec![file.id.resp_h],
            first_seen: start.min(request.ts),
            last_seen: file.ts.max(request.ts),
            score,
            summary: String::new(),
            facts: self.facts(rarity),
            baseline: Facts::default().with_population("devices_that_use_the_place", rarity, world),
            evidence: led.chain([request.uid, file.fuid]).collect(),
            supersedes: Supersedes::IfSurer,
        }
    }

    /// The name of the device that fetched it.
    pub(crate) fn fetcher(&self, world: &World) -> String {
        world.name_of(self.device, self.file.id.orig_h)
    }
}
