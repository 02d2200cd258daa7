//! The protocol of Apache Kafka: recognised only.

use records::Sender;

use crate::analyzer::{Probe, Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};
use crate::take;

static SIGN: Sign = Sign { service: "kafka", needs: Needs::Both, check };

/// Kafka.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "kafka",
    transport: Transport::Tcp,
    ports: &[9092],
    probe,
    analyzer: |about| SIGN.analyzer(about),
};

/// The last kind of request that is known, and versions of requests beyond all that are.
const KIND_MAX: u16 = 92;
const VERSION_MAX: u16 = 20;
/// No first request or answer is as long.
const MESSAGE_BYTES_MAX: u32 = 1 << 20;

/// By itself neither end tells enough: the answer must carry the number of the request.
fn probe(probe: &Probe<'_>) -> Verdict {
    match (request_number(probe.originator), answer_number(probe.responder)) {
        (Some(asked), Some(answered)) if asked == answered => Verdict::Match,
        (Some(_), Some(_)) => Verdict::No,
        (Some(_), None) if probe.responder.len() < 8 => Verdict::Maybe,
        (None, _) if probe.originator.is_empty() && probe.responder.is_empty() => Verdict::Maybe,
        _ => Verdict::No,
    }
}

fn check(from: Sender, stream: &[u8]) -> Verdict {
    let is_known = match from {
        Sender::Originator => request_number(stream).is_some(),
        Sender::Responder => answer_number(stream).is_some(),
    };
    match (is_known, stream.len()) {
        (true, _) => Verdict::Match,
        (false, ..64) => Verdict::Maybe,
        (false, _) => Verdict::No,
    }
}

/// The number of a request: length, kind, version, number, then the client's name behind its length.
fn request_number(mut stream: &[u8]) -> Option<u32> {
    let from = &mut stream;
    let (length, kind, version, number) =
        (take::u32(from)?, take::u16(from)?, take::u16(from)?, take::u32(from)?);
    let client = take::after_u16(from)?;
    let is_sane = (10..MESSAGE_BYTES_MAX).contains(&length) && kind <= KIND_MAX && version <= VERSION_MAX;
    let is_named = !client.is_empty() && client.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    (is_sane && is_named).then_some(number)
}

/// The number that an answer carries behind its length.
fn answer_number(mut stream: &[u8]) -> Option<u32> {
    let (length, number) = (take::u32(&mut stream)?, take::u32(&mut stream)?);
    (4..MESSAGE_BYTES_MAX).contains(&length).then_some(number)
}
