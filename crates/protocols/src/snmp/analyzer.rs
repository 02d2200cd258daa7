//! Follows one connection and counts what is read and written; the record is written at its end.

use records::{Interval, Sender, Snmp, Timestamp, text_from_bytes};

use super::wire::{self, Message, Operation};
use crate::{Analyzer, Chunk, Output};

/// Longer communities and descriptions are cut.
const TEXT_BYTES_MAX: usize = 1024;
/// `sysUpTime` counts hundredths of a second.
const NANOSECONDS_PER_TICK: u64 = 10_000_000;

/// Follows one connection.
#[derive(Default)]
pub(super) struct SnmpAnalyzer {
    record: Option<Box<Snmp>>,
}

impl Analyzer for SnmpAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Some(message) = wire::message(chunk.bytes) else {
            if self.record.is_none() {
                output.reject();
            }
            return;
        };
        // A question alone does not name the connection, as with Zeek.
        if chunk.from == Sender::Responder || message.operation == Operation::Notification {
            output.confirm("snmp");
        }
        let about = output.about;
        let record = self.record.get_or_insert_with(|| {
            let version = message.version.into();
            Box::new(Snmp { ts: chunk.ts, uid: about.uid, id: about.id, version, ..Snmp::default() })
        });
        add(record, chunk.ts, &message);
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        if let Some(record) = self.record.take() {
            output.write(*record);
        }
    }
}

fn add(record: &mut Snmp, ts: Timestamp, message: &Message<'_>) {
    record.duration = ts.since(record.ts);
    if record.community.is_none() {
        record.community = message.community.map(text);
    }
    match &message.operation {
        Operation::Get(variables) => record.get_requests += variables,
        Operation::GetBulk(variables) => record.get_bulk_requests += variables,
        Operation::Set(variables) => record.set_requests += variables,
        Operation::Response(response) => {
            record.get_responses += response.variables;
            if let Some(description) = response.description {
                record.display_string = Some(text(description));
            }
            if let Some(ticks) = response.up_ticks {
                let up = i64::try_from(ticks.saturating_mul(NANOSECONDS_PER_TICK)).unwrap_or(i64::MAX);
                record.up_since = Some(ts - Interval(up));
            }
        }
        Operation::Notification | Operation::Other | Operation::Unknown => {}
    }
}

fn text(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..bytes.len().min(TEXT_BYTES_MAX)).unwrap_or_default())
}
