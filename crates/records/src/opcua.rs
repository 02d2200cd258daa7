use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A step of an OPC UA connection: the opening of a channel, or a service that is asked for in a channel that is not
/// encrypted.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("opcua")]
pub struct Opcua {
    /// Time at which it began.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// What is asked for: `OpenSecureChannel`, or a service, e.g. `Write`; `Error` where the server ends the connection.
    pub service: Cow<'static, str>,
    /// Address of the server as the client names it.
    pub endpoint_url: Option<String>,
    /// How the channel is protected, e.g. `None` or `Basic256Sha256`.
    pub security_policy: Option<String>,
    /// Number that joins request and response.
    pub request_id: Option<u32>,
    /// What the server says, e.g. `Good`; absent where no answer was seen.
    pub status_code: Option<Cow<'static, str>>,
    /// The server's reason for an error, in words.
    pub reason: Option<String>,
}
