//! One connection: requests wait for their responses.

use std::collections::VecDeque;

use records::{HartIp, Sender, Timestamp, hexadecimal};

use super::names::{command_name, kind_name, purpose_name};
use super::wire::{self, Message, kind, purpose};
use crate::Output;
use crate::by_message::{Framing, ReadsMessages};

/// So many requests wait for their responses; the oldest is written without one.
const PENDING_MAX: usize = 64;

/// Reads the messages of one connection.
#[derive(Default)]
pub(super) struct HartReader {
    is_confirmed: bool,
    pending: VecDeque<(Sender, u8, HartIp)>,
}

impl HartReader {
    fn response(&mut self, from: Sender, message: &Message<'_>, begun: HartIp) -> HartIp {
        let place = self.pending.iter().position(|(asker, purpose, record)| {
            (*asker, *purpose, record.sequence_number) == (from.other(), message.purpose, message.sequence)
        });
        let known = place.and_then(|place| self.pending.remove(place));
        let record = known.map_or_else(|| begun.clone(), |(_, _, record)| record);
        HartIp {
            status: Some(message.status),
            response_code: begun.response_code,
            device_status: begun.device_status,
            ..record
        }
    }
}

impl ReadsMessages for HartReader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        wire::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        let Some(message) = wire::read(message) else { return };
        if !std::mem::replace(&mut self.is_confirmed, true) {
            output.confirm("hart_ip");
        }
        let is_telegram = message.purpose == purpose::TELEGRAM;
        let telegram = if is_telegram { wire::telegram(message.content) } else { None };
        let answer = telegram.and_then(|telegram| telegram.answer);
        let record = HartIp {
            ts,
            uid: output.about.uid,
            id: output.about.id,
            message_type: kind_name(message.kind),
            message_id: purpose_name(message.purpose),
            sequence_number: message.sequence,
            device_address: telegram.map(|telegram| hexadecimal(telegram.address.iter().copied(), "")),
            command_number: telegram.map(|telegram| telegram.command),
            command: telegram.map(|telegram| command_name(telegram.command)),
            status: None,
            response_code: answer.map(|(code, _)| code),
            device_status: answer.map(|(_, status)| status),
        };
        match message.kind {
            kind::REQUEST => {
                if self.pending.len() >= PENDING_MAX
                    && let Some((_, _, oldest)) = self.pending.pop_front()
                {
                    output.write(oldest);
                }
                self.pending.push_back((from, message.purpose, record));
            }
            kind::PUBLISH => output.write(record),
            _ => output.write(self.response(from, &message, record)),
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        for (_, _, record) in self.pending.drain(..) {
            output.write(record);
        }
    }
}
