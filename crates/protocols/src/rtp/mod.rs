//! The Real-time Transport Protocol (RFC 3550), where a call has announced it: recognised only. Its header is too
//! weak a sign by itself.

use records::Sender;

use crate::analyzer::{Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};

static SIGN: Sign = Sign { service: "rtp", needs: Needs::Either, check };

/// RTP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "rtp",
    transport: Transport::Udp,
    ports: &[],
    probe: |_| Verdict::No,
    analyzer: |about| SIGN.analyzer(about),
};

/// Version 2 and a whole header.
fn check(_: Sender, datagram: &[u8]) -> Verdict {
    if matches!(datagram, [0x80..=0xbf, ..]) && datagram.len() >= 12 { Verdict::Match } else { Verdict::No }
}
