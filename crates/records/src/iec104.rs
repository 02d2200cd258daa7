use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A message of IEC 60870-5-104: data or a command, or the start or stop of the transfer.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("iec104")]
pub struct Iec104 {
    /// Time of the message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Whether the originator, which controls the station, sent it.
    pub is_orig: bool,
    /// Type, e.g. `C_SC_NA_1` for a single command, or `STARTDT act`.
    pub type_id: Cow<'static, str>,
    /// Cause of transmission, e.g. `act`, `actcon`, `spont`.
    pub cause: Option<Cow<'static, str>>,
    /// Whether the station refuses.
    pub negative: Option<bool>,
    /// Whether it is only a test.
    pub test: Option<bool>,
    /// Station that is addressed.
    pub common_address: Option<u16>,
    /// First object of the station.
    pub object_address: Option<u32>,
    /// How many objects the message has.
    pub objects: Option<u8>,
    /// Value of the first object, where it is short.
    pub value: Option<String>,
    /// Of a command: whether it only selects what a later one executes.
    pub select: Option<bool>,
}
