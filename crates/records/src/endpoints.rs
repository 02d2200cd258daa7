//! The two ends of a connection.

use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

/// Zeek's `id`: who opened the connection (`orig`) and who answered (`resp`). In a record these are the four
/// columns `id.orig_h`, `id.orig_p`, `id.resp_h` and `id.resp_p`. For ICMP the ports are type and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Endpoints {
    /// Address of the originator.
    pub orig_h: IpAddr,
    /// Port of the originator.
    pub orig_p: u16,
    /// Address of the responder.
    pub resp_h: IpAddr,
    /// Port of the responder.
    pub resp_p: u16,
}

impl Default for Endpoints {
    fn default() -> Self {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self { orig_h: nowhere, orig_p: 0, resp_h: nowhere, resp_p: 0 }
    }
}
