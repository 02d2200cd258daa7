//! `modbus` → `modbus`: a record for the request and one for the response.

use records::{AnyRecord, Json, Modbus};

use super::event::{Event, number, text};

const FUNCTIONS: [(u8, &str); 19] = [
    (1, "READ_COILS"),
    (2, "READ_DISCRETE_INPUTS"),
    (3, "READ_HOLDING_REGISTERS"),
    (4, "READ_INPUT_REGISTERS"),
    (5, "WRITE_SINGLE_COIL"),
    (6, "WRITE_SINGLE_REGISTER"),
    (7, "READ_EXCEPTION_STATUS"),
    (8, "DIAGNOSTICS"),
    (11, "GET_COMM_EVENT_COUNTER"),
    (12, "GET_COMM_EVENT_LOG"),
    (15, "WRITE_MULTIPLE_COILS"),
    (16, "WRITE_MULTIPLE_REGISTERS"),
    (17, "REPORT_SLAVE_ID"),
    (20, "READ_FILE_RECORD"),
    (21, "WRITE_FILE_RECORD"),
    (22, "MASK_WRITE_REGISTER"),
    (23, "READ_WRITE_MULTIPLE_REGISTERS"),
    (24, "READ_FIFO_QUEUE"),
    (43, "ENCAP_INTERFACE_TRANSPORT"),
];

pub(super) fn modbus(event: &Event<'_>, records: &mut Vec<AnyRecord>) {
    for (part, kind) in [("request", "REQ"), ("response", "RESP")] {
        if let Some(message) = event.body().get(part) {
            records.push(record(event, message, kind).into());
        }
    }
}

fn record(event: &Event<'_>, message: &Json<'_>, kind: &'static str) -> Modbus {
    let number_of_function: u8 = number(message, "function_raw").unwrap_or_default();
    let exception = message.get("exception");
    let known = FUNCTIONS.iter().find(|(function, _)| *function == number_of_function & 0x7f);
    let function =
        known.map_or_else(|| format!("unknown-{number_of_function}"), |(_, name)| (*name).to_owned());
    let function = if exception.is_some() { function + "_EXCEPTION" } else { function };
    Modbus {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        tid: number(message, "transaction_id"),
        unit: number(message, "unit_id"),
        func: Some(function.into()),
        pdu_type: Some(kind.into()),
        exception: exception.and_then(|exception| text(exception, "code")).map(Into::into),
    }
}
