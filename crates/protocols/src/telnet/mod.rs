//! Telnet (RFC 854): writes `login`, where a name is asked for and typed in clear. What is done is not told.

mod analyzer;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// Telnet over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "telnet",
    transport: Transport::Tcp,
    ports: &[23, 2323],
    probe,
    analyzer: |_| Box::<analyzer::TelnetAnalyzer>::default(),
};

/// Both ends negotiate options before anything else is said. On its own port one end is enough.
fn probe(probe: &Probe<'_>) -> Verdict {
    let (client, server) = (wire::begins_options(probe.originator), wire::begins_options(probe.responder));
    match (client, server) {
        (Verdict::Match, Verdict::Match) => Verdict::Match,
        (Verdict::Match, _) | (_, Verdict::Match) => Verdict::Maybe,
        (Verdict::No, _) | (_, Verdict::No) => Verdict::No,
        _ => Verdict::Maybe,
    }
}
