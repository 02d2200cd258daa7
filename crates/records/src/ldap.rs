use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// An LDAP operation other than a search, and its answer.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ldap")]
pub struct Ldap {
    /// Time of the request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Number that request and answer share.
    pub message_id: Option<i64>,
    /// Version of LDAP, where the client logs in.
    pub version: Option<i64>,
    /// Operation, e.g. `bind simple` or `modify`.
    pub opcode: Option<Cow<'static, str>>,
    /// Outcome, e.g. `success` or `invalid credentials`.
    pub result: Option<Cow<'static, str>>,
    /// Text of the server about the outcome.
    pub diagnostic_message: Option<String>,
    /// What it is about: the name of an entry or an operation.
    pub object: Option<String>,
    /// With what: the mechanism of a login; passwords are `REDACTED`.
    pub argument: Option<String>,
}
