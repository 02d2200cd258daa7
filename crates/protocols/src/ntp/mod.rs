//! The Network Time Protocol (RFC 5905): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "NTP.", "ntp", Udp, &[123], Either, check);

/// The first byte holds version and mode; a time message has 48 bytes at least, a control message 12, a private one 8.
fn check(_: Sender, datagram: &[u8]) -> Verdict {
    let [first, ..] = datagram else { return Verdict::No };
    let least = match first & 7 {
        1..=5 => 48,
        6 => 12,
        7 => 8,
        _ => return Verdict::No,
    };
    if (1..=4).contains(&(first >> 3 & 7)) && datagram.len() >= least { Verdict::Maybe } else { Verdict::No }
}
