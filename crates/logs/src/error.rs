//! Why a line could not be read.

use records::{JsonError, NamedError};

/// What is wrong with a line of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// No line of a log is as long.
    #[error("it is longer than 4 MB")]
    TooLong,
    /// Bytes that are no text.
    #[error("it is no UTF-8")]
    NoText,
    /// Not JSON.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// JSON, but no object.
    #[error("it is no JSON object")]
    NoObject,
    /// A value that does not fit its column.
    #[error("{0}")]
    Value(#[from] NamedError),
    /// A member that every line must have.
    #[error("`{0}` is missing or out of range")]
    Missing(&'static str),
    /// Tab-separated values before the line that names them.
    #[error("no `#fields` line comes before it")]
    NoHeader,
    /// A header that cannot be used.
    #[error("the header `{0}` makes no sense")]
    Header(&'static str),
    /// More or fewer values than names.
    #[error("it has {found} values for {expected} fields")]
    Cells {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Neither the name of the file nor the content says which log of Zeek it is.
    #[error("which of Zeek's logs it is from is not known: name the file as Zeek does, e.g. conn.log")]
    UnknownLog,
}
