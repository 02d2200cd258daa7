use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A syslog message.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("syslog")]
pub struct Syslog {
    /// Time of the message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// `udp` or `tcp`.
    pub proto: Cow<'static, str>,
    /// Kind of program that it comes from, e.g. `AUTH`; `UNSPECIFIED` where it does not say.
    pub facility: Cow<'static, str>,
    /// How grave it is, e.g. `ERR`; `UNSPECIFIED` where it does not say.
    pub severity: Cow<'static, str>,
    /// The text.
    pub message: String,
}
