//! What can be wrong with a capture file.

use std::io;
use std::path::PathBuf;

use packets::format::FormatError;
use thiserror::Error;

/// A file that could not be read to its end. The frames before the damage have been given out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: at byte {offset} {}: {what}", path.display(), what.measured_in())]
pub struct Damage {
    /// The file; `-` for the standard input.
    pub path: PathBuf,
    /// Where: in the content for damage of the capture format, in the file itself for the rest.
    pub offset: u64,
    /// What is wrong.
    pub what: Fault,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// The capture format.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// The gzip compression (RFC 1952).
    #[error("damaged gzip file: {0}")]
    Gzip(&'static str),
    /// The zstd compression (RFC 8878).
    #[error("damaged zstd file: {0}")]
    Zstd(&'static str),
    /// The content is so much larger than the file that it can only be an attack.
    #[error("the file unpacks to more than is believed")]
    Bomb,
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Read(io::ErrorKind),
}

impl Fault {
    fn measured_in(&self) -> &'static str {
        match self {
            Self::Format(_) => "of the content",
            Self::Gzip(_) | Self::Zstd(_) | Self::Bomb | Self::Read(_) => "of the file",
        }
    }
}

/// Why a source cannot be opened at all.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A path that was given cannot be looked at.
    #[error("{}: {error}", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file within a folder that may hold a capture or a log, packed in a way that is not read.
    #[error("{}: packed with {packing}, which is not read: unpack it, or pack it with gzip or zstd", path.display())]
    Packed {
        /// The file.
        path: PathBuf,
        /// What packed it, e.g. `xz`.
        packing: &'static str,
    },
    /// A folder without any file to read in it.
    #[error("{}: no capture file or log in this folder", .0.display())]
    NoCapture(PathBuf),
    /// More files than can be merged.
    #[error("more than {0} capture files")]
    TooMany(usize),
}
