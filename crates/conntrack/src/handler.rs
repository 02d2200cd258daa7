//! What the table tells of its connections.

use records::{Conn, Endpoints, Sender, Timestamp, Uid, Weird};

/// What a handler may know of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its name.
    pub uid: Uid,
    /// Its ends.
    pub id: Endpoints,
    /// IP protocol number.
    pub ip_proto: u8,
    /// Time of its first packet.
    pub start: Timestamp,
    /// Time of the packet at hand, or of the time-out that is being acted on.
    pub now: Timestamp,
    /// Hardware addresses of the first frame (originator, responder).
    pub hardware: Option<([u8; 6], [u8; 6])>,
}

/// Follows the connections of a table.
pub trait Handler {
    /// What the handler keeps for a connection; most connections never get data, so it should be small when new.
    type State: Default;

    /// A connection begins. Its ends may still be turned round.
    fn opened(&mut self, _connection: &Connection, _state: &mut Self::State) {}

    /// Payload: of TCP the next bytes in order; of other transports one datagram.
    fn data(&mut self, connection: &Connection, state: &mut Self::State, from: Sender, bytes: &[u8]);

    /// So many bytes of a TCP stream are missing in the capture and will not come.
    fn gap(&mut self, connection: &Connection, state: &mut Self::State, from: Sender, length: u64);

    /// Whether it matters what the next bytes are. Where it does not, they are not checked.
    fn reads(&self, _state: &Self::State) -> bool {
        true
    }

    /// One end has closed its stream (FIN or RST, all bytes delivered).
    fn half_closed(&mut self, connection: &Connection, state: &mut Self::State, from: Sender);

    /// The originator turned out to be the other end (`id` has been turned round). Only before any data.
    fn flipped(&mut self, connection: &Connection, state: &mut Self::State);

    /// The connection is over. The handler completes the record (service …) and writes it.
    fn closed(&mut self, connection: &Connection, state: Self::State, record: Conn);

    /// A violation on a connection.
    fn weird(&mut self, weird: Weird);
}
