//! The Simple Service Discovery Protocol (UPnP Device Architecture 2.0, section 1) over UDP: recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "SSDP.", "ssdp", Udp, &[1900], Either, check);

/// HTTP in a datagram.
fn check(_: Sender, datagram: &[u8]) -> Verdict {
    if datagram.starts_with(b"M-SEARCH * HTTP/1.1\r\n") || datagram.starts_with(b"NOTIFY * HTTP/1.1\r\n") {
        Verdict::Match
    } else if datagram.starts_with(b"HTTP/1.1 200 OK\r\n") {
        Verdict::Maybe
    } else {
        Verdict::No
    }
}
