use std::borrow::Cow;

use crate::{Endpoints, Interval, Record, Timestamp, Uid};

/// What was read and written over SNMP on one connection.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("snmp")]
pub struct Snmp {
    /// Time of its first message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// From the first message to the last.
    pub duration: Interval,
    /// `1`, `2c` or `3`.
    pub version: Cow<'static, str>,
    /// Community of the first message that has one: a password in clear.
    pub community: Option<String>,
    /// Variables asked for one by one.
    pub get_requests: u64,
    /// Variables asked for in bulk.
    pub get_bulk_requests: u64,
    /// Variables in answers.
    pub get_responses: u64,
    /// Variables to be written.
    pub set_requests: u64,
    /// How the responder describes itself (`sysDescr`).
    pub display_string: Option<String>,
    /// Since when the responder is up (`sysUpTime`).
    pub up_since: Option<Timestamp>,
}
