use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// A script, and what in it speaks for hiding or doing something.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("script")]
pub struct Script {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// `powershell`, `vbscript`, `jscript`, `batch`, `shell`, `python`, `perl`, `php` or `hta`.
    pub language: Cow<'static, str>,
    /// Lines.
    pub line_count: u64,
    /// Bytes in the longest line.
    pub longest_line: u64,
    /// Entropy in bits per byte.
    pub entropy: Option<f64>,
    /// Share of the bytes that stand in runs of at least 64 letters and digits of base64 or hexadecimal.
    pub encoded_share: f64,
    /// Beginning of what an encoded command says, up to 1024 bytes.
    pub decoded: Option<String>,
    /// What it uses to start programs, fetch, decode or hide things; at most 64.
    pub calls: Option<Vec<String>>,
    /// Addresses in it; at most 64.
    pub urls: Option<Vec<String>>,
    /// Not all of the file was there to read: what follows from the rest is missing.
    pub is_cut: bool,
}
