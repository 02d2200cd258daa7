//! The append log: what was acknowledged and is not yet in a segment.
//!
//! A log file is a magic number and frames (`frame.rs`). The first frame is the shape of all record types
//! (`shape.rs`), so that a later version of Otus, with more columns, reads it; each further frame is a batch of
//! records (`encode.rs`, `decode.rs`). What follows the last whole frame is a torn tail, and is cut.

mod decode;
mod encode;
mod frame;
mod read;
mod shape;
mod write;

pub(crate) use read::LogReader;
pub use read::Recovered;
pub(crate) use write::LogWriter;
