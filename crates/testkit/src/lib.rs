//! Traffic for tests.

mod conversation;
pub mod frame;

pub use conversation::{ACK, Conversation, FIN, PSH, RST, SYN};
