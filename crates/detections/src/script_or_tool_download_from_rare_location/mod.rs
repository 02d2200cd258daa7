#![doc = include_str!("README.md")]

mod encrypted;
mod plain;

use records::Timestamp;
use serde::{Deserialize, Serialize};
use world::{Seen, World};

use crate::detection::checkpoint;
use crate::download::Joiner;
use crate::{Detection, Findings, Stage, Watch};

pub(crate) const DETECTION: Detection = Detection {
    id: "script-or-tool-download-from-rare-location",
    title: "Script or Tool Download from Rare Location",
    stage: Stage::Delivery,
    techniques: &["T1105"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(ToolDownload::default()),
};

#[derive(Default, Serialize, Deserialize)]
struct ToolDownload {
    joiner: Joiner,
    encrypted: encrypted::Handshakes,
}

impl Watch for ToolDownload {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        for download in self.joiner.observe(seen, world, is_candidate) {
            plain::judge(&download, world, findings);
        }
        self.encrypted.observe(seen, world, findings);
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.joiner.tick(now);
        self.encrypted.tick(now);
    }

    checkpoint!();
}

/// Pages and pictures are most of what is fetched and never what is looked for.
fn is_candidate(file: &records::File) -> bool {
    let mime = file.mime_type.as_deref().unwrap_or_default();
    mime != "text/html"
        && !mime.starts_with("image/")
        && !mime.starts_with("video/")
        && !mime.starts_with("audio/")
}
