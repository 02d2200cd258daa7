#![doc = include_str!("README.md")]

mod client;

use records::Timestamp;
use serde::{Deserialize, Serialize};
use world::{Rarity, Seen, World};

use self::client::{client, is_alone, is_installed_at_once, names_program};
use crate::detection::checkpoint;
use crate::download::{Chain, Content, Download, Joiner, content, is_disguised, is_web_control, score_place};
use crate::{Detection, Findings, Report, Score, Stage, Watch, generated, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "exe-from-rare-external-location",
    title: "EXE from Rare External Location",
    stage: Stage::Delivery,
    techniques: &["T1105"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(ExeFromRareLocation::default()),
};

/// An executable fetched from a bare address is proof enough by itself: together with `content` it makes an alert.
const BARE_ADDRESS: f64 = 30.0;

#[derive(Default, Serialize, Deserialize)]
struct ExeFromRareLocation {
    joiner: Joiner,
}

impl Watch for ExeFromRareLocation {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let is_candidate =
            |file: &records::File| file.mime_type.as_deref().is_some_and(|mime| !mime.starts_with("text/"));
        for download in self.joiner.observe(seen, world, is_candidate) {
            let is_executable = content(&download.file, &download.path()) == Some(Content::Executable);
            if is_executable || is_installed_at_once(&download) {
                report(&download, world, findings);
            }
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.joiner.tick(now);
    }

    checkpoint!();
}

fn report(download: &Download, world: &World, findings: &mut Findings) {
    let request = &download.request;
    let chain = Chain::of(download, world);
    let (score, rarity) = score(download, &chain, world);
    let place = request.host();
    let report = download.report(&DETECTION, place, Some(&chain), (score, &rarity), world);
    let summary = format!(
        "{} fetched the executable {} ({}) from {place}, which is rare here ({:.0} %).",
        download.fetcher(world),
        download.name(),
        tell::bytes(download.file.bytes),
        rarity.percent
    );
    let facts = report
        .facts
        .with_some("content_type", request.content_type.clone())
        .with_some("user_agent", request.user_agent.clone())
        .with_some("referrer", request.referrer.clone())
        .with_some("chain", chain.told(request));
    findings.report(Report { summary, facts, ..report }, world);
}

fn score(download: &Download, chain: &Chain, world: &World) -> (Score, Rarity) {
    let (file, request) = (&download.file, &download.request);
    let mut score = Score::default();
    let what = if is_installed_at_once(download) {
        "it is a package that installs programs"
    } else {
        "by its bytes it is an executable"
    };
    score.certainty("content", 30.0, what);
    let rarity = score_place(&mut score, world, file.id.resp_h, Some(request.host()), BARE_ADDRESS);
    if let Some((points, reason)) = client(download) {
        score.certainty("client", points, reason);
        score.threat("client", 10.0, "a script or an intruder's hand");
    }
    if request.user_agent.as_deref().is_some_and(is_web_control) && is_alone(download, world) {
        score.certainty("alone", 10.0, "no page led there, and nothing else was asked of the host");
    }
    if !names_program(&download.path()) {
        score.certainty("path", 10.0, "its address does not say that it is a program");
    }
    if generated::likelihood(request.host()) >= generated::LIKELY {
        let reason = format!("{} looks like the name that a generator makes", request.host());
        score.certainty("generated name", 20.0, reason);
    }
    if let Some(how) = is_disguised(download) {
        score.certainty("disguise", 25.0, format!("it is disguised: {how}"));
        score.threat("disguise", 15.0, "somebody wants it to pass unseen");
    }
    if !matches!(file.id.resp_p, 80 | 8000 | 3128) {
        score.certainty("port", 5.0, format!("HTTP on port {}", file.id.resp_p));
    }
    if chain.crosses_domains(request) {
        score.certainty("chain", 8.0, "redirects across domains led there");
    }
    score.threat("stage", 55.0, "what runs once can load everything else");
    (score, rarity)
}
