use crate::{Endpoints, Record, Timestamp, Uid};

/// A file asked for or offered over TFTP.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("tftp")]
pub struct Tftp {
    /// Time of the request.
    pub ts: Timestamp,
    /// Connection that carried the request.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Whether the client writes.
    pub wrq: bool,
    /// Name of the file.
    pub fname: String,
    /// How it is sent: `octet`, `netascii` or `mail`.
    pub mode: String,
    /// Bytes seen of it until the request's connection was over.
    pub size: u64,
    /// Code of an error.
    pub error_code: Option<u16>,
    /// Text of an error.
    pub error_msg: Option<String>,
    /// The file.
    pub fuid: Option<Uid>,
}
