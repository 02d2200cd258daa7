//! Gives out the messages of a connection.

use records::{Sender, Timestamp};

use super::wire::{self, Message};
use crate::analyzer::{Analyzer, Chunk, Output};

/// Follows a connection.
pub(super) struct DhcpAnalyzer;

impl Analyzer for DhcpAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Some((fixed, kind, options)) = wire::read(chunk.bytes) else {
            output.weird(chunk.ts, "dhcp_bad_message", None);
            output.reject();
            return;
        };
        output.dhcp(Message {
            ts: chunk.ts,
            uid: output.about.uid,
            id: output.about.id,
            is_orig: chunk.from == Sender::Originator,
            transaction: fixed.transaction,
            kind,
            assigned: fixed.assigned,
            hardware: fixed.hardware,
            options,
        });
        output.confirm("dhcp");
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
