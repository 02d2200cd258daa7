use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A Modbus request or response.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("modbus")]
pub struct Modbus {
    /// Time of the message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Number that joins a request and its response.
    pub tid: Option<u16>,
    /// Unit that is addressed.
    pub unit: Option<u8>,
    /// Function, e.g. `READ_COILS`; `_EXCEPTION` follows where it failed.
    pub func: Option<Cow<'static, str>>,
    /// `REQ` for a request, `RESP` for a response.
    pub pdu_type: Option<Cow<'static, str>>,
    /// Why the function failed, e.g. `ILLEGAL_DATA_ADDRESS`.
    pub exception: Option<Cow<'static, str>>,
}
