//! HART-IP (FCG TS20085) over TCP and UDP: field devices behind a gateway.
//!
//! Writes `hart_ip`. What commands and responses hold is not read, nor are messages of the secure version 2.

mod analyzer;
mod names;
mod wire;

use crate::analyzer::{About, Analyzer, Probe, Protocol, Transport, Verdict};
use crate::by_message::ByMessage;

/// HART-IP over TCP.
pub(crate) const OVER_TCP: Protocol = protocol(Transport::Tcp);
/// HART-IP over UDP.
pub(crate) const OVER_UDP: Protocol = protocol(Transport::Udp);

const fn protocol(transport: Transport) -> Protocol {
    Protocol { name: "hart_ip", transport, ports: &[5094], probe, analyzer }
}

fn analyzer(about: &About) -> Box<dyn Analyzer> {
    Box::new(ByMessage::new(about, analyzer::HartReader::default()))
}

/// The header has little that is its own, so that only the beginning of a session tells on any port.
fn probe(probe: &Probe<'_>) -> Verdict {
    match (wire::begins(probe.originator), wire::begins(probe.responder)) {
        (Verdict::No, _) | (_, Verdict::No) => Verdict::No,
        (Verdict::Match, _) => Verdict::Match,
        (Verdict::Maybe, _) => Verdict::Maybe,
    }
}
