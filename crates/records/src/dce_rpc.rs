use crate::{Endpoints, Interval, Record, Timestamp, Uid};

/// A DCE/RPC call.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("dce_rpc")]
pub struct DceRpc {
    /// Time of the request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// From request to response.
    pub rtt: Option<Interval>,
    /// Pipe or port that carried it.
    pub named_pipe: Option<String>,
    /// Name of the interface, e.g. `svcctl`.
    pub endpoint: Option<String>,
    /// Name of the operation, e.g. `CreateServiceW`.
    pub operation: Option<String>,
}
