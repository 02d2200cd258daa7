use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A share that a client connected to.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("smb_mapping")]
pub struct SmbMapping {
    /// Time of the connection to the share.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Path of the share, e.g. `\\server\share`.
    pub path: Option<String>,
    /// Kind of service that the server says (SMB 1).
    pub service: Option<String>,
    /// File system of the share (SMB 1).
    pub native_file_system: Option<String>,
    /// `DISK`, `PIPE` or `PRINT`.
    pub share_type: Option<Cow<'static, str>>,
}
