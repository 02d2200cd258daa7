use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A tunnel was seen for the first time, or is no more.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("tunnel")]
pub struct Tunnel {
    /// Time of the first packet within it, or of its end.
    pub ts: Timestamp,
    /// The connection that is the tunnel, or a name of its own where it has none (directly on IP); absent for proxies,
    /// each of which stands for many connections.
    pub uid: Option<Uid>,
    /// Both ends of the tunnel; ports are 0 directly on IP, and that of the originator for proxies.
    pub id: Endpoints,
    /// E.g. `Tunnel::GRE`.
    pub tunnel_type: Cow<'static, str>,
    /// `Tunnel::DISCOVER` when it is first seen, `Tunnel::CLOSE` when its connection is over, `Tunnel::EXPIRE` when it was not
    /// used for an hour.
    pub action: Cow<'static, str>,
}
