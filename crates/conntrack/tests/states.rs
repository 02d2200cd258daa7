//! `conn_state`, `history` and counts of conversations, as Zeek has them.
#![cfg(test)]

mod recorder;

use records::Sender::{Originator as O, Responder as R};
use testkit::{ACK, Conversation, FIN, RST, SYN};

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
