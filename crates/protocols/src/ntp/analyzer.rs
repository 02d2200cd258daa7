//! Follows one connection: every message stands for itself.

use records::Ntp;

use super::wire::{self, Message};
use crate::by_datagram::ReadsDatagrams;
use crate::{Chunk, Output};

/// Follows one connection.
pub(super) struct NtpReader;

impl ReadsDatagrams for NtpReader {
    fn datagram(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) -> bool {
        let Some(message) = wire::message(chunk.bytes) else { return false };
        if let Message::Time(time) = message {
            let about = output.about;
            output.write(Ntp {
                ts: chunk.ts,
                uid: about.uid,
                id: about.id,
                version: time.version,
                mode: time.mode,
                stratum: time.stratum,
                poll: time.poll,
                precision: time.precision,
                root_delay: time.root_delay,
                root_disp: time.root_dispersion,
                ref_id: time.reference,
                ref_time: time.reference_set,
                org_time: time.origin,
                rec_time: time.received,
                xmt_time: time.transmitted,
                num_exts: 0,
            });
        }
        true
    }
}
