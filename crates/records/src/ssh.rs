use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// An SSH connection.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ssh")]
pub struct Ssh {
    /// Time at which it was first seen to be SSH.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Major version.
    pub version: Option<u8>,
    /// Whether the client got in; guessed from the sizes of the encrypted packets.
    pub auth_success: Option<bool>,
    /// How often it tried.
    pub auth_attempts: u64,
    /// `INBOUND` or `OUTBOUND`, where one end is outside.
    pub direction: Option<Cow<'static, str>>,
    /// Version string of the client.
    pub client: Option<String>,
    /// Version string of the server.
    pub server: Option<String>,
    /// Cipher of the connection.
    pub cipher_alg: Option<String>,
    /// Message authentication.
    pub mac_alg: Option<String>,
    /// Compression.
    pub compression_alg: Option<String>,
    /// Key exchange.
    pub kex_alg: Option<String>,
    /// Algorithm of the server's key.
    pub host_key_alg: Option<String>,
    /// Fingerprint of the server's key.
    pub host_key: Option<String>,
    /// HASSH fingerprint of the client.
    pub hassh: Option<String>,
    /// HASSH fingerprint of the server.
    pub hassh_server: Option<String>,
}
