//! What is looked for inside a file of a type that is known.

use records::{AnyRecord, Timestamp, Uid};

use crate::ocsp::OcspReader;
use crate::pe::PeReader;

/// Reads a file while it comes.
pub(crate) enum Inside {
    Pe(PeReader),
    Ocsp(OcspReader),
}

impl Inside {
    /// For a file of this type that begins at `first`, of which enough to tell the type has come at `now`.
    pub(crate) fn of(mime_type: Option<&str>, first: Timestamp, now: Timestamp) -> Option<Self> {
        match mime_type? {
            "application/x-dosexec" => Some(Self::Pe(PeReader::new(now))),
            "application/ocsp-response" => Some(Self::Ocsp(OcspReader::new(first))),
            _ => None,
        }
    }

    /// The next bytes of the file.
    pub(crate) fn data(&mut self, bytes: &[u8]) {
        match self {
            Self::Pe(reader) => reader.data(bytes),
            Self::Ocsp(reader) => reader.data(bytes),
        }
    }

    /// The bytes that follow are missing.
    pub(crate) fn stop(&mut self) {
        match self {
            Self::Pe(reader) => reader.stop(),
            Self::Ocsp(reader) => reader.stop(),
        }
    }

    /// What was found.
    pub(crate) fn records(&self, fuid: Uid, records: &mut Vec<AnyRecord>) {
        match self {
            Self::Pe(reader) => records.extend(reader.record(fuid).map(Into::into)),
            Self::Ocsp(reader) => records.extend(reader.records(fuid).into_iter().map(Into::into)),
        }
    }
}
