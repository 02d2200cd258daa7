//! One connection: requests wait for their answers.

use std::borrow::Cow;
use std::collections::VecDeque;

use records::{Bacnet, Sender, Timestamp};

use super::content::{self, Content};
use super::error_names::{abort_name, reject_name};
use super::names::{confirmed_name, function_name, object_type_name, property_name, unconfirmed_name};
use super::wire::{self, Unit};
use crate::Output;
use crate::by_message::{Framing, ReadsMessages};

/// So many requests wait for their answers; the oldest is written without one.
const PENDING_MAX: usize = 64;

/// Reads the datagrams of one connection.
#[derive(Default)]
pub(super) struct BacnetReader {
    is_confirmed: bool,
    pending: VecDeque<(Sender, Bacnet)>,
}

impl BacnetReader {
    fn request(&mut self, from: Sender, record: Bacnet, output: &mut Output<'_>) {
        if self.pending.len() >= PENDING_MAX
            && let Some((_, oldest)) = self.pending.pop_front()
        {
            output.write(oldest);
        }
        self.pending.push_back((from, record));
    }

    /// Writes a request with its answer; `service` is known from some answers only.
    fn answer(
        &mut self,
        begun: Bacnet,
        service: Option<(u8, &[u8])>,
        result: Cow<'static, str>,
        output: &mut Output<'_>,
    ) {
        let place = self.pending.iter().position(|(asker, record)| {
            (*asker == Sender::Originator) == begun.is_orig && record.invoke_id == begun.invoke_id
        });
        let known = place.and_then(|place| self.pending.remove(place));
        let mut record = known.map_or(begun, |(_, record)| record);
        if let Some((service, content)) = service {
            let content = content::of_confirmed(service, content);
            record.pdu_service.get_or_insert_with(|| confirmed_name(service));
            if content.object.is_some() {
                record =
                    Bacnet { value: content.value.clone().or(record.value.take()), ..about(record, content) };
            }
        }
        record.result_code = Some(result);
        output.write(record);
    }
}

/// The record with what the message is about.
fn about(record: Bacnet, content: Content) -> Bacnet {
    Bacnet {
        object_type: content.object.map(|(kind, _)| object_type_name(kind)),
        instance_number: content.object.map(|(_, instance)| instance),
        property: content.property.map(property_name),
        array_index: content.index,
        value: content.value,
        vendor: content.vendor,
        ..record
    }
}

impl ReadsMessages for BacnetReader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        wire::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        let Some(message) = wire::read(message) else { return };
        if !std::mem::replace(&mut self.is_confirmed, true) {
            output.confirm("bacnet");
        }
        let begun = |asker: Sender, service: Option<Cow<'static, str>>, invoke_id| Bacnet {
            ts,
            uid: output.about.uid,
            id: output.about.id,
            is_orig: asker == Sender::Originator,
            bvlc_function: function_name(message.function),
            pdu_service: service,
            invoke_id,
            ..Bacnet::default()
        };
        let answered = |invoke| begun(from.other(), None, Some(invoke));
        let Some(application) = message.application else {
            return output.write(begun(from, None, None));
        };
        match wire::unit(application) {
            Some(Unit::Request { invoke, service, content }) => {
                let record = begun(from, Some(confirmed_name(service)), Some(invoke));
                self.request(from, about(record, content::of_confirmed(service, content)), output);
            }
            Some(Unit::Unconfirmed { service, content }) => {
                let record = begun(from, Some(unconfirmed_name(service)), None);
                output.write(about(record, content::of_unconfirmed(service, content)));
            }
            Some(Unit::Done { invoke, service, content }) => {
                self.answer(answered(invoke), Some((service, content)), "Success".into(), output);
            }
            Some(Unit::Failed { invoke, service, content }) => {
                let error = content::error(content).unwrap_or("other".into());
                self.answer(answered(invoke), Some((service, &[])), error, output);
            }
            Some(Unit::Rejected { invoke, reason }) => {
                self.answer(answered(invoke), None, reject_name(reason), output);
            }
            Some(Unit::Aborted { invoke, reason }) => {
                self.answer(answered(invoke), None, abort_name(reason), output);
            }
            Some(Unit::Segment) | None => {}
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        for (_, record) in self.pending.drain(..) {
            output.write(record);
        }
    }
}
