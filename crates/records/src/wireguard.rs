use crate::{Endpoints, Record, Timestamp, Uid};

/// A WireGuard tunnel.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("wireguard")]
pub struct Wireguard {
    /// Time of the first handshake.
    pub ts: Timestamp,
    /// Connection that carries it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Whether a handshake was answered, so that the tunnel stands.
    pub established: bool,
    /// Handshakes begun.
    pub initiations: u64,
    /// Handshakes answered.
    pub responses: u64,
}
