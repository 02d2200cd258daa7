//! Follows one connection: every message in clear stands for itself.

use records::{Ipsec, Sender, hexadecimal};

use super::wire::{self, Said};
use crate::by_datagram::ReadsDatagrams;
use crate::{Chunk, Output};

/// Follows one connection.
pub(super) struct IkeReader;

impl ReadsDatagrams for IkeReader {
    fn datagram(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) -> bool {
        let Some(message) = wire::message(chunk.bytes) else { return false };
        if message.is_encrypted() {
            return true;
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
        true
    }
}
