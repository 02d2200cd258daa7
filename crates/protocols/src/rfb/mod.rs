//! The Remote Framebuffer protocol of VNC (RFC 6143): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "RFB.", "rfb", Tcp, &[5900], Both, check);

/// Both ends begin with the version, e.g. `RFB 003.008`.
fn check(_: Sender, stream: &[u8]) -> Verdict {
    match stream {
        [b'R', b'F', b'B', b' ', b'0', b'0', _, b'.', _, _, _, b'\n', ..] => Verdict::Match,
        _ if stream.len() < 12 && b"RFB 00".iter().zip(stream).all(|(expected, byte)| expected == byte) => {
            Verdict::Maybe
        }
        _ => Verdict::No,
    }
}
