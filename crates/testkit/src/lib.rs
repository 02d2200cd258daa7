//! Traffic for tests.

mod conversation;

pub use conversation::{ACK, Conversation, FIN, PSH, RST, SYN};
