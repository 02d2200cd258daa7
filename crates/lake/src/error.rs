//! What can go wrong with records at rest.

use std::path::{Path, PathBuf};

use datafusion::common::DataFusionError;

/// Why the lake could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The file system refused.
    #[error("cannot {action} `{path}`: {source}", path = path.display())]
    Io {
        /// What was tried, e.g. `write`.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Somebody else writes to the lake.
    #[error("the lake `{path}` is being written to by another process; wait until it is done", path = path.display())]
    Locked {
        /// The lake's folder.
        path: PathBuf,
    },
    /// There is no lake.
    #[error("there is no lake in `{path}`; `otus analyze --lake {path} CAPTURE` makes one", path = path.display())]
    Missing {
        /// The folder that was named.
        path: PathBuf,
    },
    /// The lake was opened to be read.
    #[error("the lake `{path}` was opened to be read, not written", path = path.display())]
    ReadOnly {
        /// The lake's folder.
        path: PathBuf,
    },
    /// The list of segments cannot be read.
    #[error(
        "the lake's manifest `{path}` is damaged ({reason}); restore this file from a backup, \
         or move the lake's folder away and analyse the captures again", path = path.display()
    )]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// The lake was written by a later version.
    #[error("`{path}` has format {found}, this version reads up to {known}; use a newer version of otus", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format version.
        found: u32,
        /// The latest format version that can be read.
        known: u32,
    },
    /// A segment cannot be read or written.
    #[error("segment `{path}`: {reason}", path = path.display())]
    Segment {
        /// The segment's file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The reader came too late again and again.
    #[error("the lake `{path}` changes faster than it can be read; try again", path = path.display())]
    Unsteady {
        /// The lake's folder.
        path: PathBuf,
    },
    /// A record is larger than the log takes.
    #[error("a record of type `{record_type}` has {bytes} bytes, more than the log takes")]
    RecordTooLarge {
        /// Its type.
        record_type: &'static str,
        /// Its length when encoded.
        bytes: usize,
    },
    /// A query cannot be understood, or asks for what cannot be computed.
    #[error("{0}")]
    Query(String),
    /// A query was understood, and could not be carried out all the same: a segment is damaged, or memory ran out.
    #[error("the query could not be carried out: {0}")]
    Engine(String),
    /// Rows could not be written out.
    #[error("cannot write rows: {0}")]
    Output(#[source] arrow::error::ArrowError),
    /// A search cannot be understood.
    #[error(transparent)]
    Search(#[from] crate::SearchError),
    /// No record type has this name.
    #[error("there is no record type `{0}`")]
    UnknownType(String),
    /// Columns do not fit together, which is a defect of the lake.
    #[error("columns of `{record_type}`: {reason}")]
    Columns {
        /// The record type.
        record_type: &'static str,
        /// What does not fit.
        reason: String,
    },
}

impl LakeError {
    /// For `map_err` on what the file system answers.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// What Arrow says of the columns of the type at this place in [`records::RECORD_TYPES`].
    pub(crate) fn columns(type_index: usize, error: &arrow::error::ArrowError) -> Self {
        let record_type = records::RECORD_TYPES.get(type_index).map_or("", |record_type| record_type.name);
        Self::Columns { record_type, reason: error.to_string() }
    }

    /// For `map_err` on what the query engine answers: tells bad queries from a lake that fails.
    pub(crate) fn query(error: DataFusionError) -> Self {
        use arrow::error::ArrowError;
        let is_of_the_query = match error.find_root() {
            DataFusionError::SQL(..)
            | DataFusionError::Plan(_)
            | DataFusionError::Configuration(_)
            | DataFusionError::SchemaError(..)
            | DataFusionError::NotImplemented(_)
            | DataFusionError::Execution(_) => true,
            DataFusionError::ArrowError(error, _) => matches!(
                **error,
                ArrowError::CastError(_)
                    | ArrowError::ParseError(_)
                    | ArrowError::DivideByZero
                    | ArrowError::ArithmeticOverflow(_)
                    | ArrowError::ComputeError(_)
                    | ArrowError::InvalidArgumentError(_)
                    | ArrowError::NotYetImplemented(_)
            ),
            _ => false,
        };
        if is_of_the_query { Self::Query(error.to_string()) } else { Self::engine(error) }
    }

    /// For `map_err` on what fails while a query that was understood is carried out.
    pub(crate) fn engine<E: std::fmt::Display>(error: E) -> Self {
        Self::Engine(error.to_string())
    }

    /// For `map_err` on what Parquet answers.
    pub(crate) fn segment<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.to_owned();
        move |error| Self::Segment { path, reason: error.to_string() }
    }
}
