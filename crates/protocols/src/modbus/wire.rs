//! Messages of Modbus: what stands in front of them, and which coils and registers they are about.

use std::borrow::Cow;

use records::Sender;

use crate::by_message::Framing;
use crate::take;

/// The standard allows 254 bytes behind the length; some vendors use more for functions of their own.
const LENGTH_MAX: u16 = 2048;

/// So many values of a message are told.
const VALUES_MAX: usize = 32;

/// Set in the function of a response that failed.
pub(super) const FAILED: u8 = 0x80;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) transaction: u16,
    pub(super) unit: u8,
    pub(super) function: u8,
    /// What follows the function.
    pub(super) content: &'a [u8],
}

/// What a message says of coils or registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) address: Option<u16>,
    pub(super) quantity: Option<u16>,
    pub(super) values: Option<Vec<u64>>,
}

/// Where the message ends with which the bytes begin.
pub(super) fn framing(bytes: &[u8]) -> Framing {
    match bytes {
        [_, _, 0, 0, high, low, _, _, ..] => match u16::from_be_bytes([*high, *low]) {
            length @ 2..=LENGTH_MAX => Framing::Message(6 + usize::from(length)),
            _ => Framing::Wrong,
        },
        [_, _, 0, 0, ..] | [_, _, 0] | [_, _] | [_] | [] => Framing::Short,
        _ => Framing::Wrong,
    }
}

/// Reads a whole message.
pub(super) fn read(mut bytes: &[u8]) -> Option<Message<'_>> {
    let from = &mut bytes;
    let transaction = take::u16(from)?;
    take::u32(from)?;
    Some(Message { transaction, unit: take::u8(from)?, function: take::u8(from)?, content: from })
}

/// What a message is about; none where its function has no coils or registers, or where it is damaged.
pub(super) fn content(message: &Message<'_>, from: Sender) -> Option<Content> {
    let rest = &mut { message.content };
    match (message.function, from) {
        (1..=4, Sender::Originator) => ranged(rest),
        (1 | 2, Sender::Responder) => {
            let bits = take::after_u8(rest)?;
            Some(Content { values: Some(bit_values(bits, bits.len() * 8)), ..Content::default() })
        }
        (3 | 4 | 23, Sender::Responder) => {
            Some(Content { values: Some(registers(take::after_u8(rest)?)), ..Content::default() })
        }
        (5, _) => {
            let (address, value) = (take::u16(rest)?, take::u16(rest)?);
            Some(one(address, vec![u64::from(value != 0)]))
        }
        (6, _) => {
            let (address, value) = (take::u16(rest)?, take::u16(rest)?);
            Some(one(address, vec![value.into()]))
        }
        (15, Sender::Originator) => {
            let range = ranged(rest)?;
            let bits = bit_values(take::after_u8(rest)?, range.quantity?.into());
            Some(Content { values: Some(bits), ..range })
        }
        (16, Sender::Originator) => {
            let range = ranged(rest)?;
            Some(Content { values: Some(registers(take::after_u8(rest)?)), ..range })
        }
        (15 | 16, Sender::Responder) => ranged(rest),
        (22, _) => {
            let (address, and, or) = (take::u16(rest)?, take::u16(rest)?, take::u16(rest)?);
            Some(one(address, vec![and.into(), or.into()]))
        }
        (23, Sender::Originator) => {
            take::u32(rest)?;
            let range = ranged(rest)?;
            Some(Content { values: Some(registers(take::after_u8(rest)?)), ..range })
        }
        _ => None,
    }
}

fn ranged(rest: &mut &[u8]) -> Option<Content> {
    Some(Content { address: Some(take::u16(rest)?), quantity: Some(take::u16(rest)?), values: None })
}

fn one(address: u16, values: Vec<u64>) -> Content {
    Content { address: Some(address), quantity: Some(1), values: Some(values) }
}

fn registers(bytes: &[u8]) -> Vec<u64> {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs.iter().take(VALUES_MAX).map(|pair| u16::from_be_bytes(*pair).into()).collect()
}

