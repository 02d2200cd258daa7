use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A command for a relay in a DNP3 message (Control Relay Output Block), or the outstation's answer to it.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("dnp3_control")]
pub struct Dnp3Control {
    /// Time of the message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Kind of block: `Control Relay Output Block`.
    pub block_type: Cow<'static, str>,
    /// Function of the message, e.g. `SELECT`, `OPERATE`, or `RESPONSE` for the answer.
    pub function_code: Cow<'static, str>,
    /// Number of the output.
    pub index_number: u32,
    /// `Nul`, `Close` or `Trip`.
    pub trip_control_code: Cow<'static, str>,
    /// `Nul`, `Pulse On`, `Pulse Off`, `Latch On` or `Latch Off`.
    pub operation_type: Cow<'static, str>,
    /// How often it is to be done.
    pub execute_count: u8,
    /// How long the output is on, in milliseconds.
    pub on_time: u32,
    /// How long the output is off, in milliseconds.
    pub off_time: u32,
    /// In an answer what the outstation says of it, e.g. `Success`, `Timeout`, `No Select`.
    pub status_code: Option<Cow<'static, str>>,
}
