use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A message to or from a Siemens S7-1200 or S7-1500 controller.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("s7comm_plus")]
pub struct S7commPlus {
    /// Time of the message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Whether the originator sent it.
    pub is_orig: bool,
    /// Version of the protocol.
    pub version: u8,
    /// `Request`, `Response` or `Notification`.
    pub opcode_name: Cow<'static, str>,
    /// Number of the function.
    pub function_code: Option<u16>,
    /// Function, e.g. `SetMultiVariables`.
    pub function_name: Option<Cow<'static, str>>,
}
