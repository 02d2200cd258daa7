//! Conversations put together at random from what their protocol knows: nothing panics, and the cuts of the
//! streams do not show in the records.

use proptest::prelude::*;
use protocols::{About, Transport};
use records::{Endpoints, Sender, Timestamp, Uid};

use crate::dialogue::{Act, Dialogue, Step};
use crate::play::{Clock, play};

/// Pieces of a protocol of text.
struct Pieces {
    protocol: &'static str,
    originator: &'static [&'static str],
    responder: &'static [&'static str],
}

const ALL: &[Pieces] = &[
    Pieces {
        protocol: "http",
        originator: &[
            "GET /a HTTP/1.1\r\n",
            "HEAD /b HTTP/1.0\n",
            "POST /c%20d HTTP/1.1\r\n",
            "GET /old\r\n",
            "CONNECT x:1 HTTP/1.1\r\n",
            "Host: h\r\n",
            "Range: bytes=0-1\r\n",
            "Authorization: Basic dTpw\r\n",
            "Content-Length: 5\r\n",
            "Content-Type: multipart/form-data; boundary=b\r\n",
            "Content-Disposition: form-data; filename=f\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Upgrade: websocket\r\n",
            "--b\r\n",
            "--b--\r\n",
            "\r\n",
            "\r",
            "\n",
            "5\r\n",
            "0\r\n",
            "hello",
            "a\rb\nc",
        ],
        responder: &[
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.0 206 Partial\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 101 Switching\r\n",
            "HTTP/1.1 304 Not Modified\r\n\r\n",
            "Connection: upgrade\r\nUpgrade: websocket\r\n",
            "Connection: close\r\n",
            "Content-Length: 4\r\n",
            "Content-Range: bytes 1-4/9\r\n",
            "Content-Encoding: deflate\r\n",
            "Content-Type: multipart/byteranges; boundary=b\r\n",
            "Content-Type: message/rfc822\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "Transfer-Encoding: chunked\r\n",
            " folded\r\n",
            "--b\r\n",
            "--b--\r\n",
            "\r\n",
            "\r",
            "\n",
            "4\r\n",
            "0\r\n",
            "body",
            "\r\nx\ry\n",
        ],
    },
    Pieces {
        protocol: "smtp",
        originator: &[
            "EHLO x\r\n",
            "AUTH PLAIN\r\n",
            "AHUAcA==\r\n",
            "MAIL FROM:<a>\r\n",
            "DATA\r\n",
            "BDAT 9\r\n",
            "BDAT 3 LAST\r\n",
            "RSET\r\n",
            "STARTTLS\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n",
            "\r\n",
            "--b\r\n",
            "--b--\r\n",
            "te=xt=3D\n",
            "..\r\n",
            ".\r\n",
            "\r",
        ],
        responder: &[
            "220 x SMTP\r\n",
            "250-a\r\n250 b\r\n",
            "334 \r\n",
            "235 ok\r\n",
            "354 go\r\n",
            "554 no\r\n",
        ],
    },
    Pieces {
        protocol: "ftp",
        originator: &[
            "USER u\r\n",
            "PASS p\r\n",
            "CWD d\n",
            "PORT 1,2,3,4,5,6\r\n",
            "PASV\r\n",
            "RETR f\r\n",
            "SIZE f\r\n",
            "QUIT\r\n",
            "\u{ff}x\r",
        ],
        responder: &[
            "220-a\r\n",
            "220 b\r\n",
            " c\r\n",
            "331 x\r\n",
            "230 ok\r\n",
            "530 no\r\n",
            "227 (1,2,3,4,5,6)\r\n",
            "150 f (9 bytes)\r\n",
            "226 done\r\n",
            "250 ok\n",
        ],
    },
    Pieces {
        protocol: "pop3",
        originator: &[
            "USER u\r\n",
            "PASS p\n",
            "AUTH PLAIN\r\n",
            "AHUAcA==\r\n",
            "RETR 1\r\n",
            "CAPA\r\n",
            "QUIT\r\n",
        ],
        responder: &["+OK\r\n", "-ERR\r\n", "Subject: s\r\n", "\r\n", "text\n", ".\r\n"],
    },
    Pieces {
        protocol: "imap",
        originator: &[
            "a LOGIN u p\r\n",
            "b AUTHENTICATE PLAIN\r\n",
            "AHUAcA==\r\n",
            "c UID FETCH 1 BODY[]\n",
            "d APPEND x {7}\r\n",
            "e APPEND x {0+}\r\n",
            "f STARTTLS\r\n",
            "text\r\n",
            "\r",
        ],
        responder: &[
            "* OK IMAP\r\n",
            "+ \r\n",
            "a OK\r\n",
            "b NO x\r\n",
            "c OK\r\n",
            "d OK\r\n",
            "* 1 FETCH (BODY[] {9}\r\n",
            " RFC822 {4}\r\n",
            "Subject: s\r\n",
            "\r\n",
            ")\r\n",
        ],
    },
    Pieces {
        protocol: "irc",
        originator: &[
            "NICK n\r\n",
            "USER u h s :r n\n",
            "JOIN #a,#b k\r\n",
            ":p PRIVMSG x :y\r",
            "STARTTLS\r\n",
        ],
        responder: &[":s 001 n :w\r\n", "PRIVMSG x :\u{1}DCC SEND f 0 1 2\u{1}\r\n", ":s 670 n :go\r\n"],
    },
    Pieces {
        protocol: "redis",
        originator: &["*2\r\n", "$3\r\n", "GET\r\n", "PING\r\n", "*0\r\n", "$1\r\nk\r\n", "AUTH p\r\n", "\r"],
        responder: &[
            "+OK\r\n",
            "-ERR\r\n",
            "$2\r\nab\r\n",
            "*2\r\n",
            ":1\r\n",
            "$-1\r\n",
            "%1\r\n",
            ">0\r\n",
        ],
    },
    Pieces {
        protocol: "telnet",
        originator: &["u", "ser\r\0", "\u{8}", "pw\r\0"],
        responder: &["login: ", "Password: ", "Login incorrect\r\n", "x$ ", "\r\n"],
    },
];

