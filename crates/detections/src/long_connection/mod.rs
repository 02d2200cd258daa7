#![doc = include_str!("README.md")]

use world::World;

use crate::odd_session::{OddSessions, Oddity, Session};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "long-connection",
    title: "Long Connection",
    stage: Stage::C2,
    techniques: &["T1095"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(OddSessions::new(&DETECTION, judge)),
};

/// Seconds from which on a connection is long: requests and their answers are over by then.
const SECONDS_MIN: f64 = 600.0;
/// Packets each way, so that it was used and not forgotten.
const PACKETS_MIN: u64 = 10;
/// Points for a connection of that length, for each doubling, and at most.
const LONG: f64 = 25.0;
const DOUBLING: f64 = 5.0;
const LONG_MAX: f64 = 45.0;
/// Ports below belong to services that everybody knows.
const WELL_KNOWN: u16 = 1024;

fn judge(session: &Session<'_>, world: &World) -> Option<Oddity> {
    let conn = session.conn;
    let is_used = conn.orig_pkts.min(conn.resp_pkts) >= PACKETS_MIN;
    // Protocols that were recognised may last. Where DNS is seen, a name shows that somebody offers a service.
    let has_name = !world.names().knows_dns() || world.names().of(conn.id.resp_h).is_some();
    if conn.service.is_some() || session.seconds < SECONDS_MIN || !is_used || has_name {
        return None;
    }
    let mut score = Score::default();
    let doublings = (session.seconds / SECONDS_MIN).log2();
    let points = DOUBLING.mul_add(doublings, LONG).min(LONG_MAX);
    score.certainty("length", points, format!("one connection lasted {}", tell::span(session.seconds)));
    score.certainty("protocol", 15.0, "what is spoken in it is no protocol that is known");
    if conn.id.resp_p >= WELL_KNOWN {
        score.certainty("port", 10.0, format!("port {} belongs to no service", conn.id.resp_p));
    }
    session.score_destination(&mut score, world);
    score.threat("stage", 55.0, "who holds a line open can give orders at any time");
    Some(Oddity {
        verb: "held a connection of an unknown protocol open with".to_owned(),
        score,
        facts: Facts::default(),
    })
}
