//! Ports on which servers wait: they tell who answered when the beginning of a conversation was not seen.
//! The list is Zeek's `likely_server_ports`.

const TCP: &[u16] = &[
    21, 22, 25, 53, 79, 80, 81, 88, 110, 111, 135, 139, 143, 389, 443, 445, 502, 563, 585, 587, 614, 631,
    636, 888, 989, 990, 992, 993, 995, 1080, 1434, 1883, 2811, 3128, 3268, 3306, 3389, 5222, 5223, 5269,
    5432, 6379, 6666, 6667, 6668, 6669, 8000, 8080, 8888, 20000,
];

const UDP: &[u16] = &[
    53, 67, 88, 111, 123, 137, 161, 162, 389, 443, 514, 1812, 2123, 2152, 3544, 4789, 5060, 5072, 5353, 5355,
    6081, 20000,
];

pub(crate) fn is_tcp_server(port: u16) -> bool {
    TCP.binary_search(&port).is_ok()
}

pub(crate) fn is_udp_server(port: u16) -> bool {
    UDP.binary_search(&port).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(TCP.is_sorted() && UDP.is_sorted());
    }
}
