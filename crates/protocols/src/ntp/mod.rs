//! The Network Time Protocol (RFC 5905) over UDP: writes `ntp` for messages that carry the time.
//!
//! Control messages (mode 6) and private ones (mode 7) are recognised but not told, and extension fields are not read.

mod analyzer;
mod wire;

use records::Timestamp;

use self::wire::Message;
use crate::by_datagram::ByDatagram;
use crate::{Probe, Protocol, Transport, Verdict};

/// A server whose clock is further off from the capture's than this is not recognised by content.
const CLOCKS_APART_SECS_MAX: i64 = 30 * 86_400;

/// NTP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "ntp",
    transport: Transport::Udp,
    ports: &[123],
    probe,
    analyzer: |_| Box::new(ByDatagram::new("ntp", analyzer::NtpReader)),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    if !wire::may_be_message(datagram) {
        return Verdict::No;
    }
    match wire::message(datagram) {
        Some(Message::Time(time)) if datagram.len() == wire::TIME_BYTES => {
            // Only an answer says the time three times over.
            let is_near = |ts: Timestamp| {
                ts.since(probe.about.start).as_secs_f64().abs() < CLOCKS_APART_SECS_MAX as f64
            };
            let is_answer = time.mode == 4 && (1..=16).contains(&time.stratum);
            if is_answer && is_near(time.received) && is_near(time.transmitted) {
                Verdict::Match
            } else {
                Verdict::Maybe
            }
        }
        Some(_) => Verdict::Maybe,
        None => Verdict::No,
    }
}
