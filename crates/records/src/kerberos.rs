use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A Kerberos exchange: a request and its ticket or error.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("kerberos")]
pub struct Kerberos {
    /// Time of the request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// `AS` or `TGS`.
    pub request_type: Option<Cow<'static, str>>,
    /// Client, as name/realm.
    pub client: Option<String>,
    /// Service that a ticket is asked for.
    pub service: Option<String>,
    /// Whether a ticket was given.
    pub success: Option<bool>,
    /// Code of the error.
    pub error_code: Option<u32>,
    /// Name of the error.
    pub error_msg: Option<String>,
    /// Ticket valid from.
    pub from: Option<Timestamp>,
    /// Ticket valid until.
    pub till: Option<Timestamp>,
    /// Cipher of the ticket.
    pub cipher: Option<Cow<'static, str>>,
    /// A forwardable ticket was asked for.
    pub forwardable: Option<bool>,
    /// A renewable ticket was asked for.
    pub renewable: Option<bool>,
    /// Ciphers that the client offers, in order.
    pub request_ciphers: Option<Vec<String>>,
    /// The client sent pre-authentication data.
    pub preauth: Option<bool>,
}
