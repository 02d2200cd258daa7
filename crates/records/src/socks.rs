use std::borrow::Cow;
use std::net::IpAddr;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A connection through a SOCKS proxy.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("socks")]
pub struct Socks {
    /// Time of the login or request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// 4 or 5.
    pub version: u8,
    /// Name of the user.
    pub user: Option<String>,
    /// What the proxy answered, e.g. `succeeded`.
    pub status: Option<Cow<'static, str>>,
    /// Address that the client wants to reach.
    #[record(name = "request.host")]
    pub request_host: Option<IpAddr>,
    /// Name of the host that the client wants to reach.
    #[record(name = "request.name")]
    pub request_name: Option<String>,
    /// Port that the client wants to reach.
    pub request_p: Option<u16>,
    /// Address that the proxy uses.
    #[record(name = "bound.host")]
    pub bound_host: Option<IpAddr>,
    /// Name of the host that the proxy uses.
    #[record(name = "bound.name")]
    pub bound_name: Option<String>,
    /// Port that the proxy uses.
    pub bound_p: Option<u16>,
}
