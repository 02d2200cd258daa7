//! Records at rest.
//!
//! A lake is a folder. Records come in through an [`Ingest`]: they go to an append log, which makes them safe, and
//! to tables in memory, which become immutable segments (Parquet, one per record type and day). The manifest names
//! the segments; a change of the lake is one replacement of the manifest. Only this crate knows Parquet and the
//! query engine.

mod columns;
mod error;
mod export;
mod folder;
mod ingest;
mod lake;
mod log;
mod manifest;
mod recovery;
mod runs;
mod search;
mod segments;
mod sql;
mod tables;
mod time_range;

pub use error::LakeError;
pub use export::ExportedLog;
pub use ingest::Ingest;
pub use lake::{Access, Lake};
pub use log::Recovered;
pub use manifest::{CaptureIdentity, Segment};
pub use runs::Run;
pub use search::{Hits, HostNames, Search, SearchError, write_hits_csv, write_hits_json, write_hits_text};
pub use segments::{Records, Replay};
pub use sql::{Rows, write_csv, write_json_lines, write_table};
pub use time_range::TimeRange;
