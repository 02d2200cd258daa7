use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A QUIC connection, or an attempt at one: a server that sends the client back (Retry, another version) ends an
/// attempt, and the next is a record of its own.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("quic")]
pub struct Quic {
    /// Time of the first packet.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Version in the first packet: `1`, `quicv2`, `draft-29`, or `unknown-` and its number in hexadecimal.
    pub version: Cow<'static, str>,
    /// First destination connection id of the client, in hexadecimal; the first packets' keys come from it.
    pub client_initial_dcid: Option<String>,
    /// Connection id that the client chose for itself, in hexadecimal; often empty.
    pub client_scid: Option<String>,
    /// Connection id that the server chose for itself, in hexadecimal.
    pub server_scid: Option<String>,
    /// Server name that the client asked for (SNI).
    pub server_name: Option<String>,
    /// Application protocol that the client likes best (ALPN), e.g. `h3`.
    pub client_protocol: Option<String>,
    /// What was seen, a letter each, upper case from the client: `I` Initial packet, `H` Handshake packet, `Z` 0-RTT
    /// packet, `R` Retry, `S` TLS hello, `C` close, `U` unfamiliar version, `X` bytes that are no packet, `O` the 1st,
    /// 2nd, 4th, 8th … packet with a short header.
    pub history: String,
}
