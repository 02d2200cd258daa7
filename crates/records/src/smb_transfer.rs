use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// What was read from and written to a file of a share between its opening and its closing. Otus's own record
/// type; Zeek has none.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("smb_transfer")]
pub struct SmbTransfer {
    /// Time of the closing, or of the end of the connection.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Share, e.g. `\\server\share`.
    pub path: Option<String>,
    /// File name on the share.
    pub name: Option<String>,
    /// Bytes read from it.
    pub bytes_read: u64,
    /// Bytes written to it.
    pub bytes_written: u64,
    /// Reads that gave content.
    pub reads: u64,
    /// Writes that carried content.
    pub writes: u64,
    /// File, where its content was followed.
    pub fuid: Option<Uid>,
    /// Type of the content, by itself.
    pub mime_type: Option<Cow<'static, str>>,
    /// Time of the opening.
    pub opened: Timestamp,
}
