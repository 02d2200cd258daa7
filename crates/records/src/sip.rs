use crate::{Endpoints, Record, Timestamp, Uid};

/// A SIP request and its replies up to this one.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("sip")]
pub struct Sip {
    /// Time of the request; of the first reply where none was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Always 0, as Zeek has it.
    pub trans_depth: u64,
    /// Method, e.g. `INVITE`.
    pub method: Option<String>,
    /// What the request is for.
    pub uri: Option<String>,
    /// Header `Date` of the request.
    pub date: Option<String>,
    /// Header `From` of the request, without its tag.
    pub request_from: Option<String>,
    /// Header `To` of the request.
    pub request_to: Option<String>,
    /// Header `From` of the reply, without its tag.
    pub response_from: Option<String>,
    /// Header `To` of the reply.
    pub response_to: Option<String>,
    /// Header `Reply-To` of the request.
    pub reply_to: Option<String>,
    /// Header `Call-ID` of the request: names the call.
    pub call_id: Option<String>,
    /// Header `CSeq` of the request.
    pub seq: Option<String>,
    /// Header `Subject` of the request.
    pub subject: Option<String>,
    /// Whom the request passed, from its headers `Via`.
    pub request_path: Option<Vec<String>>,
    /// Whom the reply passed, from its headers `Via`.
    pub response_path: Option<Vec<String>>,
    /// Header `User-Agent` of the request.
    pub user_agent: Option<String>,
    /// Code of the reply.
    pub status_code: Option<u16>,
    /// Text of the reply.
    pub status_msg: Option<String>,
    /// Header `Warning` of the reply.
    pub warning: Option<String>,
    /// Length of the request's body, as it says.
    pub request_body_len: Option<u64>,
    /// Length of the reply's body, as it says.
    pub response_body_len: Option<u64>,
    /// Type of the reply's body.
    pub content_type: Option<String>,
}
