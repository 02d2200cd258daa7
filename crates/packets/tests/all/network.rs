//! IP headers, lengths that disagree, and transports.

use packets::{Checksum, LinkType, Tcp, Transport};

use crate::build::{DESTINATION_6, HELLO, SOURCE_6, ethernet, hello, ipv4, ipv6, join, tcp, udp};
use crate::seen::{Seen, decode, decode_cut};

#[test]
fn a_tcp_header_is_read_with_its_options() {
    let seen = decode(LinkType::RAW, &ipv4(6, &tcp(80, 4000, b"GET")));
    let (packet, payload) = &seen.packets[0];
    let expected = Tcp {
        source: 80,
        destination: 4000,
        sequence: 7,
        acknowledgment: 9,
        flags: 0x18,
        window: 0x2000,
        window_scale: None,
    };
    assert_eq!(packet.transport, Transport::Tcp(expected));
    assert_eq!((packet.ip_length, packet.payload_length, payload.as_slice()), (47, 3, b"GET".as_slice()));
}

#[test]
fn icmp_and_other_transports_are_told_apart() {
    let echo = [8, 0, 0, 0, 0, 1, 0, 2, b'x'];
    let cases = [
        (ipv4(1, &echo), "10.0.0.1 10.0.0.2 icmp 8 0 x"),
        (ipv6(58, &echo), "2001:db8::1 2001:db8::2 icmp 8 0 x"),
        (ipv4(132, b"sctp"), "10.0.0.1 10.0.0.2 other 132 sctp"),
        (ipv4(50, b"esp"), "10.0.0.1 10.0.0.2 other 50 esp"),
    ];
    for (frame, expected) in cases {
        assert_eq!(decode(LinkType::RAW, &frame).lines(), [expected]);
    }
}

#[test]
fn padding_does_not_count() {
    let padded = ethernet(0x0800, &join(&[&hello(), &[0; 13]]));
    let seen = decode(LinkType::ETHERNET, &padded);
    assert_eq!(seen.lines(), [HELLO]);
    assert_eq!(seen.packets[0].0.ip_length, 33);
}

#[test]
fn a_cut_frame_keeps_the_lengths_of_the_headers() {
    let frame = ipv4(17, &udp(1, 2, &[b'a'; 100]));
    let seen = decode_cut(LinkType::RAW, &frame, 60);
    let (packet, payload) = &seen.packets[0];
    assert_eq!((packet.ip_length, packet.payload_length, payload.len()), (128, 100, 32));
}

#[test]
fn a_length_of_zero_means_the_captured_length() {
    let mut frame = ipv4(6, &tcp(1, 2, b"offloaded"));
    frame[2..4].fill(0);
    let seen = decode(LinkType::RAW, &frame);
    assert_eq!(seen.lines(), ["10.0.0.1 10.0.0.2 tcp 1 2 offloaded"]);
    assert_eq!((seen.packets[0].0.ip_length, seen.weirds), (0, vec!["ip_hdr_len_zero"]));
    let mut frame = ipv6(6, &tcp(1, 2, b"jumbo"));
    frame[4..6].fill(0);
    assert_eq!(decode(LinkType::RAW, &frame).lines(), ["2001:db8::1 2001:db8::2 tcp 1 2 jumbo"]);
}

#[test]
fn damaged_headers_have_names() {
    let with = |at: usize, byte: u8| {
        let mut frame = hello();
        frame[at] = byte;
        frame
    };
    let cases = [
        (with(0, 0x55), "unknown_ip_version"),
        (with(0, 0x44), "IPv4_min_header_size"),
        (with(0, 0x4f), "invalid_IP_header_size"),
        (with(3, 200), "truncated_IP_len"),
        (hello()[..19].to_vec(), "truncated_IP"),
        (ipv4(6, &tcp(1, 2, b"")[..12]), "truncated_header"),
        (ipv4(17, &[0; 7]), "truncated_header"),
        (ipv4(6, &[0; 20]), "bad_TCP_header_len"),
        (ipv6(0, &[17, 9, 0, 0]), "invalid_IP_header_size"),
    ];
    for (frame, expected) in cases {
        let seen = decode(LinkType::RAW, &frame);
        assert_eq!((seen.packets.len(), seen.weirds), (0, vec![expected]));
    }
}

