//! S7 Communication of Siemens controllers, over TPKT and COTP: the old protocol (S7-300, S7-400), and of the new one
//! (S7-1200, S7-1500) the functions. There is no public specification; Wireshark's documentation describes it.
//!
//! Writes `s7comm` and `s7comm_plus`. Long values and the content of blocks are not read.

mod analyzer;
mod item;
mod names;
mod wire;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::by_message::{ByMessage, Framing};
use crate::tpkt::{self, Cotp};

/// S7 Communication.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "s7comm",
    transport: Transport::Tcp,
    ports: &[102],
    probe,
    analyzer: |about| Box::new(ByMessage::new(about, analyzer::S7Reader::default())),
};

/// Much else begins with a connection of COTP: remote desktops and the control of substations.
fn probe(probe: &Probe<'_>) -> Verdict {
    begins(probe.originator).with(begins(probe.responder))
}

fn begins(mut bytes: &[u8]) -> Verdict {
    loop {
        let length = match tpkt::framing(bytes) {
            Framing::Short => return Verdict::Maybe,
            Framing::Wrong => return Verdict::No,
            Framing::Message(length) => length,
        };
        let Some((packet, rest)) = bytes.split_at_checked(length) else { return Verdict::Maybe };
        match tpkt::cotp(packet) {
            Some(Cotp::Connect) => bytes = rest,
            Some(Cotp::Data { piece, .. }) if wire::is_s7(piece) => return Verdict::Match,
            _ => return Verdict::No,
        }
    }
}
