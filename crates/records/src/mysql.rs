use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A command to a MySQL or MariaDB server, and its answer. The login is a command too.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("mysql")]
pub struct Mysql {
    /// Time of the command.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Command, e.g. `login` or `query`.
    pub cmd: Cow<'static, str>,
    /// Its argument: the name of the user, the text of the query.
    pub arg: String,
    /// Whether it succeeded, where the server said so.
    pub success: Option<bool>,
    /// How many rows it changed.
    pub rows: Option<u64>,
    /// The server's message, where it failed.
    pub response: Option<String>,
}
