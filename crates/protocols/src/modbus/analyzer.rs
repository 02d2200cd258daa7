//! One connection: each message is a record, and requests wait for their responses.

use std::collections::VecDeque;

use records::{Modbus, ModbusDetailed, Sender, Timestamp};

use super::wire::{self, Content, FAILED, Message};
use crate::Output;
use crate::by_message::{Framing, ReadsMessages};

/// So many requests wait for their responses; the oldest is written without one.
const PENDING_MAX: usize = 32;

/// Reads the messages of one connection.
#[derive(Default)]
pub(super) struct ModbusReader {
    pending: VecDeque<Pending>,
    spoke: [bool; 2],
}

struct Pending {
    function: u8,
    record: ModbusDetailed,
}

impl ModbusReader {
    fn confirm(&mut self, from: Sender, output: &mut Output<'_>) {
        let [originator, responder] = &mut self.spoke;
        let was_open = !(*originator && *responder);
        *(if from == Sender::Originator { &mut *originator } else { &mut *responder }) = true;
        if was_open && *originator && *responder {
            output.confirm("modbus");
        }
    }

    fn request(&mut self, ts: Timestamp, message: &Message<'_>, output: &mut Output<'_>) {
        let Some(content) = wire::content(message, Sender::Originator) else { return };
        let record = detail(ts, message, content, output);
        if self.pending.len() >= PENDING_MAX
            && let Some(oldest) = self.pending.pop_front()
        {
            output.write(oldest.record);
        }
        self.pending.push_back(Pending { function: message.function, record });
    }

    fn response(&mut self, ts: Timestamp, message: &Message<'_>, output: &mut Output<'_>) {
        let function = message.function & !FAILED;
        let content = wire::content(message, Sender::Responder);
        let place = self.pending.iter().position(|pending| {
            let request = &pending.record;
            (request.tid, request.unit, pending.function) == (message.transaction, message.unit, function)
        });
        let Some(Pending { mut record, .. }) = place.and_then(|place| self.pending.remove(place)) else {
            if let Some(content) = content {
                let mut record = detail(ts, message, content, output);
                record.response_values = record.request_values.take();
                output.write(record);
            }
            return;
        };
        record.matched = true;
        record.response_values = content.and_then(|content| content.values);
        if let (1 | 2, Some(values), Some(quantity)) =
            (function, &mut record.response_values, record.quantity)
        {
            // The last byte is filled up with zeros.
            values.truncate(quantity.into());
        }
        if message.function & FAILED != 0 {
            record.exception = message.content.first().map(|code| wire::exception_name(*code));
        }
        output.write(record);
    }
}

impl ReadsMessages for ModbusReader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        wire::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        let Some(message) = wire::read(message) else { return };
        self.confirm(from, output);
        let has_failed = message.function & FAILED != 0;
        let (uid, id) = (output.about.uid, output.about.id);
        output.write(Modbus {
            ts,
            uid,
            id,
            tid: Some(message.transaction),
            unit: Some(message.unit),
            func: Some(wire::function_name(message.function)),
            pdu_type: Some(if from == Sender::Originator { "REQ" } else { "RESP" }.into()),
            exception: message.content.first().filter(|_| has_failed).map(|code| wire::exception_name(*code)),
        });
        match from {
            Sender::Originator => self.request(ts, &message, output),
            Sender::Responder => self.response(ts, &message, output),
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        for pending in self.pending.drain(..) {
            output.write(pending.record);
        }
    }
}

fn detail(ts: Timestamp, message: &Message<'_>, content: Content, output: &Output<'_>) -> ModbusDetailed {
    ModbusDetailed {
        ts,
        uid: output.about.uid,
        id: output.about.id,
        tid: message.transaction,
        unit: message.unit,
        func: wire::function_name(message.function & !FAILED),
        address: content.address,
        quantity: content.quantity,
        request_values: content.values,
        ..ModbusDetailed::default()
    }
}
