//! Segments: immutable Parquet files with records of one type and day, sorted by time.

mod compaction;
mod merge;
mod properties;
mod replay;
mod write;

pub(crate) use compaction::compact;
pub use merge::Records;
pub(crate) use properties::Stage;
pub use replay::Replay;
pub(crate) use write::{Settled, remove_files};
