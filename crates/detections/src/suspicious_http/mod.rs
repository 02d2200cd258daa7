#![doc = include_str!("README.md")]

mod posts;

use records::{AnyRecord, Http, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use world::{DeviceIndex, Direction, Seen, World, hash_of, host_of};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::suspicious_http::posts::Posts;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspicious-http",
    title: "Suspicious HTTP",
    stage: Stage::C2,
    techniques: &["T1071.001"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(SuspiciousHttp::default()),
};

/// Below this rarity others use the host, or have for long.
const RARE: f64 = 75.0;
/// An answer to a check-in is short.
const SHORT: u64 = 1_000;
/// A host is forgotten after so long without such a request.
const QUIET: Interval = Interval::from_secs(7 * 86_400);
/// A pause after which what came since the last report is told.
const REST: Interval = Interval::from_secs(300);
/// Destinations with such requests that are followed.
const PLACES_MAX: usize = 50_000;

#[derive(Default, Serialize, Deserialize)]
struct SuspiciousHttp {
    places: Bounded<(DeviceIndex, u64), Posts, PLACES_MAX>,
}

impl Watch for SuspiciousHttp {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (AnyRecord::Http(http), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return;
        };
        if !is_post_without_page(http) {
            return;
        }
        let Some(agent) = http.user_agent.as_deref().filter(|agent| says_browser(agent)) else { return };
        let host =
            http.host.as_deref().map_or_else(|| http.id.resp_h.to_string(), |host| host_of(host).to_owned());
        let key = (device, hash_of(&host));
        let posts = self.places.entry(key, || Posts::new(http, &host, agent));
        if posts.trail.is_over(http.ts, QUIET) {
            *posts = Posts::new(http, &host, agent);
        }
        posts.note(http);
        // Repeats are told on a logarithmic scale.
        if posts.count * 4 >= posts.told * 5 {
            posts.told = posts.count;
            report(device, posts, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        // What came since the last report is told when it pauses.
        let is_due = |posts: &Posts| posts.count > posts.told && now.since(posts.trail.last) >= REST;
        for key in self.places.keys_where(is_due) {
            if let Some(posts) = self.places.get_mut(&key) {
                posts.told = posts.count;
                report(key.0, posts, world, findings);
            }
        }
        self.places.retain(|posts| now.since(posts.trail.last) <= QUIET);
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + REST, world, findings);
    }

    checkpoint!();
}

impl Standing for Posts {
    fn standing(&self) -> (bool, Timestamp) {
        (self.count > 1, self.trail.last)
    }
}

/// A form or a script of a page is sent with the page's address or origin, by every browser. What checks certificates
/// is no page.
fn is_post_without_page(http: &Http) -> bool {
    let mut kinds = http.resp_mime_types.iter().flatten().chain(&http.content_type);
    let is_certificate_check = kinds.any(|kind| kind.contains("ocsp") || kind.contains("timestamp"));
    http.method.as_deref() == Some("POST")
        && http.referrer.is_none()
        && http.origin.is_none()
        && !is_certificate_check
}

/// Whether the client calls itself a browser.
fn says_browser(agent: &str) -> bool {
    agent.starts_with("Mozilla/") || agent.starts_with("Opera/")
}

/// Browsers call themselves Mozilla 4.0 (Internet Explorer up to 8) and 5.0, in brackets what they run on.
fn is_no_browser(agent: &str) -> bool {
    let known = agent.starts_with("Mozilla/5.0 (") || agent.starts_with("Mozilla/4.0 (compatible; MSIE ");
    !known && !agent.starts_with("Opera/")
}

/// A browser of twenty years ago.
fn is_ancient(agent: &str) -> bool {
    ["MSIE 5", "MSIE 6", "MSIE 7", "MSIE 8"].iter().any(|version| agent.contains(version))
}

fn report(device: DeviceIndex, posts: &Posts, world: &World, findings: &mut Findings) {
    let trail = &posts.trail;
    let address = posts.peers.last().copied().unwrap_or(trail.host);
    let rarity = world.rarity(address, Some(&posts.host));
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &posts.host,
            peers: posts.peers.clone(),
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(posts, rarity.percent, world),
            summary: format!(
                "{} posted to {} {} as a browser does not, without a page that it came from ({} out).",
                world.name_of(device, trail.host),
                posts.host,
                tell::count(u32::try_from(posts.count).unwrap_or(u32::MAX), "time"),
                tell::bytes(posts.sent),
            ),
            facts: Facts::default()
                .with("destination", posts.host.clone())
                .with("user_agent", posts.agent.clone())
                .with("paths", posts.paths.clone())
                .with("posts", posts.count)
                .with("bytes_out", posts.sent)
                .with("bytes_in", posts.received)
                .with_rarity(&rarity),
            baseline: Facts::default().with_population("devices_that_use_the_destination", &rarity, world),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(posts: &Posts, percent: f64, world: &World) -> Score {
    let mut score = Score::default();
    score.certainty("post", 40.0, "a client that calls itself a browser posted without referrer and origin");
    if posts.host.parse::<IpAddr>().is_ok() {
        score.certainty("address", 20.0, "the host is an address, not a name");
    } else if !posts.host.contains('.') || posts.host.contains(' ') {
        score.certainty("host", 20.0, format!("`{}` can be no host name", posts.host));
    }
    if is_no_browser(&posts.agent) {
        score.certainty("user agent", 20.0, format!("no browser is called {}", posts.agent));
    } else if is_ancient(&posts.agent) {
        score.certainty("user agent", 10.0, format!("a browser that nobody has any more: {}", posts.agent));
    }
    if posts.count > 1 {
        let reason = format!("{} such requests", posts.count);
        score.certainty("repeats", (8.0 * (posts.count as f64).log2()).min(20.0), reason);
    }
    if posts.received / posts.count.max(1) < SHORT {
        score.certainty("answers", 5.0, "the answers are short, as to a check-in");
    }
    let history = world.history();
    if percent < RARE {
        let reason = format!("rarity {percent:.0} %: others here use the host, or have for long");
        score.certainty("rarity", -20.0 - (RARE - percent) * 0.4, reason);
    } else {
        let reason = format!("rarity {percent:.0} %: hardly anyone here contacts the host");
        score.certainty("rarity", 20.0 * history * (percent / 100.0), reason);
    }
    if history < 1.0 {
        let reason = "too little traffic was learned from to call the host rare";
        score.certainty("history", -10.0 * (1.0 - history), reason);
    }
    score.threat("stage", 60.0, "a program that hides as a browser reports to somebody");
    score
}
