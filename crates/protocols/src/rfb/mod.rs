//! The Remote Framebuffer protocol of VNC (RFC 6143) up to the server's description of the screen: writes `rfb` and
//! `login`. What the screen shows and what is typed is not read.

mod analyzer;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// RFB over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "rfb",
    transport: Transport::Tcp,
    ports: &[5900],
    probe,
    analyzer: |_| Box::<analyzer::RfbAnalyzer>::default(),
};

/// Both ends begin with the version.
fn probe(probe: &Probe<'_>) -> Verdict {
    wire::begins_version(probe.responder).with(wire::begins_version(probe.originator))
}
