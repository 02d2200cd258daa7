#![doc = include_str!("README.md")]

use records::Timestamp;
use serde::{Deserialize, Serialize};
use world::{Rarity, Seen, World};

use crate::detection::checkpoint;
use crate::download::{Chain, Content, Download, Joiner, content, is_disguised, is_web_control, score_place};
use crate::{Detection, Findings, Report, Score, Stage, Watch, tell, tools};

pub(crate) const DETECTION: Detection = Detection {
    id: "masqueraded-file-transfer",
    title: "Masqueraded File Transfer",
    stage: Stage::Delivery,
    techniques: &["T1036.008"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Masquerade::default()),
};

/// Names of pictures, sound and film: nobody calls a program so by accident.
const MEDIA: [&str; 11] =
    [".avi", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".mov", ".mp3", ".mp4", ".png", ".wav"];
/// What servers call programs.
const PROGRAM_TYPES: [&str; 4] = [
    "application/x-msdownload",
    "application/x-msdos-program",
    "application/x-dosexec",
    "application/vnd.microsoft.portable-executable",
];
/// Fewer bytes are no program.
const BYTES_MIN: u64 = 1_024;
/// A program under a false name by its bytes, and by what the server says of bytes that cannot be read.
const BY_BYTES: f64 = 50.0;
const BY_SERVER: f64 = 40.0;

#[derive(Default, Serialize, Deserialize)]
struct Masquerade {
    joiner: Joiner,
}

impl Watch for Masquerade {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let is_candidate = |file: &records::File| {
            let mime = file.mime_type.as_deref().unwrap_or_default();
            file.seen_bytes >= BYTES_MIN && (mime.is_empty() || mime.starts_with("application/"))
        };
        for download in self.joiner.observe(seen, world, is_candidate) {
            if let Some((points, how)) = masquerade(&download) {
                report(&download, points, &how, world, findings);
            }
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.joiner.tick(now);
    }

    checkpoint!();
}

/// How a program passes as something harmless, if it does.
fn masquerade(download: &Download) -> Option<(f64, String)> {
    let path = download.path();
    if content(&download.file, &path) == Some(Content::Executable) {
        let how = is_disguised(download)?;
        return Some((BY_BYTES, format!("by its bytes it is a program, but {how}")));
    }
    let end = MEDIA.iter().find(|end| path.ends_with(*end))?;
    let said = download.request.content_type.as_deref()?.split(';').next()?.trim();
    let is_unreadable =
        download.file.mime_type.as_deref().is_none_or(|mime| mime == "application/octet-stream");
    (PROGRAM_TYPES.contains(&said) && is_unreadable)
        .then(|| (BY_SERVER, format!("the server says {said}, but the name ends in {end}")))
}

fn report(download: &Download, points: f64, how: &str, world: &World, findings: &mut Findings) {
    let request = &download.request;
    let chain = Chain::of(download, world);
    let (score, rarity) = score(download, points, how, world);
    let place = request.host();
    let report = download.report(&DETECTION, place, Some(&chain), (score, &rarity), world);
    let summary = format!(
        "{} fetched {} ({}) from {place}: {how}.",
        download.fetcher(world),
        download.name(),
        tell::bytes(download.file.bytes),
    );
    let facts = report
        .facts
        .with_some("content_type", request.content_type.clone())
        .with_some("user_agent", request.user_agent.clone())
        .with_some("chain", chain.told(request));
    findings.report(Report { summary, facts, ..report }, world);
}

fn score(download: &Download, points: f64, how: &str, world: &World) -> (Score, Rarity) {
    let mut score = Score::default();
    score.certainty("disguise", points, how);
    let address = download.file.id.resp_h;
    let rarity = score_place(&mut score, world, address, Some(download.request.host()), 15.0);
    match download.request.user_agent.as_deref() {
        None => score.certainty("client", 10.0, "the client does not say what it is"),
        Some(agent) if tools::is_tool(agent) || is_web_control(agent) || is_component(agent) => {
            score.certainty("client", 20.0, format!("a program fetched it, not a browser: {agent}"));
        }
        Some(_) => {}
    }
    score.threat("stage", 65.0, "somebody wants a program to pass unseen");
    (score, rarity)
}

/// Components that scripts load with.
fn is_component(agent: &str) -> bool {
    agent.contains("WinHttp.WinHttpRequest") || agent.contains("Java/1.")
}
