//! DCE/RPC (C706, [MS-RPCE]): remote calls over TCP, over the named pipes of SMB and over UDP. Names interfaces and
//! operations; what a call carries is not read. Writes `dce_rpc`, `ntlm` and `kerberos`.

mod analyzer;
mod calls;
mod datagram;
mod interfaces;
mod pipes;
mod shapes;
mod stream;
mod wire;

use crate::by_datagram::ByDatagram;
use crate::{Probe, Protocol, Transport, Verdict};

pub(crate) use pipes::{PipeBytes, Pipes};

/// DCE/RPC on a TCP connection of its own.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "dce_rpc",
    transport: Transport::Tcp,
    ports: &[135],
    probe,
    analyzer: |_| Box::new(analyzer::DceRpcAnalyzer::default()),
};

/// DCE/RPC in datagrams, without connections.
pub(crate) const OVER_UDP: Protocol = Protocol {
    name: "dce_rpc",
    transport: Transport::Udp,
    ports: &[135, 34964],
    probe: datagram::probe,
    analyzer: |_| Box::new(ByDatagram::new("dce_rpc", datagram::DatagramReader::default())),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let verdicts = [unit(probe.originator), unit(probe.responder)];
    if verdicts.contains(&Verdict::Match) {
        Verdict::Match
    } else if verdicts.contains(&Verdict::Maybe) {
        Verdict::Maybe
    } else {
        Verdict::No
    }
}

/// A unit that is a whole message begins here: version, kind, both marks of a fragment among the flags, and how
/// numbers are written.
fn unit(bytes: &[u8]) -> Verdict {
    match bytes {
        [5, 0 | 1, 0..=0x13, flags, 0 | 0x10, 0..=3, ..]
            if flags & 3 == 3 && bytes.len() >= wire::HEADER_BYTES =>
        {
            if wire::header(bytes).is_some() {
                Verdict::Match
            } else {
                Verdict::No
            }
        }
        [5, 0 | 1, ..] | [5] | [] if bytes.len() < wire::HEADER_BYTES => Verdict::Maybe,
        _ => Verdict::No,
    }
}
