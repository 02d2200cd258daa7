//! Tabular Data Stream of Microsoft SQL Server (MS-TDS, versions 7 and later): writes `tds` and `login`.
//!
//! What is encrypted is not read. Rows of results are passed over.

mod analyzer;
mod session;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// TDS over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "tds",
    transport: Transport::Tcp,
    ports: &[1433],
    probe,
    analyzer: |_| Box::new(analyzer::TdsAnalyzer::new()),
};

/// The client's first packet tells enough.
fn probe(probe: &Probe<'_>) -> Verdict {
    let answers = matches!(probe.responder, [] | [4 | 18] | [4 | 18, 0 | 1, ..]);
    if answers { wire::begins(probe.originator) } else { Verdict::No }
}
