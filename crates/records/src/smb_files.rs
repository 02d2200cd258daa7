use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// What was done with a file of a share.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("smb_files")]
pub struct SmbFiles {
    /// Time of the action.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// File, where its content was seen.
    pub fuid: Option<Uid>,
    /// What was done: `SMB::FILE_OPEN`, `SMB::FILE_DELETE`, `SMB::FILE_RENAME`, `SMB::PRINT_OPEN` or `SMB::PRINT_CLOSE`
    pub action: Option<Cow<'static, str>>,
    /// Path of the share.
    pub path: Option<String>,
    /// File name on the share.
    pub name: Option<String>,
    /// Size of the file.
    pub size: u64,
    /// Name before it was renamed.
    pub prev_name: Option<String>,
    /// Last change of the content.
    #[record(name = "times.modified")]
    pub times_modified: Option<Timestamp>,
    /// Last access.
    #[record(name = "times.accessed")]
    pub times_accessed: Option<Timestamp>,
    /// Creation.
    #[record(name = "times.created")]
    pub times_created: Option<Timestamp>,
    /// Last change of the metadata.
    #[record(name = "times.changed")]
    pub times_changed: Option<Timestamp>,
}
