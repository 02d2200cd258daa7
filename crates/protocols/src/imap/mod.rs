//! IMAP (RFC 9051): writes `imap`, `files` of the entities of mails that are fetched or stored whole, and `login`.
//!
//! What follows `STARTTLS` is handed over.

mod analyzer;
mod wire;

use crate::by_line::ByLine;
use crate::lines::Ends;
use crate::{Probe, Protocol, Transport, Verdict};

/// IMAP over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "imap",
    transport: Transport::Tcp,
    ports: &[143],
    probe,
    analyzer: |_| Box::new(ByLine::new(Ends::Any, analyzer::ImapReader::default())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let greets = probe.responder.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"* OK "));
    let first = probe.responder.split(|byte| *byte == b'\n').next().unwrap_or_default().to_ascii_uppercase();
    if greets && memchr::memmem::find(&first, b"IMAP").is_some() {
        return Verdict::Match;
    }
    let is_text = |bytes: &[u8]| {
        let start = bytes.get(..bytes.len().min(16)).unwrap_or_default();
        start.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
    };
    let may_greet = greets || probe.responder.is_empty() || probe.responder.starts_with(b"*");
    if may_greet && is_text(probe.originator) { Verdict::Maybe } else { Verdict::No }
}
