use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A TLS (SSL, DTLS) handshake.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ssl")]
pub struct Ssl {
    /// Time of the first handshake message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Negotiated version, e.g. `TLSv12`.
    pub version: Option<Cow<'static, str>>,
    /// Negotiated cipher suite.
    pub cipher: Option<Cow<'static, str>>,
    /// Elliptic curve or group of the key exchange.
    pub curve: Option<Cow<'static, str>>,
    /// Server name that the client asked for (SNI).
    pub server_name: Option<String>,
    /// An earlier session was resumed.
    pub resumed: bool,
    /// Last alert seen.
    pub last_alert: Option<Cow<'static, str>>,
    /// Application protocol that the server chose (ALPN).
    pub next_protocol: Option<String>,
    /// The handshake was completed.
    pub established: bool,
    /// Handshake messages, a letter each, upper case from the client, as in Zeek's `ssl_history`.
    pub ssl_history: Option<String>,
    /// SHA-256 of the server's certificates, its own first.
    pub cert_chain_fps: Option<Vec<String>>,
    /// SHA-256 of the client's certificates.
    pub client_cert_chain_fps: Option<Vec<String>>,
    /// Whether the server's certificate is for the name that the client asked for.
    pub sni_matches_cert: Option<bool>,
    /// Subject of the server's certificate.
    pub subject: Option<String>,
    /// Issuer of the server's certificate.
    pub issuer: Option<String>,
    /// JA3 fingerprint of the client.
    pub ja3: Option<String>,
    /// JA3S fingerprint of the server.
    pub ja3s: Option<String>,
    /// JA4 fingerprint of the client.
    pub ja4: Option<String>,
    /// What is wrong with the server's certificate, in OpenSSL's words, as far as it shows without a list of trusted
    /// authorities: `self signed certificate`, `certificate has expired`, `certificate is not yet valid`.
    pub validation_status: Option<Cow<'static, str>>,
    /// The client hello has an encrypted one within (ECH), or pretends so as browsers do (GREASE); `server_name` is
    /// then the name outside. Absent where it has none.
    pub ech: Option<bool>,
}
