//! `conn_state`, `history` and counts of conversations, as Zeek has them.
#![cfg(test)]

mod recorder;

use records::Sender::{Originator as O, Responder as R};
use testkit::{ACK, Conversation, FIN, RST, SYN};

use packets::Checksum;
use recorder::replay;

fn tcp() -> Conversation {
    Conversation::between("10.0.0.1:1025", "10.0.0.2:8765")
}

fn web() -> Conversation {
    Conversation::between("10.0.0.1:1025", "10.0.0.2:80")
}

#[test]
fn tcp_connections_end_in_every_state() {
    let cases = [
        ("S0", "S", tcp().flags(O, SYN)),
        ("S0", "S", tcp().flags(O, SYN).segment_at(O, SYN, (0, 0), b"")),
        ("S1", "ShA", tcp().handshake()),
        ("S1", "ShADad", tcp().handshake().data(O, b"hello").flags(R, ACK).data(R, b"world")),
        ("SF", "ShAFfa", tcp().handshake().flags(O, FIN | ACK).flags(R, FIN | ACK).flags(R, ACK)),
        (
            "SF",
            "ShADadFfR",
            tcp().handshake().data(O, b"q").flags(R, ACK).data(R, b"a").close().flags(O, RST),
        ),
        ("REJ", "Sr", tcp().flags(O, SYN).flags(R, RST | ACK)),
        ("S2", "ShAF", tcp().handshake().flags(O, FIN | ACK)),
        ("S3", "ShAf", tcp().handshake().flags(R, FIN | ACK)),
        ("RSTO", "ShADaR", tcp().handshake().data(O, b"q").flags(R, ACK).flags(O, RST)),
        ("RSTR", "ShADar", tcp().handshake().data(O, b"q").flags(R, ACK).flags(R, RST)),
        ("RSTOS0", "SR", tcp().flags(O, SYN).flags(O, RST)),
        ("RSTRH", "^hr", web().flags(R, SYN | ACK).flags(R, RST)),
        ("SH", "SF", tcp().flags(O, SYN).flags(O, FIN)),
        ("SHR", "^hf", web().flags(R, SYN | ACK).flags(R, FIN)),
        ("OTH", "DdA", tcp().data(O, b"mid").data(R, b"stream").flags(O, ACK)),
        ("OTH", "I", tcp().flags(O, FIN | RST)),
        ("SH", "Q", tcp().flags(O, SYN | FIN)),
    ];
    for (conn_state, history, conversation) in cases {
        let recorder = replay(&conversation.packets());
        let (record, _) = &recorder.closed[0];
        assert_eq!((&*record.conn_state, &*record.history), (conn_state, history));
    }
}

#[test]
fn datagrams_have_states_too() {
    let udp = || Conversation::between("10.0.0.1:1025", "10.0.0.2:9999");
    let dns = || Conversation::between("10.0.0.1:1025", "10.0.0.2:53");
    let answer = b"\x00\x01\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00";
    let cases = [
        ("udp", "S0", "D", 1025, 9999, udp().datagram(O, b"a")),
        ("udp", "SF", "Dd", 1025, 9999, udp().datagram(O, b"a").datagram(R, b"b")),
        ("udp", "SHR", "^d", 1025, 53, dns().datagram(R, b"b")),
        ("udp", "S0", "D^", 53, 1025, dns().datagram(O, answer)),
        ("icmp", "OTH", "", 8, 0, udp().icmp(O, 8, 0, b"a").icmp(R, 0, 0, b"b")),
        ("icmp", "OTH", "", 3, 1, udp().icmp(O, 3, 1, b"a")),
        ("unknown_transport", "OTH", "", 0, 0, udp().other(O, 2, b"a")),
    ];
    for (proto, conn_state, history, orig_p, resp_p, conversation) in cases {
        let recorder = replay(&conversation.packets());
        let record = &recorder.closed[0].0;
        assert_eq!(recorder.closed.len(), 1);
        assert_eq!((&*record.proto, &*record.conn_state, &*record.history), (proto, conn_state, history));
        assert_eq!((record.id.orig_p, record.id.resp_p), (orig_p, resp_p));
    }
}

#[test]
fn letters_repeat_by_their_rules() {
    let zero_window = |packet: &mut packets::Packet, _: &mut Vec<u8>| {
        if let packets::Transport::Tcp(header) = &mut packet.transport {
            header.window = 0;
        }
    };
    let with_checksums = |usual: Checksum| {
        let syn_ack = tcp().flags(O, SYN).flags(R, SYN | ACK).tweak(|packet, _| packet.checksum = usual);
        syn_ack.flags(O, ACK).flags(R, ACK).tweak(|packet, _| packet.checksum = Checksum::Bad)
    };
    let mut retransmitting = tcp().handshake().data(O, b"x").flags(R, ACK);
    for _ in 0..10 {
        retransmitting = retransmitting.segment_at(O, ACK, (1, 1), b"x");
    }
    let cases = [
        ("SS", tcp().flags(O, SYN).segment_at(O, SYN, (9, 0), b"").tweak(|packet, _| packet.ts += 1)),
        ("ShADaTT", retransmitting),
        ("ShAaw", tcp().handshake().flags(R, ACK).tweak(zero_window)),
        ("ShAaRR", tcp().handshake().flags(R, ACK).flags(O, RST).segment_at(O, RST, (9, 0), b"")),
        ("ShAaGD", tcp().handshake().lost(O, 9).flags(R, ACK).data(O, b"x")),
        ("ShAc", with_checksums(Checksum::Good)),
        // A sender whose checksums are all wrong leaves them to its network card.
        ("ShAa", with_checksums(Checksum::Bad)),
    ];
    for (history, conversation) in cases {
        let recorder = replay(&conversation.packets());
        let histories: String = recorder.closed.iter().map(|(record, _)| &*record.history).collect();
        assert_eq!(histories, history);
    }
}
