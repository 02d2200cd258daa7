//! Tunnels over UDP: their packets are taken out elsewhere; here the connection around them is named. VXLAN
//! (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281), Teredo (RFC 4380), AYIYA (draft-massar-v6ops-ayiya).

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(AYIYA, "AYIYA.", "ayiya", Udp, &[5072], Either, ayiya);
recognised!(GENEVE, "Geneve.", "geneve", Udp, &[6081], Either, geneve);
recognised!(GTP, "GTP-U, version 1.", "gtpv1", Udp, &[2152], Either, gtp);
recognised!(TEREDO, "Teredo.", "teredo", Udp, &[3544], Both, teredo);
recognised!(VXLAN, "VXLAN.", "vxlan", Udp, &[4789], Either, vxlan);

/// Flags with the bit for a valid network, three reserved bytes, the network (3 bytes), a reserved byte.
fn vxlan(_: Sender, datagram: &[u8]) -> Verdict {
    if matches!(datagram, [8, 0, 0, 0, _, _, _, 0, _, ..]) { Verdict::Maybe } else { Verdict::No }
}

/// Version 0 and length of options, flags, type of the inner packet, the network (3 bytes), a reserved byte.
fn geneve(_: Sender, datagram: &[u8]) -> Verdict {
    match datagram {
        [0..=0x3f, _, 0x65, 0x58, _, _, _, 0, ..]
        | [0..=0x3f, _, 0x08, 0x00, _, _, _, 0, ..]
        | [0..=0x3f, _, 0x86, 0xdd, _, _, _, 0, ..] => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// Version 1, a user packet, as long as it says.
fn gtp(_: Sender, datagram: &[u8]) -> Verdict {
    match datagram {
        [0x30..=0x3f, 0xff, high, low, _, _, _, _, rest @ ..]
            if usize::from(u16::from_be_bytes([*high, *low])) == rest.len() =>
        {
            Verdict::Match
        }
        [0x30..=0x3f, 0xff, ..] => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// IPv6, behind what Teredo may put before it, as long as it says and from or to a Teredo address.
fn teredo(_: Sender, datagram: &[u8]) -> Verdict {
    let mut packet = datagram;
    if let [0, 1, client, value, rest @ ..] = packet {
        let Some(after) = rest.get(usize::from(*client) + usize::from(*value) + 9..) else {
            return Verdict::No;
        };
        packet = after;
    }
    if let [0, 0, _, _, _, _, _, _, rest @ ..] = packet {
        packet = rest;
    }
    let [0x60..=0x6f, _, _, _, high, low, _, _, rest @ ..] = packet else { return Verdict::No };
    let Some((addresses, payload)) = rest.split_at_checked(32) else { return Verdict::No };
    let is_teredo =
        |address: &[u8]| matches!(address, [0x20, 0x01, 0, 0, ..] | [0xfe, 0x80, 0, 0, 0, 0, 0, 0, ..]);
    let is_known = addresses.chunks(16).any(is_teredo);
    if is_known && usize::from(u16::from_be_bytes([*high, *low])) == payload.len() {
        Verdict::Match
    } else {
        Verdict::No
    }
}

/// An integer identifies the sender; forwarded is IPv4 or IPv6, or nothing.
fn ayiya(_: Sender, datagram: &[u8]) -> Verdict {
    if matches!(datagram, [first, _, _, 4 | 41 | 59, ..] if first & 0xf == 1) {
        Verdict::Maybe
    } else {
        Verdict::No
    }
}
