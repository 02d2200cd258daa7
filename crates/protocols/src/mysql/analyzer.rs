//! Follows one connection to MySQL.

use records::{Sender, Timestamp};

use super::session::Session;
use super::wire;
use crate::messages::Messages;
use crate::{Analyzer, Chunk, HandOver, Output};

/// So many bytes of a packet are kept.
const PACKET_BYTES_KEPT: usize = 16 * 1024;

/// Follows one connection.
pub(super) struct MysqlAnalyzer {
    streams: [Messages; 2],
    session: Session,
}

impl MysqlAnalyzer {
    /// Begins to follow a connection.
    pub(super) fn new() -> Self {
        let stream = || Messages::that_keep(PACKET_BYTES_KEPT);
        Self { streams: [stream(), stream()], session: Session::default() }
    }

    fn stream(&mut self, from: Sender) -> &mut Messages {
        let [client, server] = &mut self.streams;
        if from == Sender::Originator { client } else { server }
    }
}

impl Analyzer for MysqlAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, mut bytes } = chunk;
        while let Some(found) = self.stream(from).next(&mut bytes, wire::measure) {
            let Ok(found) = found else { return output.reject() };
            let Some((number, content)) = wire::packet(&found.bytes) else { continue };
            if from == Sender::Responder {
                self.session.replied(number, content, found.length - 4, output);
            } else if self.session.sent(ts, content, output) {
                output.hand_over(HandOver::To("ssl"));
                return output.leave_unread(bytes.len());
            }
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        // Which answer belongs to which command is not known any more.
        self.session.flush(output);
        output.reject();
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.session.flush(output);
    }
}
