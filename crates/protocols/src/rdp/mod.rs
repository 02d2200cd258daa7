//! Remote Desktop (MS-RDPBCGR) over TCP, up to the point where it is encrypted: writes `rdp`.
//!
//! TLS that the two agree on is handed over.

mod analyzer;
mod keyboards;
mod names;
mod wire;

use records::Sender;

use crate::{Probe, Protocol, Transport, Verdict};

/// RDP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "rdp",
    transport: Transport::Tcp,
    ports: &[3389],
    probe,
    analyzer: |_| Box::new(analyzer::RdpAnalyzer::new()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let verdicts = [
        wire::begins(Sender::Originator, probe.originator),
        wire::begins(Sender::Responder, probe.responder),
    ];
    match verdicts {
        [Verdict::No, _] | [_, Verdict::No] => Verdict::No,
        [Verdict::Match, _] | [_, Verdict::Match] => Verdict::Match,
        [Verdict::Maybe, Verdict::Maybe] => Verdict::Maybe,
    }
}
