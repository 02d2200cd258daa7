//! The UDP transport of Remote Desktop (MS-RDPEUDP): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "RDPEUDP.", "rdpeudp", Udp, &[3389], Both, check);

/// The client begins with an acknowledgement of nothing and the flag SYN, the server with SYN and ACK; both
/// datagrams are filled up to the size that they probe.
fn check(from: Sender, datagram: &[u8]) -> Verdict {
    let [acknowledged @ .., _, _] = datagram.get(..8).unwrap_or_default() else { return Verdict::No };
    let flags = datagram.get(7).copied().unwrap_or_default();
    let verdict = match from {
        Sender::Originator if acknowledged.starts_with(&[0xff; 4]) && flags & 5 == 1 => Verdict::Match,
        // Two bits alone say little.
        Sender::Responder if flags & 5 == 5 => Verdict::Maybe,
        _ => Verdict::No,
    };
    if datagram.len() >= 1132 { verdict } else { Verdict::No }
}
