use std::borrow::Cow;
use std::net::IpAddr;

use crate::{Record, Timestamp};

/// An X.509 certificate that was seen, once per certificate and day.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("x509")]
pub struct X509 {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// SHA-256 of the certificate (DER).
    pub fingerprint: String,
    /// Version number.
    #[record(name = "certificate.version")]
    pub certificate_version: u8,
    /// Serial number, hexadecimal.
    #[record(name = "certificate.serial")]
    pub certificate_serial: String,
    /// Subject.
    #[record(name = "certificate.subject")]
    pub certificate_subject: String,
    /// Issuer.
    #[record(name = "certificate.issuer")]
    pub certificate_issuer: String,
    /// Valid from.
    #[record(name = "certificate.not_valid_before")]
    pub certificate_not_valid_before: Timestamp,
    /// Valid until.
    #[record(name = "certificate.not_valid_after")]
    pub certificate_not_valid_after: Timestamp,
    /// Algorithm of the key.
    #[record(name = "certificate.key_alg")]
    pub certificate_key_alg: String,
    /// Algorithm of the signature.
    #[record(name = "certificate.sig_alg")]
    pub certificate_sig_alg: String,
    /// `rsa`, `dsa` or `ecdsa`.
    #[record(name = "certificate.key_type")]
    pub certificate_key_type: Option<Cow<'static, str>>,
    /// Length of the key in bits.
    #[record(name = "certificate.key_length")]
    pub certificate_key_length: Option<u32>,
    /// Exponent of an RSA key.
    #[record(name = "certificate.exponent")]
    pub certificate_exponent: Option<String>,
    /// Curve of an EC key.
    #[record(name = "certificate.curve")]
    pub certificate_curve: Option<Cow<'static, str>>,
    /// Alternative names: DNS.
    #[record(name = "san.dns")]
    pub san_dns: Option<Vec<String>>,
    /// Alternative names: URI.
    #[record(name = "san.uri")]
    pub san_uri: Option<Vec<String>>,
    /// Alternative names: mail.
    #[record(name = "san.email")]
    pub san_email: Option<Vec<String>>,
    /// Alternative names: addresses.
    #[record(name = "san.ip")]
    pub san_ip: Option<Vec<IpAddr>>,
    /// Whether it may sign others.
    #[record(name = "basic_constraints.ca")]
    pub basic_constraints_ca: Option<bool>,
    /// How many may stand below it.
    #[record(name = "basic_constraints.path_len")]
    pub basic_constraints_path_len: Option<u32>,
    /// It was the first of a chain.
    pub host_cert: bool,
    /// A client sent it.
    pub client_cert: bool,
}
