//! The datagram service of NetBIOS (RFC 1002, section 4.4): recognised only.

use std::net::IpAddr;

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "NetBIOS datagrams.", "nbdgm", Udp, &[138], Either, check);

/// Kind, flags, number (2 bytes), address and port of the source, length, offset, and two names in pairs of letters.
fn check(_: Sender, datagram: &[u8]) -> Verdict {
    const NAME_BYTES: usize = 32;
    let [0x10..=0x12, 0..=0x0f, _, _, a, b, c, d, _, _, high, low, _, _, 0x20, name @ ..] = datagram else {
        return Verdict::No;
    };
    let is_name = name.get(..NAME_BYTES).is_some_and(|name| name.iter().all(|it| (b'A'..=b'P').contains(it)));
    let is_source = !IpAddr::from([*a, *b, *c, *d]).is_unspecified();
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if is_name && is_source && length + 14 == datagram.len() { Verdict::Match } else { Verdict::No }
}
