//! Syslog (RFC 3164, RFC 5424) over UDP and TCP (RFC 6587): writes `syslog`.
//!
//! Priority and text are told; the text is not taken apart. What TLS encrypts is not read.

mod analyzer;
mod frames;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// Syslog over UDP.
pub(crate) const OVER_UDP: Protocol = Protocol {
    name: "syslog",
    transport: Transport::Udp,
    ports: &[514],
    probe: probe_datagram,
    analyzer: |_| Box::new(analyzer::DatagramAnalyzer),
};

/// Syslog over TCP.
pub(crate) const OVER_TCP: Protocol = Protocol {
    name: "syslog",
    transport: Transport::Tcp,
    ports: &[514, 601],
    probe: probe_stream,
    analyzer: |_| Box::new(analyzer::StreamAnalyzer::default()),
};

fn probe_datagram(probe: &Probe<'_>) -> Verdict {
    let message = wire::message(probe.originator);
    match message.priority {
        Some(_) if wire::begins_as_usual(message.text) => Verdict::Match,
        // On its own port any text is taken for a message.
        None if !wire::is_text(message.text) => Verdict::No,
        _ => Verdict::Maybe,
    }
}

fn probe_stream(probe: &Probe<'_>) -> Verdict {
    // Only one end has something to say.
    if !probe.responder.is_empty() {
        return Verdict::No;
    }
    let after_length = match frames::length(probe.originator) {
        Some((_, header)) => probe.originator.get(header..).unwrap_or_default(),
        None => probe.originator,
    };
    let message = wire::message(after_length);
    match message.priority {
        Some(_) if wire::begins_as_usual(message.text) => Verdict::Match,
        Some(_) => Verdict::Maybe,
        None if probe.originator.len() < wire::BEGINNING_BYTES => Verdict::Maybe,
        None => Verdict::No,
    }
}
