#![doc = include_str!("README.md")]

mod pattern;

use std::net::IpAddr;

use records::{AnyRecord, Http, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World, hash_of};

use self::pattern::pattern;
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "sql-injection-activity",
    title: "SQL Injection Activity",
    stage: Stage::Lateral,
    techniques: &["T1190"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<SqlInjection>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
/// Different requests within an hour. One alone may be a user's search for a text with a quote in it.
const REQUESTS_MIN: usize = 3;
const REQUESTS_KEPT: usize = 256;
const EXAMPLE_BYTES_MAX: usize = 160;

#[derive(Default, Serialize, Deserialize)]
struct SqlInjection;

/// What is known besides.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Extra {
    /// The device is the one that is asked, by outsiders.
    is_inward: bool,
    example: Option<String>,
    /// Requests that the server could not answer.
    errors: u32,
    patterns: Vec<String>,
}

fn request<'a>(seen: &Seen<'a>) -> Option<(&'a Http, &'static str)> {
    let AnyRecord::Http(http) = seen.record else { return None };
    if !matches!(seen.direction, Direction::Internal | Direction::Inward) {
        return None;
    }
    // The arguments, or what stands for them in the path.
    let uri = http.uri.as_deref()?;
    Some((http, pattern(uri)?))
}

impl Behaviour for SqlInjection {
    type Item = (IpAddr, u64);
    type Extra = Extra;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["http"];

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        request(seen)?;
        // Of an attack from outside the server of ours is the one to look at.
        Some(Interest::Begin(if seen.direction == Direction::Inward { seen.resp? } else { seen.orig? }))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Self::Item, Extra>) -> Change {
        let Some((http, pattern)) = request(seen) else { return Change::None };
        let is_inward = seen.direction == Direction::Inward;
        let (mut host, mut peer) = (http.id.orig_h, http.id.resp_h);
        if is_inward {
            (host, peer) = (peer, host);
        }
        let uri = http.uri.as_deref().unwrap_or_default();
        let extra = &mut tally.extra;
        extra.is_inward |= is_inward;
        extra.errors =
            extra.errors.saturating_add(u32::from(http.status_code.is_some_and(|code| code >= 500)));
        if extra.example.is_none() {
            let end = uri.floor_char_boundary(EXAMPLE_BYTES_MAX);
            extra.example = uri.get(..end).map(str::to_owned);
        }
        let is_other = !extra.patterns.iter().any(|known| known == pattern);
        if is_other {
            extra.patterns.push(pattern.to_owned());
        }
        Change::more(tally.note(seen, host, peer, (peer, hash_of(uri)), REQUESTS_KEPT))
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Extra>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let requests = tally.items.len();
        if requests < REQUESTS_MIN {
            return None;
        }
        let extra = &tally.extra;
        let mut score = Score::default();
        let doublings = (requests as f64 / REQUESTS_MIN as f64).log2();
        let reason = format!("{requests} different requests carry pieces of SQL");
        score.certainty("requests", 35.0 + (8.0 * doublings).min(30.0), reason);
        let kinds = extra.patterns.len();
        if kinds > 1 {
            let reason = format!("of {kinds} kinds: {}", extra.patterns.join(", "));
            score.certainty("kinds", (10.0 * (kinds as f64 - 1.0)).min(25.0), reason);
        }
        if extra.errors > 0 {
            score.certainty("errors", 5.0, format!("{} made the server fail", extra.errors));
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        let harm = "who succeeds reads the database, and often runs programs on the server";
        score.threat("stage", if extra.is_inward { 45.0 } else { 60.0 }, harm);
        let others = match tally.peers.as_slice() {
            [one] => world.name_at(*one),
            many => format!("{} hosts", many.len()),
        };
        let way = if extra.is_inward { "got from" } else { "sent to" };
        let span = tell::span(tally.seconds());
        Some(Told {
            score,
            summary: format!("{name} {way} {others} {requests} requests with pieces of SQL within {span}."),
            facts: Facts::default()
                .with("requests", requests)
                .with("kinds", extra.patterns.clone())
                .with_some("example", extra.example.clone())
                .with("requests_with_errors", extra.errors)
                .with("from_outside", extra.is_inward)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
