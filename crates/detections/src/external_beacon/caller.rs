//! How certain it is that an outsider who calls by the clock is malware that asks for orders.

use learn::Rhythm;

use super::inward::Caller;
use super::score::{ALIKE, host_part, rhythm_part};
use crate::{Score, tell};

/// Programs that call for business keep their clock within this share of the period.
const EXACT: f64 = 0.1;
/// So many of twenty intervals lie in the band where the clock is one whose hand is shaken on purpose.
const WITHIN_OF_TWENTY: usize = 19;
/// Words by which programs that watch or read say what they are, lower case.
const SAYS_WHAT_IT_IS: [&str; 14] = [
    "://", "bot", "check", "crawl", "feed", "health", "monitor", "nagios", "pingdom", "probe", "rss",
    "spider", "uptime", "zabbix",
];

/// What the score is made from.
pub(super) struct Called<'a> {
    pub(super) caller: &'a Caller,
    pub(super) rhythm: Rhythm,
    /// No other visitor has its user agent.
    pub(super) is_alone: bool,
}

pub(super) fn score(called: &Called<'_>) -> Score {
    let mut score = Score::default();
    let Called { caller, rhythm, is_alone } = called;
    let pair = &caller.pair;
    rhythm_part(rhythm, &mut score);
    if rhythm.jitter >= EXACT && rhythm.regular * 20 >= (rhythm.events - 1) * WITHIN_OF_TWENTY {
        let reason = format!(
            "the intervals spread by ± {:.0} % and no further: drawn by lot, as no timer of a monitor does",
            rhythm.jitter * 100.0
        );
        score.certainty("drawn by lot", 15.0, reason);
    }
    if pair.sent.total > 0 && pair.sent.spread() < ALIKE && pair.received.spread() < ALIKE {
        let usual = tell::bytes(pair.sent.usual() as u64);
        score.certainty("sizes", 8.0, format!("the exchanges are alike: {usual} in each time"));
    }
    let hours = pair.last.since(pair.first).as_secs_f64() / 3600.0;
    score.certainty("duration", (3.0 + hours / 2.0).min(8.0), format!("it went on for {hours:.1} hours"));
    host_part(&pair.client, &mut score);
    match &caller.agent {
        Some(agent) if says_what_it_is(agent) => {
            score.certainty("client", -20.0, format!("the client says what it is: {agent}"));
        }
        Some(agent) if *is_alone => {
            score.certainty("client", 10.0, format!("no other visitor has this user agent: {agent}"));
        }
        _ => {}
    }
    score.certainty("inward", -25.0, "programs of partners and monitors call on servers by the clock, too");
    score.threat("stage", 55.0, "a server that malware calls on is in the hands of whoever commands it");
    if pair.client.hostless || *is_alone {
        score.threat("origin", 8.0, "no ordinary program works so");
    }
    score
}

fn says_what_it_is(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    SAYS_WHAT_IT_IS.iter().any(|word| agent.contains(word))
}
