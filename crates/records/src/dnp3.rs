use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A DNP3 request and its reply, or a message that an outstation sends unasked.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("dnp3")]
pub struct Dnp3 {
    /// Time of the reply; of the request where none was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Function of the request, e.g. `OPERATE`.
    pub fc_request: Option<Cow<'static, str>>,
    /// Function of the reply, e.g. `RESPONSE`.
    pub fc_reply: Option<Cow<'static, str>>,
    /// Internal indications of the outstation: a set of bits (IEEE 1815, section 4.2.2.6).
    pub iin: Option<u16>,
}
