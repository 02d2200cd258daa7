//! SMTP (RFC 5321): writes `smtp`, `files` of the mails' entities and `login`.
//!
//! What follows `STARTTLS` is handed over.

mod addresses;
mod analyzer;
mod transactions;
mod wire;

use crate::by_line::ByLine;
use crate::lines::Ends;
use crate::{Probe, Protocol, Transport, Verdict};

/// SMTP over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "smtp",
    transport: Transport::Tcp,
    ports: &[25, 587],
    probe,
    analyzer: |_| Box::new(ByLine::new(Ends::Any, analyzer::SmtpReader::new())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let greeting = probe.responder.trim_ascii_start();
    let greets = matches!(greeting, [b'2', b'2', b'0', b' ' | b'-', ..]);
    let first = greeting.split(|byte| *byte == b'\n').next().unwrap_or_default().to_ascii_uppercase();
    let (word, _) = wire::words(probe.originator);
    let is_hello = word.eq_ignore_ascii_case(b"HELO") || word.eq_ignore_ascii_case(b"EHLO");
    if greets && (is_hello || memchr::memmem::find(&first, b"SMTP").is_some()) {
        return Verdict::Match;
    }
    // Within TLS, after STARTTLS, nobody greets any more.
    if is_hello && wire::reply(greeting).is_some_and(|reply| reply.code == 250) {
        return Verdict::Match;
    }
    let is_reply = probe.responder.is_empty() || wire::reply(greeting).is_some();
    let is_text = probe.originator.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    if is_reply && is_text { Verdict::Maybe } else { Verdict::No }
}
