//! One connection: jobs wait for their answers.

use std::collections::VecDeque;

use records::{S7comm, S7commPlus, Sender, Timestamp};

use super::names::{
    function_name, group_name, kind_name, opcode_name, plus_function_name, return_name, subfunction_name,
};
use super::wire::{self, Classic, Content, Message, Plus, kind};
use crate::Output;
use crate::by_message::{Framing, ReadsMessages};
use crate::tpkt::{self, Cotp, Unit};

/// So many jobs wait for their answers; the oldest is written without one.
const PENDING_MAX: usize = 32;

/// Reads the messages of one connection.
#[derive(Default)]
pub(super) struct S7Reader {
    services: [bool; 2],
    units: [Unit; 2],
    pending: VecDeque<(Sender, S7comm)>,
}

impl S7Reader {
    fn confirm(&mut self, message: &Message<'_>, output: &mut Output<'_>) {
        let [classic, plus] = &mut self.services;
        let (service, known) = match message {
            Message::Classic(_) => ("s7comm", classic),
            Message::Plus(_) => ("s7comm_plus", plus),
        };
        if !std::mem::replace(known, true) {
            output.confirm(service);
        }
    }

    fn classic(&mut self, ts: Timestamp, from: Sender, message: &Classic<'_>, output: &mut Output<'_>) {
        let user_data =
            if message.kind == kind::USER_DATA { wire::user_data(message.parameter) } else { None };
        let is_request = match message.kind {
            kind::JOB => true,
            kind::USER_DATA => user_data.is_none_or(|data| data.is_request),
            _ => false,
        };
        let place = self.pending.iter().position(|(asker, record)| {
            !is_request && *asker != from && record.pdu_reference == message.reference
        });
        let known = place.and_then(|place| self.pending.remove(place));
        let mut record = known.map_or_else(|| begun(ts, message, output), |(_, record)| record);
        if let Some(data) = user_data {
            record.function_name = Some(group_name(data.group));
            record.subfunction_name = Some(subfunction_name(data.group, data.subfunction));
            record.error_code = data.error.filter(|_| !is_request);
        }
        if let Some((class, code)) = message.error {
            record.error_class = Some(class);
            record.error_code = Some(code.into());
            if let Some(Content { value, return_code, .. }) = wire::answer(message.parameter, message.data) {
                record.value = record.value.or(value);
                record.return_code = return_code.map(return_name);
            }
        }
        if !is_request {
            return output.write(record);
        }
        if self.pending.len() >= PENDING_MAX
            && let Some((_, oldest)) = self.pending.pop_front()
        {
            output.write(oldest);
        }
        self.pending.push_back((from, record));
    }
}

fn begun(ts: Timestamp, message: &Classic<'_>, output: &Output<'_>) -> S7comm {
    let is_job = message.kind == kind::JOB;
    let job = if is_job { wire::job(message.parameter, message.data) } else { None };
    let Content { items, value, name, .. } = job.unwrap_or_default();
    let function = message.parameter.first().filter(|_| message.kind != kind::USER_DATA);
    S7comm {
        ts,
        uid: output.about.uid,
        id: output.about.id,
        rosctr_name: kind_name(message.kind),
        pdu_reference: message.reference,
        function_name: function.map(|function| function_name(*function)),
        items,
        value,
        name,
        ..S7comm::default()
    }
}

fn plus(ts: Timestamp, from: Sender, message: Plus, output: &Output<'_>) -> S7commPlus {
    S7commPlus {
        ts,
        uid: output.about.uid,
        id: output.about.id,
        is_orig: from == Sender::Originator,
        version: message.version,
        opcode_name: opcode_name(message.opcode),
        function_code: message.function,
        function_name: message.function.map(plus_function_name),
    }
}

impl ReadsMessages for S7Reader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        tpkt::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        let Some(Cotp::Data { piece, is_last }) = tpkt::cotp(message) else { return };
        let [originator, responder] = &mut self.units;
        let unit = if from == Sender::Originator { originator } else { responder };
        let Some(whole) = unit.add(piece, is_last) else { return };
        let Some(message) = wire::read(&whole) else {
            if self.services == [false; 2] {
                // Something else over COTP.
                output.reject();
            }
            return;
        };
        self.confirm(&message, output);
        match message {
            Message::Classic(message) => self.classic(ts, from, &message, output),
            Message::Plus(message) => output.write(plus(ts, from, message, output)),
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        for (_, record) in self.pending.drain(..) {
            output.write(record);
        }
    }
}
