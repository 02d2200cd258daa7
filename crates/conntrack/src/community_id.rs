//! Community ID v1 (<https://github.com/corelight/community-id-spec>), seed 0.

use std::net::IpAddr;

use base64::Engine as _;
use records::Endpoints;
use sha1::{Digest as _, Sha1};

const ICMP: u8 = 1;
const ICMP_V6: u8 = 58;

/// The Community ID of a connection. For ICMP the ports are type and counterpart, or type and code where `one_way`.
pub(crate) fn community_id(id: &Endpoints, ip_proto: u8, one_way: bool) -> String {
    let with_ports = matches!(ip_proto, ICMP | ICMP_V6 | 6 | 17 | 132);
    let orig = (id.orig_h, if with_ports { id.orig_p } else { 0 });
    let resp = (id.resp_h, if with_ports { id.resp_p } else { 0 });
    let (first, second) = if one_way || orig <= resp { (orig, resp) } else { (resp, orig) };

    let mut hash = Sha1::new();
    hash.update([0, 0]);
    for (address, _) in [first, second] {
        match address {
            IpAddr::V4(address) => hash.update(address.octets()),
            IpAddr::V6(address) => hash.update(address.octets()),
        }
    }
    hash.update([ip_proto, 0]);
    if with_ports {
        hash.update(first.1.to_be_bytes());
        hash.update(second.1.to_be_bytes());
    }
    let mut text = String::with_capacity(30);
    text.push_str("1:");
    base64::engine::general_purpose::STANDARD.encode_string(hash.finalize(), &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_zeek() {
        let cases = [
            ("10.20.10.64", 51612, "11.240.70.182", 443, 6, false, "1:DA4H4p7zQf4Sqd0iZceB1UMEs4Q="),
            ("192.168.203.3", 8, "192.168.203.5", 0, 1, false, "1:U9XPoqOosLWVcR1iyZ86gSbNCdQ="),
            ("130.83.253.186", 3, "10.10.10.37", 1, 1, true, "1:xDiaCtWbY9RznwR0QCBAkHcD8mI="),
            ("::", 135, "ff02::1:ffaa:fd4e", 136, 58, false, "1:9IRz1fAsP3Ve5BHNhPYW53pDxiM="),
            ("1.1.1.1", 0, "1.1.2.1", 0, 253, false, "1:93RA+gKUEGiuES/cupkbxhG62qg="),
        ];
        for (orig_h, orig_p, resp_h, resp_p, ip_proto, one_way, expected) in cases {
            let id = Endpoints {
                orig_h: orig_h.parse().unwrap(),
                orig_p,
                resp_h: resp_h.parse().unwrap(),
                resp_p,
            };
            assert_eq!(community_id(&id, ip_proto, one_way), expected, "{orig_h} {orig_p}");
        }
    }
}
