//! A share, and its record.

use std::borrow::Cow;

use records::{SmbMapping, Timestamp};

use crate::Output;

/// What kind of thing a share is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum ShareKind {
    /// Files.
    #[default]
    Disk,
    /// Named pipes.
    Pipe,
    /// A printer.
    Print,
    /// A number without a meaning.
    Unknown(u8),
}

impl ShareKind {
    fn name(self) -> Cow<'static, str> {
        match self {
            Self::Disk => "DISK".into(),
            Self::Pipe => "PIPE".into(),
            Self::Print => "PRINT".into(),
            Self::Unknown(number) => format!("unknown-{number}").into(),
        }
    }
}

/// A share.
#[derive(Clone, Debug, Default)]
pub(super) struct Share {
    /// When it was asked for.
    pub(super) ts: Timestamp,
    /// Its path.
    pub(super) path: Option<String>,
    /// What the server calls its kind (SMB 1).
    pub(super) service: Option<String>,
    /// Its file system (SMB 1).
    pub(super) native_file_system: Option<String>,
    /// Its kind.
    pub(super) kind: ShareKind,
}

impl Share {
    /// Its record.
    pub(super) fn record(&self, output: &Output<'_>) -> SmbMapping {
        SmbMapping {
            ts: self.ts,
            uid: output.about.uid,
            id: output.about.id,
            path: self.path.clone(),
            service: self.service.clone(),
            native_file_system: self.native_file_system.clone(),
            share_type: Some(self.kind.name()),
        }
    }
}
