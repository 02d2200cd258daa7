use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A command to a POP3 server that matters: a login, a mail that is fetched or deleted, the switch to TLS.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("pop3")]
pub struct Pop3 {
    /// Time of the command.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Name of the mailbox, as far as it was seen in clear.
    pub user: Option<String>,
    /// `PASS`, `APOP`, `AUTH`, `RETR`, `TOP`, `DELE` or `STLS`.
    pub command: Cow<'static, str>,
    /// Number of the mail, or how the client proves who it is.
    pub arg: Option<String>,
    /// Whether it succeeded.
    pub success: Option<bool>,
    /// What the server answered.
    pub status: Option<String>,
    /// Files in the mail: its text and its attachments.
    pub fuids: Option<Vec<String>>,
}
