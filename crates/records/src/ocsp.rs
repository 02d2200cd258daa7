use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// What an authority says of a certificate: a single answer of an OCSP response.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ocsp")]
pub struct Ocsp {
    /// Time at which the response was seen.
    pub ts: Timestamp,
    /// File that the response is (its `fuid`).
    pub id: Uid,
    /// Hash algorithm of the two hashes.
    #[record(name = "hashAlgorithm")]
    pub hash_algorithm: Cow<'static, str>,
    /// Hash of the issuer's name.
    #[record(name = "issuerNameHash")]
    pub issuer_name_hash: String,
    /// Hash of the issuer's key.
    #[record(name = "issuerKeyHash")]
    pub issuer_key_hash: String,
    /// Serial number of the certificate, hexadecimal.
    #[record(name = "serialNumber")]
    pub serial_number: String,
    /// `good`, `revoked` or `unknown`.
    #[record(name = "certStatus")]
    pub cert_status: Cow<'static, str>,
    /// Time at which it was revoked.
    pub revoketime: Option<Timestamp>,
    /// Why it was revoked.
    pub revokereason: Option<Cow<'static, str>>,
    /// Time at which this was known to be right.
    #[record(name = "thisUpdate")]
    pub this_update: Timestamp,
    /// Time at which more will be known.
    #[record(name = "nextUpdate")]
    pub next_update: Option<Timestamp>,
}
