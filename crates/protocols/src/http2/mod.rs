//! HTTP/2 in clear (RFC 9113, header compression RFC 7541): with prior knowledge, or after an upgrade from HTTP/1.1.
//!
//! Writes `http`, `files` and, for basic authentication, `login`. What servers push is passed over.

mod analyzer;
mod header_table;
mod hpack;
mod huffman;
mod stream;
mod wire;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::by_message::ByMessage;

/// HTTP/2.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "http2",
    transport: Transport::Tcp,
    ports: &[],
    probe,
    analyzer: |about| Box::new(ByMessage::new(about, analyzer::Http2Reader::default())),
};

/// The client's first words are made to be like nothing else.
fn probe(probe: &Probe<'_>) -> Verdict {
    let length = probe.originator.len().min(wire::PREFACE.len());
    match (probe.originator.get(..length), wire::PREFACE.get(..length)) {
        (Some(begun), Some(preface)) if begun == preface => {
            if length == wire::PREFACE.len() {
                Verdict::Match
            } else {
                Verdict::Maybe
            }
        }
        _ => Verdict::No,
    }
}
