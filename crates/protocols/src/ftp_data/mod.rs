//! FTP data connections: what comes over a connection that a control connection announced is a file. Writes `files`.
//!
//! Recognised by the announcement only, never by content.

mod analyzer;

pub(crate) use analyzer::{DataAnalyzer, UNKNOWN_TYPE};

use crate::{Protocol, Transport, Verdict};

/// FTP data over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "ftp-data",
    transport: Transport::Tcp,
    ports: &[],
    probe: |_| Verdict::No,
    analyzer: |_| Box::new(DataAnalyzer::new(PROTOCOL.name, "FTP_DATA")),
};