#[test]
fn ipv4_options_and_ipv6_extension_headers_are_passed_over() {
    let mut frame = ipv4(17, &join(&[&[1; 8], &udp(1000, 2000, b"hello")]));
    frame[0] = 0x47;
    assert_eq!(decode(LinkType::RAW, &frame).lines(), [HELLO]);
    let hop_by_hop = [43, 0, 1, 4, 0, 0, 0, 0];
    let mut home = [0; 16];
    home[15] = 0x99;
    let mut end = DESTINATION_6;
    end[15] = 0x77;
    let routing = join(&[&[60, 2, 0, 1, 0, 0, 0, 0], &end]);
    let options = join(&[&[51, 2, 201, 16], &home, &[1, 2, 0, 0]]);
    let authentication = [17, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2];
    let frame = ipv6(0, &join(&[&hop_by_hop, &routing, &options, &authentication, &udp(1, 2, b"end")]));
    let seen = decode(LinkType::RAW, &frame);
    assert_eq!(seen.lines(), ["::99 2001:db8::77 udp 1 2 end"]);
    assert_eq!(seen.weirds, ["routing0_hdr"]);
}

#[test]
fn mapped_addresses_are_those_of_ipv4() {
    let mut mapped = [0; 16];
    mapped[10..].copy_from_slice(&[0xff, 0xff, 1, 2, 3, 4]);
    let frame = crate::build::ipv6_between(&mapped, &SOURCE_6, 17, &udp(1, 2, b""));
    assert_eq!(decode(LinkType::RAW, &frame).lines(), ["1.2.3.4 2001:db8::1 udp 1 2 "]);
}

#[test]
fn ipv6_without_a_next_header_gives_nothing() {
    for next in [59, 50, 135] {
        assert_eq!(decode(LinkType::RAW, &ipv6(next, &[0; 8])), Seen::default());
    }
}

#[test]
fn checksums_are_told_with_the_payload() {
    let mut frame = ipv4(17, &udp(1, 2, b"a"));
    frame[10..12].copy_from_slice(&[0x66, 0xce]);
    frame[26..28].copy_from_slice(&[0x8a, 0xd6]);
    let checksum = |frame: &[u8]| {
        let (packet, payload) = decode(LinkType::RAW, frame).packets[0].clone();
        packet.checksum.with(&payload)
    };
    assert_eq!(checksum(&frame), Checksum::Good);
    frame[28] ^= 1;
    assert_eq!(checksum(&frame), Checksum::Bad);
    frame[28] ^= 1;
    frame[8] -= 1;
    assert_eq!(checksum(&frame), Checksum::Bad);
    frame[8] += 1;
    frame[26..28].copy_from_slice(&[0, 0]);
    assert_eq!(checksum(&frame), Checksum::Unchecked);
}

#[test]
fn checksums_of_ipv6_and_odd_lengths_hold() {
    let mut frame = ipv6(6, &crate::build::tcp(1, 2, b"abc"));
    let (packet, payload) = decode(LinkType::RAW, &frame).packets[0].clone();
    assert_eq!(packet.checksum.with(&payload), Checksum::Bad);
    frame[56..58].copy_from_slice(&[0x58, 0x23]);
    let (packet, payload) = decode(LinkType::RAW, &frame).packets[0].clone();
    assert_eq!((packet.checksum.with(&payload), packet.time_to_live), (Checksum::Good, 64));
}

#[test]
fn the_window_scale_of_a_syn_is_told() {
    let syn = |options: &[u8]| {
        let mut segment = [0_u8; 20].to_vec();
        segment[12] = 0x50 + 0x10 * (options.len() as u8 / 4);
        segment[13] = 2;
        segment.extend_from_slice(options);
        match decode(LinkType::RAW, &ipv4(6, &segment)).packets[0].0.transport {
            packets::Transport::Tcp(header) => header.window_scale,
            _ => panic!("no TCP"),
        }
    };
    assert_eq!(syn(&[2, 4, 5, 0xb4, 1, 3, 3, 7]), Some(7));
    assert_eq!(syn(&[1, 3, 3, 255]), Some(14));
    for without in [&[][..], &[0, 3, 3, 7], &[2, 1, 3, 3], &[2, 0, 3, 3], &[1, 1, 3, 3], &[1, 1, 1, 3]] {
        assert_eq!(syn(without), None, "{without:?}");
    }
}
