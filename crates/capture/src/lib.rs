//! Where frames come from: capture files and folders of them, plain or compressed, and the standard input,
//! merged by time. Knows files and hashes, nothing of what is in a frame.

mod batch;
mod block;
mod damage;
mod folder;
mod identity;
mod input;
mod packed;
mod progress;
mod raw_file;
mod reader;
mod source;
mod stamps;
mod unpack;
mod write;

pub use batch::{BATCH_FRAMES, Frame, FrameBatch};
pub use block::Block;
pub use damage::{Damage, Fault, OpenError};
pub use folder::{HEAD_LENGTH, Listed, Listing, Wanted, is_capture, peek};
pub use identity::{Head, Identity, content_head, identify, list_captures, list_files};
pub use input::Input;
pub use progress::Progress;
pub use raw_file::{DiskIdentity, disk_identity};
pub use reader::FileReport;
pub use source::Source;
pub use write::PcapWriter;
