//! The protocol of MySQL and MariaDB, versions 9 and 10: writes `mysql` and `login`.
//!
//! What follows a request for TLS is handed over. The rows of results are passed over.

mod analyzer;
mod commands;
mod session;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// MySQL.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "mysql",
    transport: Transport::Tcp,
    ports: &[1434, 3306],
    probe,
    analyzer: |_| Box::new(analyzer::MysqlAnalyzer::new()),
};

/// Only the server's greeting tells enough.
fn probe(probe: &Probe<'_>) -> Verdict {
    match probe.responder {
        [] if probe.originator.is_empty() || matches!(probe.originator, [_, _, 0, 1, ..]) => Verdict::Maybe,
        [] => Verdict::No,
        greeting => wire::begins_greeting(greeting),
    }
}
