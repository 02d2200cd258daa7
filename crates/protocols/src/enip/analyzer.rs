//! One connection: commands and CIP requests wait for their replies.

use std::collections::VecDeque;

use records::{Cip, CipIdentity, Enip, Sender, Timestamp, text_from_bytes};

use super::cip::{Messages, Reply, Request};
use super::names::{class_name, command_name, general_status_name, service_name, status_name};
use super::wire::{self, Carried, Message, command};
use crate::Output;
use crate::by_message::{Framing, ReadsMessages};

/// So many commands, and so many messages with CIP requests, wait for replies; the oldest is written without one.
const PENDING_MAX: usize = 32;

/// Reads the messages of one connection.
#[derive(Default)]
pub(super) struct EnipReader {
    services: [bool; 2],
    commands: VecDeque<(Key, Enip)>,
    requests: VecDeque<(Key, Vec<Cip>)>,
}

/// What joins a reply to what it answers, and who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    asker: Sender,
    command: u16,
    context: u64,
    sequence: Option<u16>,
}

impl EnipReader {
    fn confirm(&mut self, has_cip: bool, output: &mut Output<'_>) {
        let [enip, cip] = &mut self.services;
        if !std::mem::replace(enip, true) {
            output.confirm("enip");
        }
        if has_cip && !std::mem::replace(cip, true) {
            output.confirm("cip");
        }
    }

    fn command(&mut self, ts: Timestamp, from: Sender, message: &Message<'_>, output: &mut Output<'_>) {
        for identity in wire::identities(message) {
            output.write(CipIdentity {
                ts,
                uid: output.about.uid,
                id: output.about.id,
                socket_address: Some(identity.address),
                socket_port: Some(identity.port),
                vendor_id: identity.vendor,
                device_type_id: identity.device_type,
                product_code: identity.product_code,
                revision: format!("{}.{:03}", identity.revision[0], identity.revision[1]),
                device_status: identity.status,
                serial_number: format!("0x{:08x}", identity.serial),
                product_name: text_from_bytes(&identity.name),
                device_state: identity.state,
            });
        }
        let key = |asker| Key { asker, command: message.command, context: message.context, sequence: None };
        let place = self.commands.iter().position(|(known, _)| *known == key(from.other()));
        if let Some((_, mut record)) = place.and_then(|place| self.commands.remove(place)) {
            record.enip_status = Some(status_name(message.status));
            record.session_handle = Some(message.session).filter(|session| *session != 0);
            return output.write(record);
        }
        let mut record = Enip {
            ts,
            uid: output.about.uid,
            id: output.about.id,
            enip_command: command_name(message.command),
            session_handle: Some(message.session).filter(|session| *session != 0),
            enip_status: None,
        };
        match message.command {
            // Nobody answers these.
            command::NOP | command::UNREGISTER_SESSION => output.write(record),
            command::LIST_SERVICES | command::LIST_IDENTITY | command::LIST_INTERFACES
                if !message.content.is_empty() =>
            {
                record.enip_status = Some(status_name(message.status));
                output.write(record);
            }
            // An answer that has no room for CIP.
            _ if message.status != 0 => {
                record.enip_status = Some(status_name(message.status));
                output.write(record);
            }
            _ => {
                if self.commands.len() >= PENDING_MAX
                    && let Some((_, oldest)) = self.commands.pop_front()
                {
                    output.write(oldest);
                }
                self.commands.push_back((key(from), record));
            }
        }
    }

    fn cip(
        &mut self,
        ts: Timestamp,
        from: Sender,
        message: &Message<'_>,
        carried: Carried<'_>,
        output: &mut Output<'_>,
    ) {
        let Carried { sequence, cip } = carried;
        // On a connection of CIP the context means nothing.
        let context = if sequence.is_some() { 0 } else { message.context };
        let key = |asker| Key { asker, command: message.command, context, sequence };
        let Messages { requests, replies } = Messages::read(cip);
        if !requests.is_empty() {
            if self.requests.len() >= PENDING_MAX
                && let Some((_, oldest)) = self.requests.pop_front()
            {
                write_all(oldest, output);
            }
            let records = requests.into_iter().map(|request| asked(ts, sequence, request, output)).collect();
            self.requests.push_back((key(from), records));
        }
        if replies.is_empty() {
            return;
        }
        let place = self.requests.iter().position(|(known, _)| *known == key(from.other()));
        match place.and_then(|place| self.requests.remove(place)) {
            Some((_, mut records)) => {
                for reply in replies {
                    answer(&mut records, reply);
                }
                write_all(records, output);
            }
            None => {
                for reply in replies {
                    let request = Request { service: reply.service, target: Default::default() };
                    let mut records = [asked(ts, sequence, request, output)];
                    answer(&mut records, reply);
                    write_all(records, output);
                }
            }
        }
    }
}

fn asked(ts: Timestamp, sequence: Option<u16>, request: Request, output: &Output<'_>) -> Cip {
    let Request { service, target } = request;
    Cip {
        ts,
        uid: output.about.uid,
        id: output.about.id,
        cip_sequence_count: sequence,
        cip_service_code: service,
        cip_service: service_name(service, target.class),
        cip_status_code: None,
        cip_status: None,
        class_id: target.class,
        class_name: target.class.map(class_name),
        instance_id: target.instance,
        attribute_id: target.attribute,
        symbol: target.symbol,
    }
}

fn answer(records: &mut [Cip], reply: Reply) {
    let open = records
        .iter_mut()
        .find(|record| record.cip_service_code == reply.service && record.cip_status_code.is_none());
    if let Some(record) = open {
        record.cip_status_code = Some(reply.status);
        record.cip_status = Some(general_status_name(reply.status));
    }
}

fn write_all(records: impl IntoIterator<Item = Cip>, output: &mut Output<'_>) {
    for record in records {
        output.write(record);
    }
}

impl ReadsMessages for EnipReader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        wire::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        let Some(message) = wire::read(message) else { return };
        let carried = wire::carried(&message);
        self.confirm(carried.is_some(), output);
        match carried {
            Some(carried) => self.cip(ts, from, &message, carried, output),
            None => self.command(ts, from, &message, output),
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        for (_, record) in self.commands.drain(..) {
            output.write(record);
        }
        for (_, records) in self.requests.drain(..) {
            write_all(records, output);
        }
    }
}
