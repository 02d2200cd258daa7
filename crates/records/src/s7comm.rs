use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A job for a Siemens S7 controller and its answer.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("s7comm")]
pub struct S7comm {
    /// Time of the job; of the answer where no job was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Kind of the first message: `Job` or `Userdata`; `Ack` or `Ack Data` where only the answer was seen.
    pub rosctr_name: Cow<'static, str>,
    /// Number that joins job and answer.
    pub pdu_reference: u16,
    /// Function, e.g. `Write Variable` or `PLC Stop`; of user data its group, e.g. `CPU Functions`.
    pub function_name: Option<Cow<'static, str>>,
    /// Function within the group, e.g. `Read SZL`.
    pub subfunction_name: Option<Cow<'static, str>>,
    /// What is read or written, e.g. `DB1.DBX10.0 BYTE 4`.
    pub items: Option<Vec<String>>,
    /// The first item's value in hexadecimal, where it is short.
    pub value: Option<String>,
    /// Block that is loaded, or service that is called, e.g. `P_PROGRAM`.
    pub name: Option<String>,
    /// What the answer says of the items: `Success`, or how the first that failed did.
    pub return_code: Option<Cow<'static, str>>,
    /// Class of error in the answer; 0 is none. Absent where no answer was seen.
    pub error_class: Option<u8>,
    /// Error in the answer; 0 is none.
    pub error_code: Option<u16>,
}
