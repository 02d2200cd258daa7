//! The Simple Network Management Protocol (RFC 1157, RFC 3416, RFC 3412): recognised only.

use records::Sender;

use crate::analyzer::{Protocol, Transport, Verdict};
use crate::recognised::{Needs, Sign};

static SIGN: Sign = Sign { service: "snmp", needs: Needs::Responder, check };

/// SNMP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "snmp",
    transport: Transport::Udp,
    ports: &[161, 162],
    // Elsewhere only an answer names it, as it does at home.
    probe: |probe| match SIGN.probe(probe) {
        Verdict::Match if probe.responder.is_empty() => Verdict::Maybe,
        verdict => verdict,
    },
    analyzer: |about| SIGN.analyzer(about),
};

fn check(_: Sender, datagram: &[u8]) -> Verdict {
    if is_message(datagram).is_some() { Verdict::Match } else { Verdict::No }
}

/// A sequence as long as the datagram, of a version and, up to version 2, a community and an operation.
fn is_message(datagram: &[u8]) -> Option<()> {
    let (0x30, message, []) = element(datagram)? else { return None };
    let (2, version, rest) = element(message)? else { return None };
    let (second, inner, rest) = element(rest)?;
    match (version, second) {
        ([0 | 1], 4) => {
            let (operation, _, _) = element(rest)?;
            (0xa0..=0xa8).contains(&operation).then_some(())
        }
        ([3], 0x30) => {
            let (2, _, _) = element(inner)? else { return None };
            let (4, _, _) = element(rest)? else { return None };
            Some(())
        }
        _ => None,
    }
}

/// The first element: its tag, its content and what follows (X.690, definite lengths).
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, length, rest @ ..] = bytes else { return None };
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81 => {
            let [length, rest @ ..] = rest else { return None };
            (usize::from(*length), rest)
        }
        0x82 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
