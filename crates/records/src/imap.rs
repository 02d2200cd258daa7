use crate::{Endpoints, Record, Timestamp, Uid};

/// A command to an IMAP server that matters: a login, a mailbox that is opened or changed, mails that are fetched,
/// stored, moved or deleted.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("imap")]
pub struct Imap {
    /// Time of the command.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Name of the user, as far as it was seen in clear.
    pub user: Option<String>,
    /// Command, e.g. `SELECT` or `UID FETCH`.
    pub command: String,
    /// Its argument: a mailbox, or which mails and what of them; of a login nothing.
    pub arg: Option<String>,
    /// Whether it succeeded.
    pub success: Option<bool>,
    /// What the server answered.
    pub status: Option<String>,
    /// Files in the mails: their texts and their attachments.
    pub fuids: Option<Vec<String>>,
}
