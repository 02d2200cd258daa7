//! FTP control connections (RFC 959, RFC 2428, RFC 4217): writes `ftp` and `login`, and announces data connections.
//!
//! What follows `AUTH TLS` is handed over. The security data of RFC 2228 (`ADAT`) is not read.

mod analyzer;
mod commands;
mod path;
mod wire;

use crate::by_line::ByLine;
use crate::lines::Ends;
use crate::{Probe, Protocol, Transport, Verdict};

/// FTP over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "ftp",
    transport: Transport::Tcp,
    ports: &[21, 2811],
    probe,
    analyzer: |_| Box::new(ByLine::new(Ends::Lf, analyzer::FtpReader::default())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let greeting = probe.responder.trim_ascii_start();
    let greets = matches!(wire::reply_code(greeting), Some(120 | 220))
        && greeting.get(3).is_none_or(|mark| matches!(mark, b' ' | b'-' | b'\r' | b'\n'));
    let first = greeting.split(|byte| *byte == b'\n').next().unwrap_or_default().to_ascii_uppercase();
    let says = |word: &[u8]| memchr::memmem::find(&first, word).is_some();
    let begins = |word: &[u8]| {
        let start = probe.originator.trim_ascii_start().get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    // Mail servers greet in the same way.
    if says(b"SMTP") || begins(b"HELO") || begins(b"EHLO") {
        return Verdict::No;
    }
    if greets && (says(b"FTP") || begins(b"USER ") || begins(b"AUTH ")) {
        return Verdict::Match;
    }
    let is_reply = wire::reply_code(greeting).is_some() || probe.responder.is_empty();
    let is_command = probe.originator.is_empty() || wire::command(probe.originator).is_some();
    if is_reply && is_command { Verdict::Maybe } else { Verdict::No }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::verdict_on;

    #[test]
    fn ftp_is_told_from_mail() {
        let cases: [(&[u8], &[u8], Verdict); 6] = [
            (b"", b"220 ProFTPD ready\r\n", Verdict::Match),
            (b"USER x\r\n", b"220 hello\r\n", Verdict::Match),
            (b"", b"220 hello\r\n", Verdict::Maybe),
            (b"EHLO x\r\n", b"220 hello\r\n", Verdict::No),
            (b"", b"220 mx ESMTP Postfix\r\n", Verdict::No),
            (b"\x16\x03\x01\x00", b"", Verdict::No),
        ];
        for (originator, responder, verdict) in cases {
            assert_eq!(verdict_on(probe, originator, responder), verdict);
        }
    }
}
