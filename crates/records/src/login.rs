use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// An attempt to log in, whatever the protocol: who tried, and whether it was accepted. Otus's own record type;
/// Zeek has none.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("login")]
pub struct Login {
    /// Time at which the credentials were sent.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Protocol that asked for the login: `ftp`, `http`, `imap`, `kerberos`, `pop3`, `smb`, `smtp`, `ssh` …
    pub service: Cow<'static, str>,
    /// How it was tried, where the protocol has several ways: `basic`, `plain`, `ntlm` …
    pub method: Option<Cow<'static, str>>,
    /// User, as the client names it.
    pub user: Option<String>,
    /// Whether it was accepted; absent where no answer was seen.
    pub success: Option<bool>,
    /// The server's answer: its code and text, or the name of its status.
    pub status: Option<String>,
}
