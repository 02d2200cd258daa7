use crate::{Endpoints, Record, Timestamp, Uid};

/// An NTLM authentication.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ntlm")]
pub struct Ntlm {
    /// Time of its first message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// User, as the client names it.
    pub username: Option<String>,
    /// Name that the client gives itself.
    pub hostname: Option<String>,
    /// Domain of the user.
    pub domainname: Option<String>,
    /// NetBIOS name of the server.
    pub server_nb_computer_name: Option<String>,
    /// DNS name of the server.
    pub server_dns_computer_name: Option<String>,
    /// Forest of the server.
    pub server_tree_name: Option<String>,
    /// Whether it was accepted.
    pub success: Option<bool>,
    /// Status with which it was refused, e.g. `LOGON_FAILURE`.
    pub status: Option<String>,
}
