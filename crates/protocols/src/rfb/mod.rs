//! The Remote Framebuffer protocol of VNC (RFC 6143): recognised only.

use records::Sender;

use crate::analyzer::{Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};

static SIGN: Sign = Sign { service: "rfb", needs: Needs::Both, check };

/// RFB.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "rfb",
    transport: Transport::Tcp,
    ports: &[5900],
    probe: |probe| SIGN.probe(probe),
    analyzer: |about| SIGN.analyzer(about),
};

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
