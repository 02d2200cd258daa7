//! The Session Initiation Protocol (RFC 3261) over UDP: writes `sip`, and announces the media that a call agrees on
//! (RFC 8866).
//!
//! SIP over TCP is not read. Headers that go on over several lines are read up to the end of the first.

mod analyzer;
mod media;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// SIP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "sip",
    transport: Transport::Udp,
    ports: &[5060],
    probe,
    analyzer: |_| Box::new(analyzer::SipAnalyzer::default()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    match wire::message(datagram).map(|message| message.start) {
        Some(wire::Start::Reply { .. }) => Verdict::Match,
        Some(wire::Start::Request { method, uri }) => {
            let is_method = (3..=16).contains(&method.len()) && method.iter().all(u8::is_ascii_uppercase);
            let is_target = [b"sip:".as_slice(), b"sips:", b"tel:"].iter().any(|it| uri.starts_with(it));
            if is_method && is_target { Verdict::Match } else { Verdict::Maybe }
        }
        None => Verdict::No,
    }
}
