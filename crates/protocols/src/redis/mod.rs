//! The serialization protocol of Redis (RESP, versions 2 and 3): writes `redis` and `login`.
//!
//! Messages that the server sends unasked (subscriptions) are not told.

mod analyzer;
mod commands;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// Redis.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "redis",
    transport: Transport::Tcp,
    ports: &[6379],
    probe,
    analyzer: |_| Box::<analyzer::RedisAnalyzer>::default(),
};

/// A client sends lists of texts; a server never speaks first.
fn probe(probe: &Probe<'_>) -> Verdict {
    if probe.originator.is_empty() && !probe.responder.is_empty() || !wire::can_answer(probe.responder) {
        return Verdict::No;
    }
    wire::begins(probe.originator)
}
