//! The connection table: packets become connections, and TCP segments become two streams of bytes.
//!
//! One [`Table`] per shard, no sharing. The table writes `conn`; what the bytes mean is the business of its
//! [`Handler`].

mod community_id;
mod config;
mod datagrams;
mod facts;
mod folding;
mod handler;
mod history;
mod icmp;
mod key;
mod record;
mod server_ports;
mod slots;
mod table;
mod tcp;
mod timeouts;
mod violation;
mod wheel;

pub use config::Config;
pub use handler::{Connection, Handler};
pub use table::Table;
