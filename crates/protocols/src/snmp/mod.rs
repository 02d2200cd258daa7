//! The Simple Network Management Protocol (RFC 1157, RFC 3416, RFC 3412) over UDP: writes `snmp`.
//!
//! What version 3 encrypts is not read, nor the security parameters of version 3 and the variables of notifications.

mod analyzer;
mod wire;

use self::wire::Operation;
use crate::{Probe, Protocol, Transport, Verdict};

/// SNMP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "snmp",
    transport: Transport::Udp,
    ports: &[161, 162],
    probe,
    analyzer: |_| Box::new(analyzer::SnmpAnalyzer::default()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    let datagram = probe.datagram();
    match wire::message(datagram).map(|message| message.operation) {
        None => Verdict::No,
        // Away from home only an answer is taken for SNMP: whoever looks for open doors asks anywhere.
        Some(Operation::Response(_)) => Verdict::Match,
        Some(_) => Verdict::Maybe,
    }
}
