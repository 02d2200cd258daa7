use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// A compound file (OLE): document of Office before 2007, message of Outlook, Windows installer package.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ole")]
pub struct Ole {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// `word`, `excel`, `powerpoint`, `message`, `installer`, `project`, `visio`, `encrypted`
    /// (a later document with a password) or nothing known.
    pub kind: Option<Cow<'static, str>>,
    /// Streams in it.
    pub stream_count: u64,
    /// Their paths; at most 64.
    pub streams: Option<Vec<String>>,
    /// Holds macros in Visual Basic.
    pub has_macros: bool,
    /// Modules of these; at most 64.
    pub macro_modules: Option<Vec<String>>,
    /// Macros that run by themselves when the document is opened or closed; at most 64.
    pub automatic_macros: Option<Vec<String>>,
    /// What macros use to start programs, fetch or hide things; at most 64.
    pub macro_calls: Option<Vec<String>>,
    /// Holds macros of Excel 4.
    pub has_excel4_macros: bool,
    /// Objects embedded.
    pub embedded_count: u64,
    /// Names of embedded files; at most 64.
    pub embedded_names: Option<Vec<String>>,
    /// Needs a password.
    pub is_encrypted: bool,
    /// Title, as the document says; so are the next ones.
    pub title: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Who saved it last.
    pub last_saved_by: Option<String>,
    /// Application that wrote it.
    pub application: Option<String>,
    /// Template that it was made from.
    pub template: Option<String>,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Last save.
    pub saved: Option<Timestamp>,
    /// Not all of the file was there to read: what follows from the rest is missing.
    pub is_cut: bool,
}
