//! Follows one connection: every message stands for itself.

use records::{Ntp, Sender, Timestamp};

use super::wire::{self, Message};
use crate::{Analyzer, Chunk, Output};

/// Follows one connection.
#[derive(Default)]
pub(super) struct NtpAnalyzer {
    is_confirmed: bool,
}

impl Analyzer for NtpAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Some(message) = wire::message(chunk.bytes) else {
            if !self.is_confirmed {
                output.reject();
            }
            return;
        };
        self.is_confirmed = true;
        output.confirm("ntp");
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
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
