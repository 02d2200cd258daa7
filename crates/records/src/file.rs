use std::borrow::Cow;

use crate::{Endpoints, Interval, Record, Timestamp, Uid};

/// A file that was seen in traffic.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("files")]
pub struct File {
    /// Time of its first byte.
    pub ts: Timestamp,
    /// Name of the file.
    pub fuid: Uid,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Protocol that carried it: `HTTP`, `FTP_DATA`, `SMB`, `SMTP` …
    pub source: Cow<'static, str>,
    /// Place on the connection, e.g. the request's number.
    pub depth: u32,
    /// Type by content.
    pub mime_type: Option<Cow<'static, str>>,
    /// Name, where the protocol gives one.
    pub filename: Option<String>,
    /// From its first byte to its last.
    pub duration: Interval,
    /// Whether its sender lies in the own networks.
    pub local_orig: Option<bool>,
    /// Whether the originator of the connection sent it.
    pub is_orig: Option<bool>,
    /// Bytes that were seen.
    pub seen_bytes: u64,
    /// Bytes that it should have.
    pub total_bytes: Option<u64>,
    /// Bytes lost in the capture.
    pub missing_bytes: u64,
    /// Bytes that came too late to be used.
    pub overflow_bytes: u64,
    /// It was given up before its end.
    pub timedout: bool,
    /// File that contains it.
    pub parent_fuid: Option<Uid>,
    /// MD5 of the content, where it is whole.
    pub md5: Option<String>,
    /// SHA-1 of the content.
    pub sha1: Option<String>,
    /// SHA-256 of the content.
    pub sha256: Option<String>,
    /// Shannon entropy of the content's first 64 KiB in bits per byte.
    pub entropy: Option<f64>,
    /// Name under which it was written out.
    pub extracted: Option<String>,
}
