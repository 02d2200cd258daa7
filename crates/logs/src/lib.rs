//! From the logs of other sensors to records: Zeek's logs, as tab-separated values or JSON, and Suricata's EVE.
//!
//! Logs are read once from their beginning to their end, in any order; the records that come of them are put in the
//! order of traffic time, as our own sensor would have written them. What a log is, its content decides, and the name
//! of the file only where the content does not say it. The same logs give the same records, whatever the machine.

mod error;
mod eve;
mod format;
mod lines;
mod merge;
mod packed;
mod read;
mod report;
mod sort;
mod zeek;

pub use error::LineError;
pub use format::{Format, Log, list, split};
pub use merge::Merge;
pub use read::{Config, read};
pub use report::{BadLine, MoreBadLines, Report};
