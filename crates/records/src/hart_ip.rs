use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A HART-IP request and its response, or what a device publishes.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("hart_ip")]
pub struct HartIp {
    /// Time of the request; of the response where no request was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Kind of the first message: `Request`, `Response`, `Publish` or `NAK`.
    pub message_type: Cow<'static, str>,
    /// What it is for: `Session Initiate`, `Session Close`, `Keep Alive` or `Token-Passing PDU`.
    pub message_id: Cow<'static, str>,
    /// Number that joins request and response.
    pub sequence_number: u16,
    /// Address of the field device in hexadecimal.
    pub device_address: Option<String>,
    /// Number of the command to the field device.
    pub command_number: Option<u8>,
    /// The command, e.g. `Write Polling Address`.
    pub command: Option<Cow<'static, str>>,
    /// What the gateway says; 0 is success. Absent where no response was seen.
    pub status: Option<u8>,
    /// What the field device says of the command; 0 is success.
    pub response_code: Option<u8>,
    /// Status of the field device, a set of bits.
    pub device_status: Option<u8>,
}
