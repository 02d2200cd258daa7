//! Responses of the Online Certificate Status Protocol (RFC 6960). Writes `ocsp`, with Zeek's names: a record for each
//! certificate that the response tells of.
//!
//! Not read: who signed the response, and whether the signature is right.

mod reader;

pub(crate) use reader::read;
