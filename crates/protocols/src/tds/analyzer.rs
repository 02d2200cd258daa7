//! Follows one connection to SQL Server: puts packets together to messages.

use records::{Sender, Timestamp};

use super::session::Session;
use super::wire::{self, kind};
use crate::messages::Messages;
use crate::{Analyzer, Chunk, Output};

/// So many bytes of a packet are kept; packets can have 32 KB.
const PACKET_BYTES_KEPT: usize = 32 * 1024;
/// So many bytes of a message of many packets are kept.
const MESSAGE_BYTES_KEPT: usize = 32 * 1024;

struct Side {
    packets: Messages,
    message: Vec<u8>,
}

/// Follows one connection.
pub(super) struct TdsAnalyzer {
    sides: [Side; 2],
    session: Session,
}

impl TdsAnalyzer {
    /// Begins to follow a connection.
    pub(super) fn new() -> Self {
        let side = || Side { packets: Messages::that_keep(PACKET_BYTES_KEPT), message: Vec::new() };
        Self { sides: [side(), side()], session: Session::default() }
    }
}

impl Analyzer for TdsAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, mut bytes } = chunk;
        let [client, server] = &mut self.sides;
        let side = if from == Sender::Originator { client } else { server };
        while let Some(found) = side.packets.next(&mut bytes, wire::measure) {
            let packet = found.as_ref().ok().and_then(|found| wire::packet(&found.bytes));
            let Some((kind, is_last, content)) = packet else {
                self.session.write(output);
                return output.reject();
            };
            let room = MESSAGE_BYTES_KEPT.saturating_sub(side.message.len()).min(content.len());
            side.message.extend_from_slice(content.get(..room).unwrap_or_default());
            if !is_last {
                continue;
            }
            match from {
                Sender::Originator => self.session.sent(ts, kind, &side.message, output),
                Sender::Responder if matches!(kind, kind::RESPONSE | kind::PRE_LOGIN) => {
                    // The server's answer to what the client can do comes as a response, without any word of one.
                    let is_option = side.message.starts_with(&[0, 0]);
                    let kind = if is_option { kind::PRE_LOGIN } else { kind };
                    self.session.replied(kind, &side.message, output);
                }
                Sender::Responder => {}
            }
            side.message.clear();
        }
    }

    fn gap(&mut self, _: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        let [client, server] = &mut self.sides;
        let side = if from == Sender::Originator { client } else { server };
        if !side.packets.gap(length) {
            self.session.write(output);
            output.reject();
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.session.write(output);
    }
}
