//! DHCP for IPv6 (RFC 8415): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;
use crate::take;

recognised!(PROTOCOL, "DHCPv6.", "dhcpv6", Udp, &[546, 547], Either, check);

/// Kind, transaction (3 bytes) and options that fill the datagram; of relays kind, hops, two addresses and options.
fn check(_: Sender, datagram: &[u8]) -> Verdict {
    let header = match datagram {
        [1..=11, ..] => 4,
        [12 | 13, ..] => 34,
        _ => return Verdict::No,
    };
    let Some(mut rest) = datagram.get(header..) else { return Verdict::No };
    let mut identified = false;
    while !rest.is_empty() {
        let (Some(kind @ 1..=150), Some(_)) = (take::u16(&mut rest), take::after_u16(&mut rest)) else {
            return Verdict::No;
        };
        identified |= matches!(kind, 1 | 2 | 9);
    }
    // Strong enough only with the port.
    if identified { Verdict::Maybe } else { Verdict::No }
}
