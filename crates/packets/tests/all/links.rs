//! Every link layer leads to the packet.

use packets::{Decoder, LinkType};

use crate::build::{HELLO, HELLO_6, ethernet, hello, hello_6, join};
use crate::seen::{Seen, decode, decode_cut};

#[test]
fn every_link_layer_leads_to_the_packet() {
    let snap = |kind: u16| join(&[&[0xaa, 0xaa, 3, 0, 0, 0], &kind.to_be_bytes(), &hello()]);
    let length = (hello().len() + 8) as u16;
    let cooked = join(&[&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0, 8, 0], &hello()]);
    let cooked_2 = join(&[&[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0], &hello()]);
    let wireless = join(&[&[8, 1, 0, 0], &[1; 6], &[2; 6], &[3; 6], &[0, 0], &snap(0x0800)]);
    let quality = join(&[&[0x88, 3, 0, 0], &[1; 24], &[0, 0], &[0, 0], &snap(0x0800)]);
    let netfilter = join(&[&[2, 0, 0, 0], &[5, 0, 1, 0, 9, 0, 0, 0], &[4, 0, 9, 0], &hello()]);
    let backbone = join(&[&[0; 16], &[8, 0], &hello()]);
    let cases: &[(&str, LinkType, Vec<u8>)] = &[
        ("raw", LinkType::RAW, hello()),
        ("raw 12", LinkType::RAW_12, hello()),
        ("raw 14", LinkType::RAW_14, hello()),
        ("IPv4", LinkType::IPV4, hello()),
        ("Ethernet", LinkType::ETHERNET, ethernet(0x0800, &hello())),
        ("VLAN", LinkType::ETHERNET, ethernet(0x8100, &join(&[&[0, 7, 8, 0], &hello()]))),
        ("QinQ", LinkType::ETHERNET, ethernet(0x88a8, &join(&[&[0, 7, 0x81, 0, 0, 8, 8, 0], &hello()]))),
        ("802.3 SNAP", LinkType::ETHERNET, ethernet(length, &snap(0x0800))),
        ("802.3 LLC", LinkType::ETHERNET, ethernet(length, &join(&[&[6, 6, 3], &hello()]))),
        ("MPLS", LinkType::ETHERNET, ethernet(0x8847, &join(&[&[0, 1, 0, 9, 0, 2, 1, 9], &hello()]))),
        (
            "pseudowire",
            LinkType::ETHERNET,
            ethernet(0x8847, &join(&[&[0, 2, 1, 9, 0, 0, 0, 0], &ethernet(0x0800, &hello())])),
        ),
        ("PPPoE", LinkType::ETHERNET, ethernet(0x8864, &join(&[&[0x11, 0, 0, 1, 0, 40, 0, 0x21], &hello()]))),
        (
            "PPPoE, compressed",
            LinkType::ETHERNET,
            ethernet(0x8864, &join(&[&[0x11, 0, 0, 1, 0, 39, 0x21], &hello()])),
        ),
        ("VN-Tag", LinkType::ETHERNET, ethernet(0x8926, &join(&[&[0, 0, 0, 0, 8, 0], &hello()]))),
        ("backbone", LinkType::ETHERNET, ethernet(0x88e7, &backbone)),
        ("FabricPath", LinkType::ETHERNET, join(&[&[0; 12], &[0x89, 3, 0, 0], &ethernet(0x0800, &hello())])),
        ("cooked", LinkType::LINUX_SLL, cooked),
        ("cooked 2", LinkType::LINUX_SLL2, cooked_2),
        ("null, little", LinkType::NULL, join(&[&[2, 0, 0, 0], &hello()])),
        ("null, big", LinkType::NULL, join(&[&[0, 0, 0, 2], &hello()])),
        ("loop", LinkType::LOOP, join(&[&[0, 0, 0, 2], &hello()])),
        ("PPP", LinkType::PPP, join(&[&[0, 0x21], &hello()])),
        ("PPP in HDLC", LinkType::PPP, join(&[&[0xff, 3, 0, 0x21], &hello()])),
        ("FDDI", LinkType::FDDI, join(&[&[0x50], &[0; 12], &snap(0x0800)])),
        ("802.11", LinkType::IEEE_802_11, wireless.clone()),
        ("802.11, four addresses", LinkType::IEEE_802_11, quality),
        ("radiotap", LinkType::RADIOTAP, join(&[&[0, 0, 8, 0, 0, 0, 0, 0], &wireless])),
        ("netfilter", LinkType::NFLOG, netfilter),
    ];
    for (name, link, frame) in cases {
        let seen = decode(*link, frame);
        assert_eq!(seen.lines(), [HELLO], "{name}: {:?}", seen.weirds);
        // However early the frame ends, nothing but its headers can be missing.
        for captured in 0..frame.len() {
            assert!(decode_cut(*link, frame, captured).packets.len() <= 1, "{name} cut to {captured}");
        }
    }
}

#[test]
fn ipv6_is_found_behind_each_kind_of_announcement() {
    let cases: &[(LinkType, Vec<u8>)] = &[
        (LinkType::IPV6, hello_6()),
        (LinkType::ETHERNET, ethernet(0x86dd, &hello_6())),
        (LinkType::NULL, join(&[&[30, 0, 0, 0], &hello_6()])),
        (LinkType::PPP, join(&[&[0, 0x57], &hello_6()])),
    ];
    for (link, frame) in cases {
        assert_eq!(decode(*link, frame).lines(), [HELLO_6], "{link:?}");
    }
}

#[test]
fn hardware_addresses_and_vlans_are_told() {
    let tags = [0x20, 7, 0x81, 0, 0x10, 8, 0x81, 0, 0, 9, 8, 0];
    let seen = decode(LinkType::ETHERNET, &ethernet(0x88a8, &join(&[&tags, &hello()])));
    let packet = seen.packets[0].0;
    assert_eq!(packet.vlans, [Some(7), Some(8)]);
    assert_eq!(packet.hardware, Some(([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1])));
}

#[test]
fn what_is_not_ip_is_counted_and_handed_out() {
    let frames: &[&[u8]] = &[
        &ethernet(0x0806, &[0; 28]),
        &ethernet(0x8035, &[0; 28]),
        &ethernet(0x88cc, &[0; 28]),
        &ethernet(38, &[0x42; 46]),
        &[0; 9],
    ];
    let mut decoder = Decoder::new();
    let mut seen = Seen::default();
    for frame in frames {
        decoder.decode(0, LinkType::ETHERNET, frame, frame.len() as u32, &mut seen);
    }
    decoder.decode(0, LinkType(147), &[0; 60], 60, &mut seen);
    let counters = decoder.counters();
    assert_eq!((counters.frames, counters.arp, counters.other_network_layers), (6, 2, 2));
    assert_eq!((counters.truncated_frames, counters.unknown_links, counters.ip_packets), (1, 1, 0));
    let others = [(0x0806, 28), (0x8035, 28), (0x88cc, 28), (u16::MAX, 46)];
    assert_eq!(seen.others.iter().map(|(kind, payload)| (*kind, payload.len())).collect::<Vec<_>>(), others);
    assert_eq!(Seen { others: Vec::new(), ..seen }, Seen::default());
}
