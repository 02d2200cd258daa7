//! TLS and its ancestors: SSL 2 and 3, TLS 1.0 to 1.3 (RFC 8446, RFC 5246) over TCP, DTLS (RFC 6347) over UDP.
//!
//! Writes `ssl` once the handshake is over, and `x509` for each new certificate. After the handshake the bytes are not
//! looked at, but where the user's key log has the connection's secrets: then records are opened, and what is in them
//! is handed on to be recognised as a protocol of its own.

mod analyzer;
mod certificate;
mod cipher_names;
mod decryption;
mod distinguished_name;
mod dtls;
mod fingerprints;
mod host_name;
mod names;
mod object_names;
mod record_layer;
mod sealed;
mod session;
mod wire;

pub(crate) use self::session::{Carrier, Session, Violation};
pub(crate) use self::wire::{Offer, message};
use crate::{Probe, Protocol, Transport, Verdict};

/// Ports on which Zeek expects TLS.
const PORTS: &[u16] = &[443, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223];

/// Over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "ssl",
    transport: Transport::Tcp,
    ports: PORTS,
    probe: probe_stream,
    analyzer: |_| Box::new(analyzer::SslAnalyzer::default()),
};

/// Over UDP.
pub(crate) const OVER_UDP: Protocol = Protocol {
    name: "dtls",
    transport: Transport::Udp,
    ports: &[],
    probe: probe_datagram,
    analyzer: |_| Box::new(dtls::DtlsAnalyzer::default()),
};

fn probe_stream(probe: &Probe<'_>) -> Verdict {
    let (originator, responder) = (probe_hello(probe.originator), probe_hello(probe.responder));
    let on_port = PORTS.contains(&probe.about.id.resp_p);
    match (originator, responder) {
        (Verdict::Match, _) | (_, Verdict::Match) => Verdict::Match,
        _ if on_port && is_version_2_hello(probe.originator) => Verdict::Match,
        (Verdict::Maybe, _) if probe.responder.is_empty() => Verdict::Maybe,
        (_, Verdict::Maybe) if probe.originator.is_empty() => Verdict::Maybe,
        (Verdict::Maybe, Verdict::Maybe) => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// Whether bytes begin with a hello, perhaps behind an alert. `Maybe` while too few bytes are there to tell.
fn probe_hello(bytes: &[u8]) -> Verdict {
    const ALERT_BYTES: usize = 7;
    let bytes = match bytes {
        [0x15, 3, 0..=3, ..] => match bytes.get(ALERT_BYTES..) {
            Some(behind) => behind,
            None => return Verdict::Maybe,
        },
        _ => bytes,
    };
    match bytes {
        [0x16, 3, 0..=3, _, _, 1, _, _, _, 3, 0..=3, ..] => Verdict::Match,
        [0x16, 3, 0..=3, _, _, 2, _, _, _, 3, 0..=4, ..] => Verdict::Match,
        [0x16, 3, 0..=3, _, _, 2, _, _, _, 0x7f, 0..=0x50, ..] => Verdict::Match,
        [] | [0x16] | [0x16, 3] | [0x16, 3, 0..=3, ..] if bytes.len() < 11 => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// A client hello of SSL 2, as clients once began when they did not know the server's version.
fn is_version_2_hello(bytes: &[u8]) -> bool {
    matches!(bytes, [high, _, 1, 0, 2, ..] | [high, _, 1, 3, 0..=3, ..] if high & 0x80 != 0)
}

/// A first flight, whoever sends it: with WebRTC either end may be the client.
fn probe_datagram(probe: &Probe<'_>) -> Verdict {
    match probe.datagram() {
        [0x16, 0xfe, 0xff | 0xfd, 0, 0, 0, 0, 0, 0, 0, _, _, _, 1..=3, rest @ ..]
            if matches!(rest.get(11..13), Some([0xfe, 0xff | 0xfd])) =>
        {
            Verdict::Match
        }
        _ => Verdict::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hellos_are_recognised_on_any_port() {
        let cases: &[(&[u8], Verdict)] = &[
            (b"", Verdict::Maybe),
            (b"\x16\x03", Verdict::Maybe),
            (b"\x16\x03\x01\x00\x50\x01\x00\x00\x4c\x03\x03", Verdict::Match),
            (b"\x16\x03\x03\x00\x50\x02\x00\x00\x4c\x7f\x17", Verdict::Match),
            (b"\x15\x03\x01\x00\x02\x01\x70\x16\x03\x03\x00\x50\x02\x00\x00\x4c\x03\x03", Verdict::Match),
            (b"\x16\x03\x01\x00\x50\x0b\x00\x00\x4c\x03\x03", Verdict::No),
            (b"GET / HTTP/1.1\r\n", Verdict::No),
        ];
        for (bytes, expected) in cases {
            assert_eq!(probe_hello(bytes), *expected, "{bytes:x?}");
        }
    }
}
