//! One connection: a request waits for the reply that is written with it.

use records::{Dnp3, Dnp3Control, Sender, Timestamp};

use super::fragment::{Fragment, Piece};
use super::wire::{self, Header};
use crate::Output;
use crate::analyzer::Transport;
use crate::by_message::{Framing, ReadsMessages};

/// So many commands of one message are told.
const CONTROLS_MAX: usize = 64;

/// Set in the control byte of what a master sends.
const FROM_MASTER: u8 = 0x80;

/// Reads the frames of one connection.
#[derive(Default)]
pub(super) struct Dnp3Reader {
    is_confirmed: bool,
    fragments: [Fragment; 2],
    pending: Option<Box<Dnp3>>,
}

impl Dnp3Reader {
    fn confirm(&mut self, output: &mut Output<'_>) {
        if !std::mem::replace(&mut self.is_confirmed, true) {
            output.confirm(match output.about.transport {
                Transport::Tcp => "dnp3_tcp",
                Transport::Udp => "dnp3_udp",
            });
        }
    }

    fn whole(&mut self, ts: Timestamp, fragment: &[u8], output: &mut Output<'_>) {
        let Some(header) = wire::header(fragment) else { return };
        let name = wire::function_name(header.function);
        let (uid, id) = (output.about.uid, output.about.id);
        let record = self.pending.get_or_insert_with(|| Box::new(Dnp3 { ts, uid, id, ..Dnp3::default() }));
        record.ts = ts;
        if header.indications.is_some() {
            record.fc_reply = Some(name);
            record.iin = header.indications;
            if let Some(record) = self.pending.take() {
                output.write(*record);
            }
        } else {
            record.fc_request = Some(name);
        }
        write_controls(ts, &header, output);
    }
}

fn write_controls(ts: Timestamp, header: &Header<'_>, output: &mut Output<'_>) {
    for control in wire::controls(header.objects, CONTROLS_MAX) {
        output.write(Dnp3Control {
            ts,
            uid: output.about.uid,
            id: output.about.id,
            block_type: "Control Relay Output Block".into(),
            function_code: wire::function_name(header.function),
            index_number: control.index,
            trip_control_code: control.trip(),
            operation_type: control.operation(),
            execute_count: control.count,
            on_time: control.on_time,
            off_time: control.off_time,
            status_code: header.indications.map(|_| wire::status_name(control.status)),
        });
    }
}

impl ReadsMessages for Dnp3Reader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        wire::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        self.confirm(output);
        let Ok(carried) = wire::carried(message) else {
            return output.weird(ts, "dnp3_corrupt_app_chunk_checksum", None);
        };
        if carried.is_empty() {
            return;
        }
        let is_from_master = message.get(3).is_some_and(|control| control & FROM_MASTER != 0);
        if is_from_master != (from == Sender::Originator) {
            output.weird(ts, "dnp3_unexpected_flow_direction", None);
        }
        let [originator, responder] = &mut self.fragments;
        let fragment = if from == Sender::Originator { originator } else { responder };
        match fragment.add(&carried) {
            Piece::Taken => {}
            Piece::Whole(bytes) => self.whole(ts, &bytes, output),
            Piece::Stray => output.weird(ts, "dnp3_first_application_layer_chunk_missing", None),
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        if let Some(record) = self.pending.take() {
            output.write(*record);
        }
    }
}
