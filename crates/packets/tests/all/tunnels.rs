//! Tunnels, alone and within each other.

use packets::LinkType;

use crate::build::{
    DESTINATION_6, HELLO, HELLO_6, SOURCE_6, ethernet, hello, hello_6, ipv4, ipv6, ipv6_between, join, udp,
};
use crate::seen::decode;

fn gre(flags: u16, kind: u16, inside: &[u8]) -> Vec<u8> {
    ipv4(47, &join(&[&flags.to_be_bytes(), &kind.to_be_bytes(), inside]))
}

#[test]
fn tunnels_on_ip_show_only_what_lies_within() {
    let frame = ethernet(0x0800, &hello());
    let cases = [
        ("IP in IP", ipv4(4, &hello()), HELLO),
        ("6in4", ipv4(41, &hello_6()), HELLO_6),
        ("4in6", ipv6(4, &hello()), HELLO),
        ("6in6", ipv6(41, &hello_6()), HELLO_6),
        ("GRE", gre(0, 0x0800, &hello()), HELLO),
        ("GRE with all options", gre(0xb000, 0x86dd, &join(&[&[0; 12], &hello_6()])), HELLO_6),
        ("GRE of PPTP", gre(0x3081, 0x880b, &join(&[&[0; 12], &[0xff, 3, 0, 0x21], &hello()])), HELLO),
        ("bridging", gre(0x2000, 0x6558, &join(&[&[0; 4], &frame])), HELLO),
        ("ERSPAN I", gre(0, 0x88be, &frame), HELLO),
        ("ERSPAN II", gre(0x1000, 0x88be, &join(&[&[0; 4], &[0; 8], &frame])), HELLO),
        ("ERSPAN III", gre(0x1000, 0x22eb, &join(&[&[0; 4], &[0; 12], &frame])), HELLO),
        (
            "ERSPAN III, longer",
            gre(0x1000, 0x22eb, &join(&[&[0; 4], &[0; 11], &[1], &[0; 8], &frame])),
            HELLO,
        ),
    ];
    for (name, outer, expected) in cases {
        let seen = decode(LinkType::RAW, &outer);
        assert_eq!(seen.lines(), [expected], "{name}: {:?}", seen.weirds);
        assert_eq!((seen.packets[0].0.tunnels, seen.packets[0].0.hardware), (1, None), "{name}");
    }
}

#[test]
fn tunnels_over_udp_show_both_packets() {
    let frame = ethernet(0x0800, &hello());
    let mut teredo = SOURCE_6;
    teredo[2..4].fill(0);
    let on_teredo = ipv6_between(&teredo, &DESTINATION_6, 17, &udp(1000, 2000, b"hello"));
    let teredo_line = "2001::1 2001:db8::2 udp 1000 2000 hello";
    let extended = join(&[&[0x34, 255, 0, 0, 0, 0, 0, 1], &[0, 0, 0, 0x85], &[1, 9, 9, 0], &hello()]);
    let cases = [
        ("VXLAN", 4789, join(&[&[8, 0, 0, 0, 0, 0, 1, 0], &frame]), HELLO),
        ("Geneve", 6081, join(&[&[1, 0, 0x65, 0x58, 0, 0, 1, 0], &[0; 4], &frame]), HELLO),
        ("Geneve of IP", 6081, join(&[&[0, 0, 0x86, 0xdd, 0, 0, 1, 0], &hello_6()]), HELLO_6),
        ("GTP-U", 2152, join(&[&[0x30, 255, 0, 0, 0, 0, 0, 1], &hello()]), HELLO),
        ("GTP-U with an extension", 2152, extended, HELLO),
        ("GRE over UDP", 4754, join(&[&[0, 0, 8, 0], &hello()]), HELLO),
        ("AYIYA", 5072, join(&[&[0x41, 0x52, 0x11, 41, 0, 0, 0, 0], &[0; 16 + 20], &hello_6()]), HELLO_6),
        ("Teredo", 3544, hello_6(), HELLO_6),
        ("Teredo with its headers", 9, join(&[&[0, 1, 0, 0], &[0; 9], &[0; 8], &hello_6()]), HELLO_6),
        ("Teredo by address", 9, on_teredo, teredo_line),
    ];
    for (name, port, payload, expected) in cases {
        let seen = decode(LinkType::RAW, &ipv4(17, &udp(40_000, port, &payload)));
        let tunnels: Vec<u8> = seen.packets.iter().map(|packet| packet.0.tunnels).collect();
        assert_eq!(tunnels, [0, 1], "{name}: {:?}", seen.lines());
        assert_eq!(seen.packets[0].1, payload, "{name}");
        assert_eq!(seen.lines()[1], expected, "{name}");
    }
}

#[test]
fn other_traffic_on_the_port_of_a_tunnel_is_no_tunnel() {
    let cases: &[(u16, &[u8])] = &[
        (4789, &[0; 60]),
        (6081, &[0xff; 60]),
        (2152, &[0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]),
        (2152, &[0x34, 255, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
        (5072, &[0; 60]),
        (3544, &[0x60; 60]),
        (3544, &[]),
        (53, &[0; 60]),
    ];
    for (port, payload) in cases {
        let seen = decode(LinkType::RAW, &ipv4(17, &udp(40_000, *port, payload)));
        assert_eq!((seen.packets.len(), seen.weirds), (1, vec![]), "port {port}");
    }
}

#[test]
fn at_most_eight_tunnels_are_gone_into() {
    let mut packet = hello();
    for _ in 0..8 {
        packet = ipv4(4, &packet);
    }
    let seen = decode(LinkType::RAW, &packet);
    assert_eq!((seen.lines(), seen.packets[0].0.tunnels), (vec![HELLO.to_owned()], 8));
    let seen = decode(LinkType::RAW, &ipv4(4, &packet));
    assert_eq!((seen.packets.len(), seen.weirds), (0, vec!["exceeded_tunnel_max_depth"]));
}

#[test]
fn damaged_tunnels_have_names() {
    let cases = [
        (ipv4(4, &hello_6()), "invalid_inner_IP_version"),
        (ipv4(4, &hello()[..30]), "truncated_inner_IP"),
        (gre(2, 0x0800, &hello()), "unknown_gre_version"),
        (gre(0x4000, 0x0800, &hello()), "gre_routing"),
        (gre(0x0008, 0x0800, &hello()), "unknown_gre_flags"),
        (gre(1, 0x0800, &hello()), "egre_protocol_type"),
        (gre(0, 0x6558, &[0; 9]), "truncated_GRE"),
    ];
    for (frame, expected) in cases {
        let seen = decode(LinkType::RAW, &frame);
        assert_eq!((seen.packets.len(), seen.weirds), (0, vec![expected]));
    }
}
