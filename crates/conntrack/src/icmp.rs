//! Which ICMP messages ask and which answer (RFC 792, 950, 1256, 4443, 4861, 2710, 4620, 6275).

const ICMP: u8 = 1;

/// The type of the message that answers this one, or asks for it; `None` for messages that stand alone.
pub(crate) fn counterpart(ip_proto: u8, kind: u8) -> Option<u8> {
    let pairs: &[(u8, u8)] = if ip_proto == ICMP { &PAIRS_V4 } else { &PAIRS_V6 };
    pairs.iter().find_map(|&(ask, answer)| match kind {
        _ if kind == ask => Some(answer),
        _ if kind == answer => Some(ask),
        _ => None,
    })
}

/// Echo, timestamp, information, router, address mask.
const PAIRS_V4: [(u8, u8); 5] = [(8, 0), (13, 14), (15, 16), (10, 9), (17, 18)];

/// Echo, router, neighbour, multicast listener, node information, home agent.
const PAIRS_V6: [(u8, u8); 6] = [(128, 129), (133, 134), (135, 136), (130, 131), (139, 140), (144, 145)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_replies_are_counterparts() {
        let cases = [
            (1, 8, Some(0)),
            (1, 0, Some(8)),
            (1, 3, None),
            (58, 128, Some(129)),
            (58, 136, Some(135)),
            (58, 143, None),
            (58, 8, None),
        ];
        for (ip_proto, kind, expected) in cases {
            assert_eq!(counterpart(ip_proto, kind), expected, "{ip_proto}/{kind}");
        }
    }
}
