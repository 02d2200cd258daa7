//! Kerberos 5 (RFC 4120) over UDP and TCP, and inside GSS-API: tickets asked for, given and refused. What is
//! encrypted is not read. Writes `kerberos` and `login`.

mod analyzer;
mod names;
mod session;
mod wire;

use crate::{Probe, Protocol, Transport, Verdict};

pub(crate) use session::KerberosSession;

const PORT: u16 = 88;

/// Kerberos in datagrams.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "krb",
    transport: Transport::Udp,
    ports: &[PORT],
    probe: |probe| verdict(probe, 0),
    analyzer: |about| Box::new(analyzer::KerberosAnalyzer::new(about.transport)),
};

/// Kerberos on a stream.
pub(crate) const PROTOCOL_TCP: Protocol = Protocol {
    name: "krb_tcp",
    transport: Transport::Tcp,
    ports: &[PORT],
    probe: |probe| verdict(probe, 4),
    analyzer: |about| Box::new(analyzer::KerberosAnalyzer::new(about.transport)),
};

/// The message stands behind so many bytes of length.
fn verdict(probe: &Probe<'_>, length_bytes: usize) -> Verdict {
    let begins = |bytes: &[u8]| bytes.get(length_bytes..).is_some_and(wire::begins_message);
    if begins(probe.originator) || begins(probe.responder) {
        return Verdict::Match;
    }
    let may_begin = |bytes: &[u8]| {
        bytes.len() < length_bytes + 16 || bytes.get(length_bytes..).is_some_and(wire::has_form_of_message)
    };
    if may_begin(probe.originator) && may_begin(probe.responder) { Verdict::Maybe } else { Verdict::No }
}
