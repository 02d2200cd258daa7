use crate::{Endpoints, Record, Timestamp, Uid};

/// An HTTP request and its response.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("http")]
pub struct Http {
    /// Time of the request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Place of the request on the connection, from 1.
    pub trans_depth: u32,
    /// Verb of the request.
    pub method: Option<String>,
    /// Host header.
    pub host: Option<String>,
    /// Target of the request, percent-encoding undone.
    pub uri: Option<String>,
    /// Referer header.
    pub referrer: Option<String>,
    /// Version of HTTP.
    pub version: Option<String>,
    /// User-Agent header.
    pub user_agent: Option<String>,
    /// Origin header.
    pub origin: Option<String>,
    /// Bytes of the request's body, decompressed.
    pub request_body_len: u64,
    /// Bytes of the response's body, decompressed.
    pub response_body_len: u64,
    /// Status code of the response.
    pub status_code: Option<u16>,
    /// Its reason phrase.
    pub status_msg: Option<String>,
    /// Last 1xx status code.
    pub info_code: Option<u16>,
    /// Its reason phrase.
    pub info_msg: Option<String>,
    /// Location header of a redirect.
    pub location: Option<String>,
    /// Content-Type header of the response: what the server says the body is.
    pub content_type: Option<String>,
    /// User name of basic or digest authentication.
    pub username: Option<String>,
    /// Whether a password was sent in clear: `<seen>`; the password itself is not kept.
    pub password: Option<String>,
    /// Headers that show a proxy.
    pub proxied: Option<Vec<String>>,
    /// Files in the request.
    pub orig_fuids: Option<Vec<String>>,
    /// Their names.
    pub orig_filenames: Option<Vec<String>>,
    /// Their types by content.
    pub orig_mime_types: Option<Vec<String>>,
    /// Files in the response.
    pub resp_fuids: Option<Vec<String>>,
    /// Their names.
    pub resp_filenames: Option<Vec<String>>,
    /// Their types by content.
    pub resp_mime_types: Option<Vec<String>>,
}
