use std::borrow::Cow;
use std::net::IpAddr;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A STUN server has told a host under which address it is seen outside.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("stun_nat")]
pub struct StunNat {
    /// Time of the answer.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// `udp` or `tcp`.
    pub proto: Cow<'static, str>,
    /// Whether the originator of the connection answered.
    pub is_orig: bool,
    /// Addresses outside.
    pub wan_addrs: Option<Vec<IpAddr>>,
    /// Ports outside.
    pub wan_ports: Option<Vec<u64>>,
    /// Addresses inside, as the connection has them.
    pub lan_addrs: Option<Vec<IpAddr>>,
}
