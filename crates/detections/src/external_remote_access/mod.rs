#![doc = include_str!("README.md")]

use world::World;

use crate::odd_session::{OddSessions, Oddity, Session};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "external-remote-access",
    title: "External Remote Access",
    stage: Stage::C2,
    techniques: &["T1219", "T1059"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(OddSessions::new(&DETECTION, judge)),
};

/// Seconds below which nobody works in a session.
const SECONDS_MIN: f64 = 20.0;
/// What comes in is commands: few bytes in all, and few in each packet.
const COMMANDS_MIN: u64 = 20;
const COMMANDS_MAX: u64 = 20_000;
const COMMAND_PACKET_MAX: f64 = 100.0;
/// What goes out is longer by so much: the output of commands.
const ANSWER_RATIO: u64 = 4;
/// Packets each way: commands come one after the other.
const PACKETS_MIN: u64 = 10;
/// An upload sends more than this in a second.
const UPLOAD_PER_SECOND: f64 = 20_000.0;

fn judge(session: &Session<'_>, world: &World) -> Option<Oddity> {
    let conn = session.conn;
    // Protocols that were recognised have their roles by definition.
    if conn.service.is_some() || session.seconds < SECONDS_MIN {
        return None;
    }
    let of_packet = session.received as f64 / conn.resp_pkts.max(1) as f64;
    let rate = session.sent as f64 / session.seconds;
    let is_driven = (COMMANDS_MIN..=COMMANDS_MAX).contains(&session.received)
        && of_packet <= COMMAND_PACKET_MAX
        && session.sent >= session.received.saturating_mul(ANSWER_RATIO)
        && conn.orig_pkts.min(conn.resp_pkts) >= PACKETS_MIN
        && rate <= UPLOAD_PER_SECOND;
    if !is_driven {
        return None;
    }
    let mut score = Score::default();
    let ratio = session.sent as f64 / session.received as f64;
    let reason = format!(
        "{} came in small pieces, {} went out in answer: commands and their output",
        tell::bytes(session.received),
        tell::bytes(session.sent)
    );
    score.certainty("roles", 40.0, reason);
    if ratio >= 20.0 {
        score.certainty("ratio", 10.0, format!("{ratio:.0} times as much went out as came in"));
    }
    session.score_destination(&mut score, world);
    score.threat("stage", 75.0, "somebody outside works on the device");
    Some(Oddity {
        verb: "was driven from outside, it seems, in an outgoing session with".to_owned(),
        score,
        facts: Facts::default().with("bytes_of_an_incoming_packet", of_packet).with("out_per_in", ratio),
    })
}
