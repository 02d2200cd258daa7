//! LDAP over TCP and UDP (RFC 4511; over UDP: MS-ADTS, section 6.3.3): writes `ldap`, `ldap_search` and `login`, and
//! passes on what it carries of NTLM and Kerberos.
//!
//! What follows `StartTLS` is handed over; what a login has encrypted is not read, nor are the entries that a search
//! finds and the content of changes.

mod analyzer;
mod filter;
mod frames;
mod names;
mod operations;
mod wire;

use records::Sender;

use crate::{Probe, Protocol, Transport, Verdict};

/// LDAP over TCP.
pub(crate) const OVER_TCP: Protocol = Protocol {
    name: "ldap_tcp",
    transport: Transport::Tcp,
    ports: &[389, 3268],
    probe,
    analyzer: |_| Box::new(analyzer::StreamAnalyzer::default()),
};

/// LDAP over UDP (CLDAP).
pub(crate) const OVER_UDP: Protocol = Protocol {
    name: "ldap_udp",
    transport: Transport::Udp,
    ports: &[389],
    probe,
    analyzer: |_| Box::new(analyzer::DatagramAnalyzer::default()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    match [(Sender::Originator, probe.originator), (Sender::Responder, probe.responder)]
        .map(|(from, bytes)| wire::beginning(from, bytes))
    {
        [Verdict::No, _] | [_, Verdict::No] => Verdict::No,
        [Verdict::Match, _] | [_, Verdict::Match] => Verdict::Match,
        [Verdict::Maybe, Verdict::Maybe] => Verdict::Maybe,
    }
}
