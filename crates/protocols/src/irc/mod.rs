//! IRC (RFC 2812): writes `irc`, and `files` of transfers between clients (DCC) where these are the ends of the
//! connection too. What is said is not told.
//!
//! What follows `STARTTLS` is handed over.

mod analyzer;
mod wire;

use crate::by_line::ByLine;
use crate::ftp_data::DataAnalyzer;
use crate::lines::Ends;
use crate::{Probe, Protocol, Transport, Verdict};

/// IRC over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "irc",
    transport: Transport::Tcp,
    ports: &[6666, 6667, 6668, 6669],
    probe,
    analyzer: |_| Box::new(ByLine::new(Ends::Any, analyzer::IrcReader::default())),
};

/// A transfer between clients. Recognised by its announcement only.
pub(crate) const TRANSFER: Protocol = Protocol {
    name: "irc-dcc-data",
    transport: Transport::Tcp,
    ports: &[],
    probe: |_| Verdict::No,
    analyzer: |_| Box::new(DataAnalyzer::new(TRANSFER.name, "IRC_DATA")),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let says = |word: &[u8]| {
        let mut lines = probe.originator.split(|byte| matches!(byte, b'\r' | b'\n'));
        lines.any(|line| {
            let start = line.trim_ascii_start().get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        })
    };
    let registers = says(b"NICK ") && says(b"USER ");
    let answers = probe.responder.split(|byte| *byte == b'\n').any(wire::is_numeric);
    if registers && answers {
        return Verdict::Match;
    }
    let is_text =
        |bytes: &[u8]| bytes.iter().all(|byte| *byte >= 0x20 || byte.is_ascii_whitespace() || *byte < 4);
    if is_text(probe.originator) && is_text(probe.responder) { Verdict::Maybe } else { Verdict::No }
}
