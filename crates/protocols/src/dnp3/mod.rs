//! The Distributed Network Protocol 3 (IEEE 1815) over TCP and UDP.
//!
//! Writes `dnp3` for each request with its reply, and `dnp3_control` for each command to a relay. Other objects are
//! not read, nor is secure authentication.

mod analyzer;
mod fragment;
mod wire;

use crate::analyzer::{About, Analyzer, Probe, Protocol, Transport, Verdict};
use crate::by_message::ByMessage;

/// DNP3 over TCP.
pub(crate) const OVER_TCP: Protocol = protocol("dnp3_tcp", Transport::Tcp);
/// DNP3 over UDP.
pub(crate) const OVER_UDP: Protocol = protocol("dnp3_udp", Transport::Udp);

const fn protocol(name: &'static str, transport: Transport) -> Protocol {
    Protocol { name, transport, ports: &[20000], probe, analyzer }
}

fn analyzer(about: &About) -> Box<dyn Analyzer> {
    Box::new(ByMessage::new(about, analyzer::Dnp3Reader::default()))
}

fn probe(probe: &Probe<'_>) -> Verdict {
    begins(probe.originator).with(begins(probe.responder))
}

fn begins(bytes: &[u8]) -> Verdict {
    match bytes {
        [0x05, 0x64, ..] if bytes.len() >= wire::HEADER_BYTES => {
            if wire::has_good_header(bytes) {
                Verdict::Match
            } else {
                Verdict::No
            }
        }
        [0x05, 0x64, ..] | [0x05] | [] => Verdict::Maybe,
        _ => Verdict::No,
    }
}
