//! Remote Desktop (MS-RDPBCGR) over TCP: recognised, and its TLS handed on.

use records::{Sender, Timestamp};

use crate::analyzer::{Analyzer, Chunk, HandOver, Output, Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};

static SIGN: Sign = Sign { service: "rdp", needs: Needs::Both, check };

/// RDP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "rdp",
    transport: Transport::Tcp,
    ports: &[3389],
    probe: |probe| SIGN.probe(probe),
    analyzer: |_| Box::<RdpAnalyzer>::default(),
};

/// The first message of the client is a connection request, that of the server a connection confirm (X.224).
fn check(from: Sender, stream: &[u8]) -> Verdict {
    let kind = if from == Sender::Originator { 0xe0 } else { 0xd0 };
    match stream {
        // Connections that name their ends are for other protocols of the OSI world, such as those of controllers.
        [3, 0, _, _, 7..=255, _, _, _, _, _, _, 0xc0..=0xc2, ..] => Verdict::No,
        [3, 0, _, _, 7..=255, ..] if stream.len() < 12 => Verdict::Maybe,
        [3, 0, high, low, length @ 6..=255, code, ..] => {
            let whole = u16::from_be_bytes([*high, *low]);
            let is_consistent = *code == kind && whole == u16::from(*length) + 5;
            if is_consistent { Verdict::Match } else { Verdict::No }
        }
        [3, 0, ..] | [3] if stream.len() < 6 => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// Waits for the server's choice of security.
#[derive(Default)]
struct RdpAnalyzer {
    confirm: Vec<u8>,
}

/// Type of the server's message that says that it refuses.
const FAILURE: u8 = 3;

impl Analyzer for RdpAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if chunk.from == Sender::Originator {
            return;
        }
        self.confirm.extend(chunk.bytes.iter().take(64));
        let [3, 0, high, low, ..] = self.confirm.as_slice() else {
            if self.confirm.len() >= 4 {
                output.reject();
            }
            return;
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(message) = self.confirm.get(..length) else {
            if length > 64 {
                output.reject();
            }
            return;
        };
        let (kind, security) = (message.get(11), message.get(15).copied().unwrap_or_default());
        if kind == Some(&FAILURE) {
            return output.reject();
        }
        output.confirm("rdp");
        if security == 0 {
            output.reject();
        } else {
            output.hand_over(HandOver::To("ssl"));
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        output.reject();
    }

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
