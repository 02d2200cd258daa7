//! SSH (RFC 4253), and the key of servers of SSH 1.
//!
//! Writes `ssh` when the login has succeeded or the connection ends, and `login` with what the sizes of the encrypted
//! packets tell of it. Nothing is decrypted.

mod analyzer;
mod login_guess;
mod negotiation;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

/// The protocol.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "ssh",
    transport: Transport::Tcp,
    ports: &[22],
    probe,
    analyzer: |_| Box::new(analyzer::SshAnalyzer::default()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    begins(probe.originator).with(begins(probe.responder))
}

/// Whether an end begins as it must.
fn begins(bytes: &[u8]) -> Verdict {
    let (start, rest) = bytes.split_at(bytes.len().min(b"SSH-".len()));
    if !b"SSH-".get(..start.len()).is_some_and(|expected| start.eq_ignore_ascii_case(expected)) {
        return Verdict::No;
    }
    match rest {
        [b'1' | b'2', b'.', ..] => Verdict::Match,
        [] | [b'1' | b'2'] => Verdict::Maybe,
        _ => Verdict::No,
    }
}
