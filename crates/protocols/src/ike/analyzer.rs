//! Follows one connection: every message in clear stands for itself.

use records::{Ipsec, Sender, Timestamp, hexadecimal};

use super::wire::{self, Said};
use crate::{Analyzer, Chunk, Output};

/// Follows one connection.
#[derive(Default)]
pub(super) struct IkeAnalyzer {
    is_confirmed: bool,
}

impl Analyzer for IkeAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Some(message) = wire::message(chunk.bytes) else {
            if !self.is_confirmed {
                output.reject();
            }
            return;
        };
        self.is_confirmed = true;
        output.confirm("ike");
        if message.is_encrypted() {
            return;
        }
        let Said { vendors, notifications, transforms, groups } = wire::payloads(&message);
        let about = output.about;
        output.write(Ipsec {
            ts: chunk.ts,
            uid: about.uid,
            id: about.id,
            is_orig: chunk.from == Sender::Originator,
            initiator_spi: hexadecimal(message.initiator, ""),
            responder_spi: hexadecimal(message.responder, ""),
            maj_ver: message.major,
            min_ver: message.minor,
            exchange_type: message.exchange,
            message_id: message.id,
            vendor_ids: Some(vendors).filter(|list| !list.is_empty()),
            notify_messages: Some(notifications).filter(|list| !list.is_empty()),
            transforms: Some(transforms).filter(|list| !list.is_empty()),
            ke_dh_groups: Some(groups).filter(|list| !list.is_empty()),
            length: message.length,
        });
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
