//! One connection: each message is a record.

use records::{Iec104, Sender, Timestamp};

use super::names::{cause_name, control_name, type_name};
use super::wire::{self, Message};
use crate::Output;
use crate::by_message::{Framing, ReadsMessages};

/// Reads the messages of one connection.
#[derive(Default)]
pub(super) struct Iec104Reader {
    is_confirmed: bool,
}

impl ReadsMessages for Iec104Reader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        wire::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        if !std::mem::replace(&mut self.is_confirmed, true) {
            output.confirm("iec104");
        }
        let record = Iec104 {
            ts,
            uid: output.about.uid,
            id: output.about.id,
            is_orig: from == Sender::Originator,
            ..Iec104::default()
        };
        match wire::read(message) {
            Message::Unit(unit) => output.write(Iec104 {
                type_id: type_name(unit.kind),
                cause: Some(cause_name(unit.cause)),
                negative: Some(unit.is_negative),
                test: Some(unit.is_test),
                common_address: Some(unit.common_address),
                object_address: unit.object_address,
                objects: Some(unit.objects),
                value: unit.value(),
                select: unit.selects(),
                ..record
            }),
            Message::Control(control) => {
                if let Some(name) = control_name(control) {
                    output.write(Iec104 { type_id: name.into(), ..record });
                }
            }
            Message::Other => {}
        }
    }
}
