//! Follows one connection and counts its handshakes; the record is written at its end.

use records::{Sender, Timestamp, Wireguard};

use super::wire::{self, Message};
use crate::{Analyzer, Chunk, Output};

/// Follows one connection.
#[derive(Default)]
pub(super) struct WireguardAnalyzer {
    record: Option<Box<Wireguard>>,
    /// Number of the last one who began a handshake.
    initiator: Option<[u8; 4]>,
}

impl Analyzer for WireguardAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let about = output.about;
        match (wire::message(chunk.bytes), &mut self.record) {
            (Some(Message::Initiation { sender, .. }), record) => {
                self.initiator = Some(sender);
                let new = || {
                    Box::new(Wireguard { ts: chunk.ts, uid: about.uid, id: about.id, ..Wireguard::default() })
                };
                record.get_or_insert_with(new).initiations += 1;
            }
            (Some(Message::Response { receiver }), Some(record)) if self.initiator == Some(receiver) => {
                record.responses += 1;
                record.established = true;
                output.confirm("wireguard");
            }
            (_, None) => output.reject(),
            (_, Some(_)) => {}
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        if let Some(record) = self.record.take() {
            output.write(*record);
        }
    }
}
