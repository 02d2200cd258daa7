//! RADIUS (RFC 2865, RFC 2866): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "RADIUS.", "radius", Udp, &[1812], Either, check);

/// Code, identifier, length (2 bytes), authenticator (16), and attributes that fill it.
fn check(_: Sender, datagram: &[u8]) -> Verdict {
    let [1..=5 | 11..=13 | 40..=45, _, high, low, rest @ ..] = datagram else { return Verdict::No };
    let Some((_, mut attributes)) = rest.split_at_checked(16) else { return Verdict::No };
    if usize::from(u16::from_be_bytes([*high, *low])) != datagram.len() {
        return Verdict::No;
    }
    let mut count = 0;
    while let [_, length @ 2..=255, ..] = attributes {
        let Some(after) = attributes.get(usize::from(*length)..) else { return Verdict::No };
        attributes = after;
        count += 1;
    }
    match (attributes, count) {
        ([], 2..) => Verdict::Match,
        ([], _) => Verdict::Maybe,
        _ => Verdict::No,
    }
}
