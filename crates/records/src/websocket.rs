use crate::{Endpoints, Record, Timestamp, Uid};

/// A connection that has switched from HTTP to WebSocket.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("websocket")]
pub struct Websocket {
    /// Time of the switch.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Host header of the request.
    pub host: Option<String>,
    /// Target of the request.
    pub uri: Option<String>,
    /// User-Agent header of the request.
    pub user_agent: Option<String>,
    /// Protocol inside, as the server chose it.
    pub subprotocol: Option<String>,
    /// Protocols that the client offered.
    pub client_protocols: Option<Vec<String>>,
    /// Extensions that the server chose.
    pub server_extensions: Option<Vec<String>>,
    /// Extensions that the client offered.
    pub client_extensions: Option<Vec<String>>,
}
