use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A command of an IRC client that says who it is or where it goes, or a file that was offered over IRC.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("irc")]
pub struct Irc {
    /// Time of the command.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Nickname before the command.
    pub nick: Option<String>,
    /// User name before the command.
    pub user: Option<String>,
    /// Command: `NICK`, `USER`, `JOIN`, or `DCC` for a file.
    pub command: Option<Cow<'static, str>>,
    /// Its value: the new nickname, the user name, the channel.
    pub value: Option<String>,
    /// What else it says: host, server and real name, or the channel's key.
    pub addl: Option<String>,
    /// Name of the file that was offered.
    pub dcc_file_name: Option<String>,
    /// Its size in bytes as it was offered.
    pub dcc_file_size: Option<u64>,
    /// Its type by content.
    pub dcc_mime_type: Option<String>,
    /// The file.
    pub fuid: Option<Uid>,
}
