//! The frontend and backend protocol of PostgreSQL, version 3: writes `postgresql` and `login`.
//!
//! TLS that the two agree on is handed over. The rows of results are only counted.

mod analyzer;
mod session;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// PostgreSQL.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "postgresql",
    transport: Transport::Tcp,
    ports: &[5432],
    probe,
    analyzer: |_| Box::new(analyzer::PostgresqlAnalyzer::new()),
};

/// The client's first message tells enough.
fn probe(probe: &Probe<'_>) -> Verdict {
    let answers = wire::can_answer(probe.responder);
    if answers { wire::begins(probe.originator) } else { Verdict::No }
}
