#![doc = include_str!("README.md")]

use world::World;

use crate::odd_session::{OddSessions, Oddity, Session};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "cryptocurrency-mining",
    title: "Cryptocurrency Mining",
    stage: Stage::Botnet,
    techniques: &["T1496"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(OddSessions::new(&DETECTION, judge)),
};

/// Seconds after which a session was more than an attempt: shares were handed in.
const WORKED_SECONDS: f64 = 60.0;

fn judge(session: &Session<'_>, _world: &World) -> Option<Oddity> {
    if !session.is("stratum") {
        return None;
    }
    let mut score = Score::default();
    score.certainty("content", 80.0, "the device introduced itself as a miner (Stratum), and was answered");
    if session.seconds >= WORKED_SECONDS {
        let reason = format!("the session lasted {}", tell::span(session.seconds));
        score.certainty("duration", 15.0, reason);
    }
    score.threat("stage", 40.0, "computing time and power are stolen, and whoever mines can do more");
    Some(Oddity { verb: "mined for the pool".to_owned(), score, facts: Facts::default() })
}
