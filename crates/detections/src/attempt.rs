//! Connections that try whether something is there: what scans and sweeps are made of.

use records::Conn;
use serde::{Deserialize, Serialize};

/// A datagram conversation longer than this is no probe.
const PROBE_PACKETS: u64 = 4;
/// Ports from which servers speak: a datagram from here is an answer whose question was not seen.
const SERVER_PORTS: u16 = 1024;
/// Ports that traceroute counts up from.
const TRACEROUTE: std::ops::RangeInclusive<u16> = 33_434..=33_534;

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Refused, or silence.
    Failed,
    /// Open, but nothing was asked of it.
    Unused,
    /// Open and used.
    Used,
}

/// What became of the attempt that `conn` is, if it is one.
pub(crate) fn attempt(conn: &Conn) -> Option<Answer> {
    match &*conn.proto {
        "tcp" if conn.history.starts_with('S') => Some(match &*conn.conn_state {
            "S0" | "REJ" | "RSTOS0" | "RSTRH" | "SH" => Answer::Failed,
            _ if conn.orig_bytes.unwrap_or(0) == 0 => Answer::Unused,
            _ => Answer::Used,
        }),
        "udp" if conn.id.orig_p >= SERVER_PORTS && !TRACEROUTE.contains(&conn.id.resp_p) => {
            match (conn.resp_pkts, conn.orig_pkts) {
                (0, 1..=PROBE_PACKETS) => Some(Answer::Failed),
                (0, _) => None,
                _ => Some(Answer::Used),
            }
        }
        _ => None,
    }
}
