use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A BACnet request and its answer, or a message that needs none.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("bacnet")]
pub struct Bacnet {
    /// Time of the request; of the answer where no request was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Whether the originator asked.
    pub is_orig: bool,
    /// Function of the virtual link, e.g. `Original-Unicast-NPDU`.
    pub bvlc_function: Cow<'static, str>,
    /// Service, e.g. `ReadProperty` or `Who-Is`; absent where the message is for the network itself.
    pub pdu_service: Option<Cow<'static, str>>,
    /// Number that joins a request and its answer.
    pub invoke_id: Option<u8>,
    /// Type of the first object that is named, e.g. `analog-output`.
    pub object_type: Option<Cow<'static, str>>,
    /// Number of that object.
    pub instance_number: Option<u32>,
    /// First property that is named, e.g. `present-value`.
    pub property: Option<Cow<'static, str>>,
    /// Element of the property.
    pub array_index: Option<u32>,
    /// Value that is written or read, where it is one and short; of `Who-Is` the numbers that are asked for; of
    /// `DeviceCommunicationControl` and `ReinitializeDevice` the state.
    pub value: Option<String>,
    /// Number of the device's vendor, of `I-Am`.
    pub vendor: Option<u16>,
    /// `Success`, or why it failed, e.g. `write-access-denied`; absent where no answer was seen or none is due.
    pub result_code: Option<Cow<'static, str>>,
}