/// What one end does.
#[derive(Clone, Copy, Debug)]
enum Move {
    Send(bool, usize),
    Gap(bool, u64),
    Close(bool),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        20 => (any::<bool>(), any::<usize>()).prop_map(|(from, which)| Move::Send(from, which)),
        1 => (any::<bool>(), 1_u64..20).prop_map(|(from, length)| Move::Gap(from, length)),
        1 => any::<bool>().prop_map(Move::Close),
    ];
    proptest::collection::vec(one, 0..40)
}

fn dialogue(pieces: &Pieces, moves: &[Move]) -> Dialogue {
    let about = About {
        uid: Uid::connection(1),
        id: Endpoints::default(),
        transport: Transport::Tcp,
        start: Timestamp(0),
    };
    let side = |is_orig| if is_orig { Sender::Originator } else { Sender::Responder };
    let steps = moves.iter().map(|&one| {
        let (from, act) = match one {
            Move::Send(is_orig, which) => {
                let known = if is_orig { pieces.originator } else { pieces.responder };
                (is_orig, Act::Send(known[which % known.len()].as_bytes().to_vec()))
            }
            Move::Gap(is_orig, length) => (is_orig, Act::Gap(length)),
            Move::Close(is_orig) => (is_orig, Act::Close),
        };
        Step { ts: Timestamp(0), from: side(from), act }
    });
    let protocol = pieces.protocol.to_owned();
    Dialogue { protocol, transport: Transport::Tcp, about, steps: steps.collect(), key_log: String::new() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_conversations_can_be_cut_anywhere(which in 0..ALL.len(), moves in moves()) {
        let dialogue = dialogue(&ALL[which], &moves);
        let whole = play(&dialogue, Clock::Stopped);
        prop_assert_eq!(play(&dialogue.cut_into_bytes(), Clock::Stopped), whole.clone(), "byte by byte");
        prop_assert_eq!(play(&dialogue.merged(), Clock::Stopped), whole, "merged");
    }
}
