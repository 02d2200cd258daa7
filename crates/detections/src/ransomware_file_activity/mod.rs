#![doc = include_str!("README.md")]

mod files;
mod sealed;

use std::net::IpAddr;

use records::{AnyRecord, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::ransomware_file_activity::files::Files;
use crate::ransomware_file_activity::sealed::Sealed;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "ransomware-file-activity",
    title: "Ransomware File Activity",
    stage: Stage::Lateral,
    techniques: &["T1486"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(RansomwareFileActivity::default()),
};

/// Files that got the same new extension within the window. People rename a handful; cameras and scanners use names of
/// their own from the beginning.
const RENAMED_MIN: u64 = 15;
/// Files whose content was read and written anew, where none was renamed.
const REWRITTEN_MIN: u64 = 40;
/// After so long without a file the counts begin anew.
const PAUSE: Interval = Interval::from_secs(1_800);
/// Pairs of device and server that are followed.
const PAIRS_MAX: usize = 10_000;

#[derive(Default, Serialize, Deserialize)]
struct RansomwareFileActivity {
    pairs: Bounded<(DeviceIndex, IpAddr), Files, PAIRS_MAX>,
    sealed: Sealed,
}

impl Watch for RansomwareFileActivity {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (Direction::Internal, Some(device)) = (seen.direction, seen.orig) else { return };
        self.sealed.observe(seen, device, world, findings);
        let (id, ts) = match seen.record {
            AnyRecord::SmbFiles(files) => (files.id, files.ts),
            AnyRecord::SmbTransfer(transfer) => (transfer.id, transfer.ts),
            _ => return,
        };
        let key = (device, id.resp_h);
        let files = self.pairs.entry(key, || Files::new(id.orig_h));
        if files.trail.is_over(ts, PAUSE) {
            *files = Files::new(id.orig_h);
        }
        match seen.record {
            AnyRecord::SmbFiles(record) => files.note_action(record),
            AnyRecord::SmbTransfer(record) => files.note_transfer(record),
            _ => {}
        }
        if files.are_many() && files.is_due() {
            tell(key, files, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        for key in self.pairs.keys_where(|files| now.since(files.trail.last) > PAUSE) {
            if let Some(files) = self.pairs.remove(&key)
                && files.is_stale()
            {
                tell(key, &mut files.clone(), world, findings);
            }
        }
        self.sealed.tick(now);
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + PAUSE, world, findings);
    }

    checkpoint!();
}

impl Files {
    /// Whether they are more than people rename or rewrite.
    fn are_many(&self) -> bool {
        self.renamed().0 >= RENAMED_MIN || self.rewritten >= REWRITTEN_MIN
    }
}

impl Standing for Files {
    fn standing(&self) -> (bool, Timestamp) {
        (self.are_many(), self.trail.last)
    }
}

fn tell(key: (DeviceIndex, IpAddr), files: &mut Files, world: &World, findings: &mut Findings) {
    let (device, server) = key;
    files.told();
    let (renamed, extension) = files.renamed();
    let trail = &files.trail;
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &server.to_string(),
            peers: vec![server],
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(files),
            summary: format!(
                "{} gave {renamed} files on {} the extension {extension} and rewrote {} within {}.",
                world.name_of(device, trail.host),
                world.name_at(server),
                files.rewritten,
                tell::span(trail.seconds())
            ),
            facts: Facts::default()
                .with("server", server)
                .with("files_with_the_new_extension", renamed)
                .with("new_extension", extension)
                .with("files_rewritten", files.rewritten)
                .with("files_deleted", files.deleted)
                .with("examples", files.examples.clone())
                .with("seconds", trail.seconds()),
            baseline: Facts::default().with("files_renamed_alike_at_most", RENAMED_MIN),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(files: &Files) -> Score {
    let mut score = Score::default();
    let (renamed, extension) = files.renamed();
    if renamed >= RENAMED_MIN {
        let doublings = (renamed as f64 / RENAMED_MIN as f64).log2();
        let reason = format!("{renamed} files of other kinds became {extension}");
        score.certainty("renamed", (45.0 + 10.0 * doublings).min(70.0), reason);
    }
    if files.rewritten > 0 {
        let share = (files.rewritten as f64 / REWRITTEN_MIN as f64).min(1.0);
        let reason = format!("{} files were read and written anew", files.rewritten);
        score.certainty("rewritten", 30.0 * share, reason);
    }
    if files.deleted >= RENAMED_MIN {
        score.certainty("deleted", 10.0, format!("{} files were deleted", files.deleted));
    }
    if files.kinds() >= 4 {
        score.certainty("kinds", 10.0, format!("files of {} kinds, whatever came", files.kinds()));
    }
    score.threat("stage", 85.0, "files of the company are being made unreadable now");
    score
}
