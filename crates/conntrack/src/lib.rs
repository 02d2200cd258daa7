//! The connection table: packets become connections, and TCP segments become two streams of bytes.
//!
//! One [`Table`] per shard, no sharing. The table writes `conn`; what the bytes mean is the business of its
//! [`Handler`].

mod handler;

pub use handler::{Connection, Handler};
