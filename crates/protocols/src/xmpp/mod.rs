//! XMPP (RFC 6120) over TCP: recognised, and its TLS handed on.

use records::{Sender, Timestamp};

use crate::analyzer::{Analyzer, Chunk, HandOver, Output, Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};

static SIGN: Sign = Sign { service: "xmpp", needs: Needs::Either, check };

/// XMPP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "xmpp",
    transport: Transport::Tcp,
    ports: &[5222, 5269],
    probe: |probe| SIGN.probe(probe),
    analyzer: |_| Box::<XmppAnalyzer>::default(),
};

/// So many bytes of a stream are looked at for its opening element.
const OPENING_MAX: usize = 256;

/// Both ends begin with `<stream:stream`, perhaps behind an XML declaration.
fn check(_: Sender, stream: &[u8]) -> Verdict {
    let opening = stream.get(..OPENING_MAX).unwrap_or(stream);
    if !opening.starts_with(b"<") && !opening.is_empty() {
        return Verdict::No;
    }
    if contains(opening, b"<stream:stream") {
        Verdict::Match
    } else if stream.len() < OPENING_MAX {
        Verdict::Maybe
    } else {
        Verdict::No
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Waits for the server's word to begin TLS.
#[derive(Default)]
struct XmppAnalyzer {
    is_confirmed: bool,
    /// The last bytes of the server, so that the word is seen however it is cut.
    tail: Vec<u8>,
}

/// The server's word.
const PROCEED: &[u8] = b"<proceed ";

/// The word and its end are looked for in the last bytes.
const TAIL_MAX: usize = 128;

impl Analyzer for XmppAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if !self.is_confirmed {
            self.is_confirmed = true;
            output.confirm("xmpp");
        }
        if chunk.from == Sender::Originator {
            return;
        }
        let skipped = chunk.bytes.len().saturating_sub(TAIL_MAX);
        self.tail.extend(chunk.bytes.get(skipped..).unwrap_or_default());
        let surplus = self.tail.len().saturating_sub(TAIL_MAX);
        self.tail.drain(..surplus);
        let word = self.tail.windows(PROCEED.len()).rposition(|window| window == PROCEED);
        let is_whole = |word| self.tail.get(word..).is_some_and(|rest| rest.ends_with(b">"));
        if word.is_some_and(is_whole) {
            output.hand_over(HandOver::To("ssl"));
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        output.reject();
    }

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
