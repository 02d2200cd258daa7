use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A login, query or procedure call to Microsoft SQL Server, and its answer.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("tds")]
pub struct Tds {
    /// Time of the command.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// `login`, `sql_batch` (queries in text) or `rpc` (a procedure).
    pub command: Cow<'static, str>,
    /// Text of the queries, or name of the procedure and the query that it carries.
    pub arg: Option<String>,
    /// Name of the user; none where Windows vouches for the user, or the login was encrypted.
    pub user: Option<String>,
    /// Name of the client's machine.
    pub host: Option<String>,
    /// Program of the client.
    pub app: Option<String>,
    /// Name of the server as the client gave it.
    pub server: Option<String>,
    /// Database that the client asked for.
    pub database: Option<String>,
    /// What the server said of encryption: `off` (of the login alone), `on`, `not_supported` or `required`.
    pub encryption: Option<Cow<'static, str>>,
    /// Whether it succeeded.
    pub success: Option<bool>,
    /// How many rows it changed or gave, where the answer is no more than that.
    pub rows: Option<u64>,
    /// The server's message, where it failed.
    pub response: Option<String>,
}
