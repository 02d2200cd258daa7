//! POP3 (RFC 1939, RFC 2595): writes `pop3`, `files` of the mails' entities and `login`.
//!
//! What follows `STLS` is handed over.

mod analyzer;

use crate::by_line::ByLine;
use crate::lines::Ends;
use crate::{Probe, Protocol, Transport, Verdict};

/// POP3 over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "pop3",
    transport: Transport::Tcp,
    ports: &[110],
    probe,
    analyzer: |_| Box::new(ByLine::new(Ends::Any, analyzer::Pop3Reader::default())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let word =
        probe.originator.split(u8::is_ascii_whitespace).find(|word| !word.is_empty()).unwrap_or_default();
    let speaks = [&b"USER"[..], b"APOP", b"CAPA", b"AUTH", b"STLS"];
    let begins = speaks.iter().any(|command| word.eq_ignore_ascii_case(command));
    let greets = probe.responder.starts_with(b"+OK");
    match (greets, begins, probe.responder.is_empty(), probe.originator.is_empty()) {
        (true, true, ..) => Verdict::Match,
        (true, _, _, true) | (_, true, true, _) => Verdict::Maybe,
        _ => Verdict::No,
    }
}
