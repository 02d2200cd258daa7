//! The Trivial File Transfer Protocol (RFC 1350, RFC 2347) over UDP: writes `tftp`, and takes the file out of the
//! connection that its server opens for it.

mod analyzer;
mod wire;

use self::wire::Message;
use crate::{Probe, Protocol, Transport, Verdict};

/// The connection with the request.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "tftp",
    transport: Transport::Udp,
    ports: &[69],
    probe,
    analyzer: |_| Box::new(analyzer::RequestAnalyzer::default()),
};

/// The connection with the file, which only the request makes known.
pub(crate) const DATA: Protocol = Protocol {
    name: "tftp-data",
    transport: Transport::Udp,
    ports: &[],
    probe: |_| Verdict::No,
    analyzer: |_| Box::new(analyzer::DataAnalyzer::default()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    match wire::message(probe.originator) {
        Some(Message::Request(request)) if request.is_usual() => Verdict::Match,
        _ => Verdict::No,
    }
}
