use std::borrow::Cow;
use std::net::IpAddr;

use crate::{Record, Timestamp, Uid};

/// Something that no protocol allows, or a limit that was reached.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("weird")]
pub struct Weird {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// Connection that it belongs to.
    pub uid: Option<Uid>,
    /// Address of the originator.
    #[record(name = "id.orig_h")]
    pub orig_h: Option<IpAddr>,
    /// Port of the originator.
    #[record(name = "id.orig_p")]
    pub orig_p: Option<u16>,
    /// Address of the responder.
    #[record(name = "id.resp_h")]
    pub resp_h: Option<IpAddr>,
    /// Port of the responder.
    #[record(name = "id.resp_p")]
    pub resp_p: Option<u16>,
    /// Stable name of what was seen, e.g. `bad_TCP_checksum`.
    pub name: Cow<'static, str>,
    /// More about it.
    pub addl: Option<String>,
    /// Part of Otus that saw it.
    pub source: Option<Cow<'static, str>>,
}
