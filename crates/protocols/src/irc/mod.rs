//! IRC (RFC 2812): confirmed, not told. Writes no records.
//!
//! What follows `STARTTLS` is handed over. File transfers between clients (DCC) are not followed.

use records::{Sender, Timestamp};

use crate::lines::{Lines, Piece};
use crate::{Analyzer, Chunk, HandOver, Output, Probe, Protocol, Transport, Verdict};

/// IRC over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "irc",
    transport: Transport::Tcp,
    ports: &[6666, 6667, 6668, 6669],
    probe,
    analyzer: |_| Box::<IrcAnalyzer>::default(),
};

/// Shorter lines are no commands.
const COMMAND_BYTES_MIN: usize = 3;

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
struct IrcAnalyzer {
    lines: [Lines; 2],
}

impl Analyzer for IrcAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { from, mut bytes, .. } = chunk;
        let Some(lines) = self.lines.get_mut(usize::from(from == Sender::Responder)) else { return };
        while let Some(Piece::Line(line)) = lines.next(&mut bytes) {
            if from == Sender::Originator {
                if line.trim_ascii_start().len() >= COMMAND_BYTES_MIN {
                    output.confirm("irc");
                }
            } else if is_numeric(&line) && line.split(|byte| *byte == b' ').take(2).any(|word| word == b"670")
            {
                output.hand_over(HandOver::To("ssl"));
                return output.leave_unread(bytes.len());
            }
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
