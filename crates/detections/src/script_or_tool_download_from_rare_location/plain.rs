//! Over HTTP: the client says that it is a tool, the content can be seen.

use world::{Rarity, World};

use super::DETECTION;
use crate::download::{Content, Download, content, score_place};
use crate::{Findings, Report, Score, tell, tools};

/// A tool that fetches a script or an archive from a bare address is nearly proof by itself.
const BARE_ADDRESS: f64 = 20.0;

pub(super) fn judge(download: &Download, world: &World, findings: &mut Findings) {
    let (file, request) = (&download.file, &download.request);
    let Some(agent) = request.user_agent.as_deref().filter(|agent| tools::is_tool(agent)) else { return };
    let Some(content) = content(file, &download.path()) else { return };
    let (score, rarity) = score(download, agent, content, world);
    let place = request.host();
    let key = file.id.resp_h.to_string();
    let report = download.report(&DETECTION, &key, None, (score, &rarity), world);
    let summary = format!(
        "{} fetched {} ({}) from {place} with {agent}; the place is rare here ({:.0} %).",
        download.fetcher(world),
        download.name(),
        tell::bytes(file.bytes),
        rarity.percent
    );
    let facts = report.facts.with("user_agent", agent);
    findings.report(Report { summary, facts, ..report }, world);
}

fn score(download: &Download, agent: &str, content: Content, world: &World) -> (Score, Rarity) {
    let mut score = Score::default();
    score.certainty("client", 25.0, format!("a tool fetched it, not a browser: {agent}"));
    let (points, what) = match content {
        Content::Executable => (20.0, "by its bytes it is an executable"),
        Content::Script => (18.0, "it is a script"),
        Content::Archive => (15.0, "it is an archive, in which tools travel"),
    };
    score.certainty("content", points, what);
    let address = download.file.id.resp_h;
    let rarity = score_place(&mut score, world, address, Some(download.request.host()), BARE_ADDRESS);
    let habit = world.habit(download.device);
    let uses = habit.map_or(0, |habit| habit.user_agents.times(world::hash_of(agent)));
    // The present request has been counted into no habit yet.
    if uses >= 20 {
        score.certainty("habit", -10.0, format!("the device used this client {uses} times before"));
    }
    score.threat("stage", 55.0, "an intruder fetches his tools when he is in");
    if content == Content::Executable {
        score.threat("content", 10.0, "it can be run as it is");
    }
    (score, rarity)
}
