//! WebSocket (RFC 6455), after HTTP has switched to it: confirmed. Its record is written by HTTP, whose headers say
//! what is known; the frames are not read.
//!
//! Recognised by the switch only, never by content.

use crate::{Analyzer, Chunk, Output, Protocol, Transport, Verdict};
use records::{Sender, Timestamp};

/// WebSocket over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "websocket",
    transport: Transport::Tcp,
    ports: &[],
    probe: |_| Verdict::No,
    analyzer: |_| Box::new(WebsocketAnalyzer),
};

/// The bytes after the switch are frames; nothing is read of them.
struct WebsocketAnalyzer;

impl Analyzer for WebsocketAnalyzer {
    fn data(&mut self, _: Chunk<'_>, output: &mut Output<'_>) {
        output.confirm("websocket");
        output.reject();
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