/// The lowest bit of a byte comes first.
fn bit_values(bytes: &[u8], count: usize) -> Vec<u64> {
    let bits = bytes.iter().flat_map(|byte| (0..8).map(move |place| u64::from(byte >> place & 1)));
    bits.take(count.min(VALUES_MAX)).collect()
}

/// Zeek's name of a function; that of a failed one ends with `_EXCEPTION`.
pub(super) fn function_name(function: u8) -> Cow<'static, str> {
    match (known_function(function & !FAILED), known_function(function)) {
        (_, Some(name)) => name.into(),
        (Some(name), None) => format!("{name}_EXCEPTION").into(),
        (None, None) => format!("unknown-{function}").into(),
    }
}

fn known_function(function: u8) -> Option<&'static str> {
    Some(match function {
        0x01 => "READ_COILS",
        0x02 => "READ_DISCRETE_INPUTS",
        0x03 => "READ_HOLDING_REGISTERS",
        0x04 => "READ_INPUT_REGISTERS",
        0x05 => "WRITE_SINGLE_COIL",
        0x06 => "WRITE_SINGLE_REGISTER",
        0x07 => "READ_EXCEPTION_STATUS",
        0x08 => "DIAGNOSTICS",
        0x09 => "PROGRAM_484",
        0x0a => "POLL_484",
        0x0b => "GET_COMM_EVENT_COUNTER",
        0x0c => "GET_COMM_EVENT_LOG",
        0x0d => "PROGRAM_584_984",
        0x0e => "POLL_584_984",
        0x0f => "WRITE_MULTIPLE_COILS",
        0x10 => "WRITE_MULTIPLE_REGISTERS",
        0x11 => "REPORT_SLAVE_ID",
        0x12 => "PROGRAM_884_U84",
        0x13 => "RESET_COMM_LINK_884_U84",
        0x14 => "READ_FILE_RECORD",
        0x15 => "WRITE_FILE_RECORD",
        0x16 => "MASK_WRITE_REGISTER",
        0x17 => "READ_WRITE_MULTIPLE_REGISTERS",
        0x18 => "READ_FIFO_QUEUE",
        0x28 => "PROGRAM_CONCEPT",
        0x29 => "MULTIPLE_FUNCTION_CODES",
        0x2b => "ENCAP_INTERFACE_TRANSPORT",
        0x5a => "PROGRAM_UNITY",
        0x5b => "OBJECT_MESSAGING",
        0x7d => "FIRMWARE_REPLACEMENT",
        0x7e => "PROGRAM_584_984_2",
        0x7f => "REPORT_LOCAL_ADDRESS",
        _ => return None,
    })
}

/// Zeek's name of the reason of a failure.
pub(super) fn exception_name(code: u8) -> Cow<'static, str> {
    match code {
        0x01 => "ILLEGAL_FUNCTION".into(),
        0x02 => "ILLEGAL_DATA_ADDRESS".into(),
        0x03 => "ILLEGAL_DATA_VALUE".into(),
        0x04 => "SLAVE_DEVICE_FAILURE".into(),
        0x05 => "ACKNOWLEDGE".into(),
        0x06 => "SLAVE_DEVICE_BUSY".into(),
        0x08 => "MEMORY_PARITY_ERROR".into(),
        0x0a => "GATEWAY_PATH_UNAVAILABLE".into(),
        0x0b => "GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND".into(),
        code => format!("unknown-{code}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_as_in_zeek() {
        assert_eq!(function_name(3), "READ_HOLDING_REGISTERS");
        assert_eq!(function_name(0x97), "READ_WRITE_MULTIPLE_REGISTERS_EXCEPTION");
        assert_eq!(function_name(0x64), "unknown-100");
        assert_eq!(function_name(0xe4), "unknown-228");
    }

    #[test]
    fn coils_come_from_the_lowest_bit() {
        let message = Message { transaction: 1, unit: 1, function: 15, content: &[0, 3, 0, 3, 1, 0b101] };
        let content = content(&message, Sender::Originator).unwrap();
        assert_eq!((content.address, content.values), (Some(3), Some(vec![1, 0, 1])));
    }
}
