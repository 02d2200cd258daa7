//! How certain it is that a program hides.

use world::{DeviceIndex, World, host_of};

use super::place::Place;
use super::signs::Sign;
use crate::Score;
use crate::rarity::{Weight, score_rarity_and_history};

/// An answer to a check-in is short.
const SHORT: u64 = 1_000;

pub(super) fn score(device: DeviceIndex, place: &Place, percent: f64, world: &World) -> Score {
    let mut score = Score::default();
    for (sign, reason) in &place.signs {
        score.certainty(sign.name(), sign.points(), reason.clone());
    }
    if place.posts > 1 {
        let reason = format!("{} posts", place.posts);
        score.certainty("repeats", (8.0 * (place.posts as f64).log2()).min(20.0), reason);
    }
    if place.received / place.count.max(1) < SHORT && place.posts > 0 {
        score.certainty("answers", 5.0, "the answers are short, as to a check-in");
    }
    if place.has(Sign::WebControl) && is_alone(device, place, world) {
        score.certainty("alone", 10.0, "one request, and nothing that a page would load besides");
    }
    score_rarity_and_history(&mut score, "host", percent, Weight::Beside(20.0), world);
    score.threat("stage", 60.0, "a program that hides reports to somebody");
    score
}

/// Whether the device asked the host, and from the host, for nothing else: a browser loads what belongs to a page.
fn is_alone(device: DeviceIndex, place: &Place, world: &World) -> bool {
    let comes_from = |referrer: &str| {
        let rest = referrer.split_once("://").map_or(referrer, |(_, rest)| rest);
        host_of(rest.split('/').next().unwrap_or_default()) == place.host
    };
    let of_host = world
        .visits()
        .of(device)
        .filter(|visit| visit.host() == place.host || visit.referrer.as_deref().is_some_and(comes_from));
    place.count == 1 && of_host.count() <= 1
}
