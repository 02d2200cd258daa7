use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A message to a PostgreSQL server, and its answer.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("postgresql")]
pub struct Postgresql {
    /// Time of the first message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// User that the client named.
    pub user: Option<String>,
    /// Database that the client named.
    pub database: Option<String>,
    /// Name that the client's program gave itself.
    pub application_name: Option<String>,
    /// What the client sent: `ssl_request`, `startup`, `simple_query`, `parse` (a prepared query), `cancel_request`
    /// or `terminate`.
    pub frontend: Option<Cow<'static, str>>,
    /// The text of the query.
    pub frontend_arg: Option<String>,
    /// What the server answered, e.g. `auth_ok` or `error`.
    pub backend: Option<Cow<'static, str>>,
    /// How the client must prove who it is, or the fields of an error.
    pub backend_arg: Option<String>,
    /// Whether the login or query succeeded.
    pub success: Option<bool>,
    /// How many rows came back.
    pub rows: Option<u64>,
}
