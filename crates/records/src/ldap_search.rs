use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A search over LDAP.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ldap_search")]
pub struct LdapSearch {
    /// Time of the request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Number that request and answers share.
    pub message_id: Option<i64>,
    /// How far it goes: `base`, `single` or `tree`.
    pub scope: Option<Cow<'static, str>>,
    /// When aliases are followed: `never`, `searching`, `finding` or `always`.
    pub deref_aliases: Option<Cow<'static, str>>,
    /// Entry where it begins.
    pub base_object: Option<String>,
    /// Entries found.
    pub result_count: Option<u64>,
    /// Outcome, e.g. `success`.
    pub result: Option<Cow<'static, str>>,
    /// Text of the server about the outcome.
    pub diagnostic_message: Option<String>,
    /// What is searched, e.g. `(&(objectclass=user)(servicePrincipalName=*))`.
    pub filter: Option<String>,
    /// Attributes that are asked for.
    pub attributes: Option<Vec<String>>,
}
