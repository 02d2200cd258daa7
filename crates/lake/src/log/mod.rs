//! The append log: what was acknowledged and is not yet in a segment.
//!
//! A log file is a magic number and frames (`frame.rs`). A frame holds what one `sync` acknowledged, in parts
//! (`part.rs`) of rows of one record type. A part says its columns, so that a later version of Otus, with other
//! columns, reads it. What follows the last whole frame is a torn tail, and is cut.

mod frame;
mod part;
mod read;
mod write;

pub(crate) use read::LogReader;
pub use read::Recovered;
pub(crate) use write::LogWriter;
