use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// A document of Office since 2007 (Office Open XML).
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ooxml")]
pub struct Ooxml {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// `word`, `excel`, `powerpoint` or nothing known.
    pub kind: Option<Cow<'static, str>>,
    /// Parts in it.
    pub part_count: u64,
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
    /// Holds ActiveX controls.
    pub has_activex: bool,
    /// Objects embedded.
    pub embedded_count: u64,
    /// Addresses outside that it refers to, other than hyperlinks; at most 64.
    pub external_targets: Option<Vec<String>>,
    /// Template that is fetched from outside.
    pub external_template: Option<String>,
    /// Hyperlinks to outside.
    pub hyperlink_count: u64,
    /// Commands of dynamic data exchange (DDE); at most 64.
    pub dde_commands: Option<Vec<String>>,
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
