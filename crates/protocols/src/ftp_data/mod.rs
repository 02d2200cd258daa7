//! FTP data connections: what comes over a connection that a control connection announced is a file. Writes `files`.
//!
//! Recognised by the announcement only, never by content.

mod analyzer;

use crate::{Protocol, Transport, Verdict};

/// FTP data over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "ftp-data",
    transport: Transport::Tcp,
    ports: &[],
    probe: |_| Verdict::No,
    analyzer: |_| Box::<analyzer::FtpDataAnalyzer>::default(),
};
