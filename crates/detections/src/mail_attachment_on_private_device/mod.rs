#![doc = include_str!("README.md")]

mod danger;

use records::{AnyRecord, File, Interval, Timestamp, Uid};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Rarity, Seen, World};

use crate::bounded::Bounded;
use crate::detection::checkpoint;
use crate::download::{FetchedFile, score_place};
use crate::evidence::Shown;
use crate::mail_attachment_on_private_device::danger::{Danger, by_type, of_what_is_inside};
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "mail-attachment-on-private-device",
    title: "Mail Attachment on Private Device",
    stage: Stage::Delivery,
    techniques: &["T1566.001", "T1204.002"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(MailAttachment::default()),
};

/// What is inside a file is told just before the file itself.
const WAIT: Interval = Interval::from_secs(300);
/// Files of which it is remembered what is inside.
const WAITING_MAX: usize = 4_096;
/// What a server without any name adds.
const BARE_ADDRESS: f64 = 10.0;

#[derive(Default, Serialize, Deserialize)]
struct MailAttachment {
    /// What files have inside that the types of their contents do not tell, by file.
    inside: Bounded<Uid, Danger, WAITING_MAX>,
}

impl Watch for MailAttachment {
    fn reads(&self) -> &'static [&'static str] {
        &["archive", "files", "ole", "ooxml", "pdf", "script"]
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        if let Some((file, danger)) = of_what_is_inside(seen.record) {
            self.inside.entry(file, || danger);
            return;
        }
        let AnyRecord::File(file) = seen.record else { return };
        if !matches!(&*file.source, "IMAP" | "POP3") || seen.direction != Direction::Outward {
            return;
        }
        let inside = self.inside.remove(&file.fuid);
        let (Some(device), Some(danger)) = (seen.orig, inside.or_else(|| by_type(file))) else { return };
        report(device, file, &danger, world, findings);
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.inside.retain(|danger| now.since(danger.ts) <= WAIT);
    }

    checkpoint!();
}

fn report(device: DeviceIndex, file: &File, danger: &Danger, world: &World, findings: &mut Findings) {
    let mut score = Score::default();
    score.certainty("content", danger.points, danger.what.clone());
    let server = file.id.resp_h;
    let rarity = score_place(&mut score, world, server, None, BARE_ADDRESS);
    if let Some(name) = file.filename.as_deref().filter(|name| has_two_endings(name)) {
        score.certainty("name", 10.0, format!("{name} has two endings, as if to hide what it is"));
        score.threat("name", 10.0, "somebody wants it to pass for something else");
    }
    score.threat("stage", 50.0, "what a person opens runs with that person's rights");
    let devices = world.other_devices(server, None, device);
    let rarity = Rarity { devices, ..rarity };
    let file = FetchedFile::new(file);
    let name = file.filename.as_deref().unwrap_or("an attachment without a name");
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: file.id.orig_h,
            key: &file.fuid.to_string(),
            peers: vec![server],
            first_seen: file.ts,
            last_seen: file.ts,
            score,
            summary: format!(
                "{} fetched {name} ({}) by mail from {}, which is not the mail server of this network: {}.",
                world.name_of(device, file.id.orig_h),
                tell::bytes(file.bytes),
                world.names().of(server).map_or_else(|| server.to_string(), str::to_owned),
                danger.what
            ),
            facts: Facts::default()
                .with_some("file_name", file.filename.clone())
                .with("file_size", file.bytes)
                .with_some("mime_type", file.mime_type.clone())
                .with("mail_server", server)
                .with("content", danger.what.as_str())
                .with_some("md5", file.md5.clone())
                .with_some("sha1", file.sha1.clone())
                .with_some("sha256", file.sha256.clone())
                .with_rarity(&rarity),
            baseline: Facts::default().with_population("devices_that_use_the_mail_server", &rarity, world),
            evidence: Shown::some_of([file.uid, file.fuid], 2),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

/// Whether a name pretends to be a document: `invoice.pdf.exe`.
fn has_two_endings(name: &str) -> bool {
    let mut endings = name.rsplit('.');
    let (_, pretended) = (endings.next(), endings.next().unwrap_or_default());
    let documents = ["doc", "docx", "xls", "xlsx", "pdf", "txt", "jpg", "png", "htm", "html"];
    endings.next().is_some() && documents.iter().any(|ending| pretended.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::has_two_endings;

    #[test]
    fn a_document_that_is_none_has_two_endings() {
        assert!(has_two_endings("Invoice.PDF.exe") && has_two_endings("a.b.docx.lnk"));
        assert!(!has_two_endings("report.docx") && !has_two_endings("v1.2.zip") && !has_two_endings(".pdf"));
    }
}
