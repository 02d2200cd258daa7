//! How certain a beacon is.

use learn::Rhythm;
use world::{DestinationHabit, Rarity};

use super::pair::{Client, Pair};
use crate::{Score, tell};

/// Below this rarity the destination is in use by others, or has been for long.
const RARE: f64 = 80.0;
/// Exchanges whose sizes spread less than this (in logarithms) are alike.
pub(super) const ALIKE: f64 = 0.15;
/// Days for which the device has contacted the destination before it counts as its habit.
const HABIT_DAYS: u16 = 5;
/// Protocols whose clients poll by nature.
const POLLING_PORTS: [u16; 12] = [110, 123, 143, 465, 587, 993, 995, 853, 5222, 5223, 5228, 8883];

/// What the score is made from.
pub(super) struct Sign<'a> {
    pub(super) pair: &'a Pair,
    pub(super) rhythm: Rhythm,
    pub(super) rarity: Rarity,
    pub(super) history: f64,
    pub(super) habit: Option<DestinationHabit>,
    pub(super) has_name: bool,
    pub(super) port: u16,
}

pub(super) fn score(sign: &Sign<'_>) -> Score {
    let mut score = Score::default();
    rhythm(sign, &mut score);
    destination(sign, &mut score);
    client(sign, &mut score);
    score.threat("stage", 55.0, "whoever answers can command the device");
    if sign.pair.received.total > 100_000 {
        score.threat("answers", 10.0, format!("{} came back", tell::bytes(sign.pair.received.total)));
    }
    if sign.pair.client.tool.is_some() || !sign.has_name {
        score.threat("origin", 8.0, "no ordinary program works so");
    }
    score
}

/// How unlikely the rhythm is for random visits.
pub(super) fn rhythm_part(found: &Rhythm, score: &mut Score) {
    let reason = format!(
        "{} of {} intervals fit {} ± {:.0} %; random visits look so once in 10^{:.0}",
        found.regular,
        found.events - 1,
        tell::span(found.period),
        found.jitter * 100.0,
        found.evidence,
    );
    score.certainty("rhythm", (6.0 * found.evidence).min(30.0), reason);
}

fn rhythm(sign: &Sign<'_>, score: &mut Score) {
    rhythm_part(&sign.rhythm, score);
    if sign.pair.sent.spread() < ALIKE && sign.pair.received.spread() < ALIKE {
        let usual = tell::bytes(sign.pair.sent.usual() as u64);
        score.certainty("sizes", 8.0, format!("the exchanges are alike: {usual} out each time"));
    }
    let hours = sign.pair.last.since(sign.pair.first).as_secs_f64() / 3600.0;
    if hours >= 1.0 {
        score.certainty("duration", (3.0 + hours / 2.0).min(8.0), format!("it went on for {hours:.1} hours"));
    }
}

fn destination(sign: &Sign<'_>, score: &mut Score) {
    let percent = sign.rarity.percent;
    if percent < RARE {
        let reason = format!("rarity {percent:.0} %: others use the destination, or have for long");
        score.certainty("rarity", -(RARE - percent).mul_add(0.5, 10.0), reason);
    } else if sign.history > 0.0 {
        let reason = format!("rarity {percent:.0} %: hardly anyone here contacts it");
        score.certainty(
            "rarity",
            25.0 * sign.history * (0.4 + 0.6 * (percent - RARE) / (100.0 - RARE)),
            reason,
        );
    }
    if sign.history < 1.0 {
        let reason = "too little traffic was learned from to call the destination rare";
        score.certainty("history", -15.0 * (1.0 - sign.history), reason);
    }
    if let Some(habit) = sign.habit
        && habit.days > HABIT_DAYS
    {
        let reason = format!("the device has contacted it on {} days", habit.days);
        score.certainty("habit", -(f64::from(habit.days - HABIT_DAYS) * 2.0).min(20.0), reason);
    }
    if !sign.has_name {
        score.certainty("address", 10.0, "no name leads there: the address was contacted as such");
    }
    if POLLING_PORTS.contains(&sign.port) {
        score.certainty("service", -25.0, format!("clients of port {} poll by nature", sign.port));
    }
}

/// Whether the client does what no browser and no library does.
pub(super) fn host_part(client: &Client, score: &mut Score) {
    if client.hostless {
        score.certainty(
            "no host",
            20.0,
            "HTTP/1.1 without a Host header, which every browser and library sends",
        );
    }
}

fn client(sign: &Sign<'_>, score: &mut Score) {
    host_part(&sign.pair.client, score);
    if let Some(tool) = &sign.pair.client.tool {
        score.certainty("client", 10.0, format!("the client is a tool, not a browser: {tool}"));
    } else if sign.pair.client.strange_tls {
        score.certainty("client", 8.0, "the device does not use this TLS client otherwise");
    }
}
