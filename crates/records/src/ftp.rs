use std::net::IpAddr;

use crate::{Endpoints, Record, Timestamp, Uid};

/// An FTP command and its reply.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ftp")]
pub struct Ftp {
    /// Time of the command.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// User name; `<unknown>` where none was seen.
    pub user: String,
    /// Password: `<hidden>`, but for anonymous users, whose mail address it is.
    pub password: Option<String>,
    /// Command.
    pub command: Option<String>,
    /// Its argument; for transfers the URL of the file.
    pub arg: Option<String>,
    /// Type of the file by content.
    pub mime_type: Option<String>,
    /// Size of the file.
    pub file_size: Option<u64>,
    /// Code of the reply.
    pub reply_code: Option<u16>,
    /// Text of the reply.
    pub reply_msg: Option<String>,
    /// Passive mode.
    #[record(name = "data_channel.passive")]
    pub data_channel_passive: Option<bool>,
    /// Who opens the data channel.
    #[record(name = "data_channel.orig_h")]
    pub data_channel_orig_h: Option<IpAddr>,
    /// Who accepts the data channel.
    #[record(name = "data_channel.resp_h")]
    pub data_channel_resp_h: Option<IpAddr>,
    /// Port at which it is accepted.
    #[record(name = "data_channel.resp_p")]
    pub data_channel_resp_p: Option<u16>,
    /// File that was transferred.
    pub fuid: Option<Uid>,
}
