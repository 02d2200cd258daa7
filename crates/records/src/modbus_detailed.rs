use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A Modbus request that reads or writes coils or registers, and its response.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("modbus_detailed")]
pub struct ModbusDetailed {
    /// Time of the request; of the response where no request was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Number that joins request and response.
    pub tid: u16,
    /// Unit that is addressed.
    pub unit: u8,
    /// Function, e.g. `WRITE_SINGLE_REGISTER`.
    pub func: Cow<'static, str>,
    /// First coil, input or register, counted from 0; of a function that reads and writes the first that it writes.
    pub address: Option<u16>,
    /// How many of them.
    pub quantity: Option<u16>,
    /// The first values that the request writes; a coil is 0 or 1. The two masks of `MASK_WRITE_REGISTER`.
    pub request_values: Option<Vec<u64>>,
    /// The first values that the response tells.
    pub response_values: Option<Vec<u64>>,
    /// Why the function failed, e.g. `ILLEGAL_DATA_ADDRESS`.
    pub exception: Option<Cow<'static, str>>,
    /// Whether both request and response were seen.
    pub matched: bool,
}
