//! Application protocols: the bytes of a connection become records.
//!
//! One folder per protocol: `mod.rs` (what it is, how it is recognised), `wire.rs` (bytes to messages; pure),
//! `analyzer.rs` (one connection: state, bounds, records), `golden/` (captures and the expected records).

mod analyzer;
mod lines;
mod mime;
mod percent;
mod shared;

// Sorted, one protocol per line.
pub mod dhcp;
mod dns;
mod http;

pub use analyzer::{
    About, Analyzer, Chunk, Effects, FileHandle, FileSink, FileStart, FileSummary, HandOver, Output,
    PENDING_TIMEOUT, PROBE_BYTES, Probe, Protocol, Transport, Verdict,
};
pub use shared::{Expected, Shared, Transfer};

/// All protocols, sorted, one per line.
pub const PROTOCOLS: &[Protocol] = &[
    // One per line.
    dhcp::PROTOCOL,
    dns::OVER_TCP,
    dns::OVER_UDP,
    http::PROTOCOL,
];
