//! What can go wrong with a casebook.

use std::path::{Path, PathBuf};

/// Why the casebook could not be used.
#[derive(Debug, thiserror::Error)]
pub enum CasebookError {
    /// Nothing was analysed into this folder yet.
    #[error("`{path}` holds no findings; `otus analyze --lake {path} CAPTURE` makes them", path = folder.display())]
    Missing {
        /// The folder that was named.
        folder: PathBuf,
    },
    /// The file cannot be opened.
    #[error("cannot open `{path}`: {source}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file was written by a later version.
    #[error("`{path}` has version {found}, this program reads up to {known}; use a newer version of otus", path = path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The latest version that can be read.
        known: u32,
    },
    /// The database refused.
    #[error("casebook: {0}")]
    Database(#[from] rusqlite::Error),
    /// A stored finding or device cannot be read.
    #[error("casebook: a stored finding is damaged: {0}")]
    Body(#[from] serde_json::Error),
}

impl CasebookError {
    pub(crate) fn at(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Open { path, source }
    }
}
