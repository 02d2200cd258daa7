//! A file from its opening on, and its records.

use std::borrow::Cow;

use records::{Sender, SmbFiles, SmbTransfer, Timestamp, Uid};

use super::filetime::{self, FileTimes};
use super::share::ShareKind;
use crate::{FileSummary, Output};

/// What a message does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action {
    /// Opens it.
    Open,
    /// Reads from it.
    Read,
    /// Writes to it.
    Write,
    /// Closes it.
    Close,
    /// Renames it.
    Rename,
    /// Marks it to be deleted.
    Delete,
    /// Changes its attributes.
    SetAttribute,
}

/// A file, from its opening on.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenedFile {
    /// When the opening was asked for.
    pub(super) ts: Timestamp,
    /// Its id, once it is open.
    pub(super) id: Option<u64>,
    /// Its name on the share.
    pub(super) name: Option<String>,
    /// The path of the share.
    pub(super) path: Option<String>,
    /// Its size in bytes.
    pub(super) size: u64,
    /// Its times.
    pub(super) times: Option<FileTimes>,
    /// Its name before it was renamed.
    pub(super) previous_name: Option<String>,
    /// The file in its content, where that was seen.
    pub(super) fuid: Option<Uid>,
    /// What was found of its content when it was over.
    pub(super) content: Option<FileSummary>,
    /// What was transferred.
    pub(super) transferred: Transferred,
    /// It goes away when it is closed.
    pub(super) delete_on_close: bool,
    /// What was done with it last, and on what kind of share.
    pub(super) action: Option<(Action, ShareKind)>,
}

/// What was read from and written to a file since it was opened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Transferred {
    bytes_read: u64,
    bytes_written: u64,
    reads: u64,
    writes: u64,
}

impl Transferred {
    /// A write from the originator, or a read that the responder answers.
    pub(super) const fn count_one(&mut self, from: Sender) {
        match from {
            Sender::Originator => self.writes += 1,
            Sender::Responder => self.reads += 1,
        }
    }

    /// So many bytes of it.
    pub(super) const fn count_bytes(&mut self, from: Sender, length: u64) {
        match from {
            Sender::Originator => self.bytes_written = self.bytes_written.saturating_add(length),
            Sender::Responder => self.bytes_read = self.bytes_read.saturating_add(length),
        }
    }
}

impl OpenedFile {
    /// Zeek's name of what was done last, where it is one of the actions that are logged.
    pub(super) const fn logged_action(&self) -> Option<&'static str> {
        let Some(action) = self.action else { return None };
        match action {
            (Action::Open, ShareKind::Disk | ShareKind::Unknown(_)) => Some("SMB::FILE_OPEN"),
            (Action::Open, ShareKind::Print) => Some("SMB::PRINT_OPEN"),
            (Action::Close, ShareKind::Print) => Some("SMB::PRINT_CLOSE"),
            (Action::Rename, _) => Some("SMB::FILE_RENAME"),
            (Action::Delete, _) => Some("SMB::FILE_DELETE"),
            (Action::Open, ShareKind::Pipe)
            | (Action::Close | Action::Read | Action::Write | Action::SetAttribute, _) => None,
        }
    }

    /// The record of what was done with it.
    pub(super) fn record(&self, action: &'static str, output: &Output<'_>) -> SmbFiles {
        SmbFiles {
            ts: self.ts,
            uid: output.about.uid,
            id: output.about.id,
            fuid: self.fuid,
            action: Some(Cow::Borrowed(action)),
            path: self.path.clone(),
            name: self.name.clone(),
            size: self.size,
            prev_name: self.previous_name.clone(),
            times_modified: self.times.map(|times| filetime::timestamp(times.modified)),
            times_accessed: self.times.map(|times| filetime::timestamp(times.accessed)),
            times_created: self.times.map(|times| filetime::timestamp(times.created)),
            times_changed: self.times.map(|times| filetime::timestamp(times.changed)),
        }
    }

    /// The record of what was transferred, once, where anything was.
    pub(super) fn take_transfer(&mut self, ts: Timestamp, output: &Output<'_>) -> Option<SmbTransfer> {
        let transferred = std::mem::take(&mut self.transferred);
        (transferred.reads > 0 || transferred.writes > 0).then(|| SmbTransfer {
            ts,
            uid: output.about.uid,
            id: output.about.id,
            path: self.path.clone(),
            name: self.name.clone(),
            bytes_read: transferred.bytes_read,
            bytes_written: transferred.bytes_written,
            reads: transferred.reads,
            writes: transferred.writes,
            fuid: self.fuid,
            mime_type: self.content.as_ref().and_then(|content| content.mime_type).map(Cow::Borrowed),
            opened: self.ts,
        })
    }
}
