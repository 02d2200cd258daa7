use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// An EtherNet/IP command and its reply. Commands that carry CIP are told as `cip` only, unless they fail.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("enip")]
pub struct Enip {
    /// Time of the command; of the reply where no command was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Command, e.g. `Register Session` or `List Identity`.
    pub enip_command: Cow<'static, str>,
    /// Session that the device has given.
    pub session_handle: Option<u32>,
    /// What the reply says, e.g. `Success`; absent where none was seen.
    pub enip_status: Option<Cow<'static, str>>,
}
