//! IRC (RFC 2812): confirmed, not told. Writes no records.
//!
//! What follows `STARTTLS` is handed over. File transfers between clients (DCC) are not followed.

use records::{Sender, Timestamp};

use crate::by_line::{ByLine, ReadsLines};
use crate::lines::Ends;
use crate::{Output, Probe, Protocol, Transport, Verdict};

/// IRC over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "irc",
    transport: Transport::Tcp,
    ports: &[6666, 6667, 6668, 6669],
    probe,
    analyzer: |_| Box::new(ByLine::new(Ends::Any, IrcReader::default())),
};

/// Shorter lines are no commands.
const COMMAND_BYTES_MIN: usize = 3;
/// The server agrees to `STARTTLS`.
const START_TLS: &[u8] = b"670";

fn probe(probe: &Probe<'_>) -> Verdict {
    let says = |word: &[u8]| {
        let mut lines = probe.originator.split(|byte| matches!(byte, b'\r' | b'\n'));
        lines.any(|line| {
            let start = line.trim_ascii_start().get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        })
    };
    let registers = says(b"NICK ") && says(b"USER ");
    let answers = probe.responder.split(|byte| *byte == b'\n').any(is_numeric);
    if registers && answers {
        return Verdict::Match;
    }
    let is_text =
        |bytes: &[u8]| bytes.iter().all(|byte| *byte >= 0x20 || byte.is_ascii_whitespace() || *byte < 4);
    if is_text(probe.originator) && is_text(probe.responder) { Verdict::Maybe } else { Verdict::No }
}

/// A reply of a server: perhaps its name, then three digits.
fn is_numeric(line: &[u8]) -> bool {
    let rest = match line {
        [b':', name @ ..] => name.iter().position(|byte| *byte == b' ').and_then(|end| name.get(end + 1..)),
        _ => Some(line),
    };
    matches!(rest, Some([b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b' ', ..]))
}

/// Follows one connection until it is encrypted.
#[derive(Default)]
struct IrcReader {
    left: bool,
}

impl ReadsLines for IrcReader {
    fn line(&mut self, _: Timestamp, from: Sender, line: &[u8], output: &mut Output<'_>) {
        match from {
            Sender::Originator if line.trim_ascii_start().len() >= COMMAND_BYTES_MIN => output.confirm("irc"),
            Sender::Originator => {}
            Sender::Responder => {
                let mut words = line.split(|byte| *byte == b' ').take(2);
                self.left = is_numeric(line) && words.any(|word| word == START_TLS);
            }
        }
    }

    fn is_encrypted(&self) -> bool {
        self.left
    }
}
