#![doc = include_str!("README.md")]

use world::World;

use crate::odd_session::{OddSessions, Oddity, Session};
use crate::{Detection, Facts, Score, Stage};

pub(crate) const DETECTION: Detection = Detection {
    id: "non-tls-on-443",
    title: "Non-TLS on 443",
    stage: Stage::C2,
    techniques: &["T1571", "T1095"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(OddSessions::new(&DETECTION, judge)),
};

/// Bytes each way below which nothing can be said of the protocol: a TLS hello is longer.
const BYTES_MIN: u64 = 16;
/// Certainty for a session without TLS, and more where it is another protocol that has ports of its own.
const NO_TLS: f64 = 35.0;
const OTHER_PROTOCOL: f64 = 20.0;

fn judge(session: &Session<'_>, world: &World) -> Option<Oddity> {
    let is_long_enough = session.sent >= BYTES_MIN && session.received >= BYTES_MIN;
    if session.conn.id.resp_p != 443 || session.is("ssl") || !is_long_enough {
        return None;
    }
    let mut score = Score::default();
    score.certainty("no TLS", NO_TLS, "the port is that of HTTPS, but nothing in it was TLS");
    let verb = match &session.conn.service {
        Some(service) => {
            let reason = format!("it is {service}, which has ports of its own");
            score.certainty("protocol", OTHER_PROTOCOL, reason);
            format!("spoke {service}, not TLS, with")
        }
        None => "spoke an unknown protocol, not TLS, with".to_owned(),
    };
    session.score_destination(&mut score, world);
    score.threat("stage", 60.0, "what hides behind the port of HTTPS passes firewalls");
    Some(Oddity { verb, score, facts: Facts::default() })
}
