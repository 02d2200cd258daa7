//! Connections without a state of their own: UDP, ICMP and transports that are only counted.

use packets::{Packet, Transport};
use records::{Sender, Timestamp};

use crate::facts::{Delivery, Facts};
use crate::handler::Handler;
use crate::history::Once;
use crate::timeouts;

/// Ports of DNS, mDNS, LLMNR and NetBIOS names. Zeek's DNS analyzer looks every ten seconds whether such a connection is
/// still in use.
const DNS_PORTS: [u16; 4] = [53, 137, 5353, 5355];

/// Payload bytes of both directions, and whether anything was sent.
#[derive(Debug, Default)]
pub(crate) struct Datagrams {
    bytes: [u64; 2],
    sent: [bool; 2],
    /// Whether bytes and direction are counted: not for unknown transports.
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    Udp,
    Icmp,
    #[default]
    Other,
}

/// Whether the first datagram of a connection is an answer of DNS to one host (RFC 1035, section 4.1.1).
fn is_dns_answer(facts: &Facts, payload: &[u8]) -> bool {
    const HEADER_LENGTH: usize = 12;
    const ANSWER: u8 = 0x80;
    DNS_PORTS.contains(&facts.id.resp_p)
        && !facts.id.resp_h.is_multicast()
        && payload.len() >= HEADER_LENGTH
        && payload.get(2).is_some_and(|flags| flags & ANSWER != 0)
}

impl Datagrams {
    pub(crate) fn new(packet: &Packet) -> Self {
        let kind = match packet.transport {
            Transport::Udp { .. } => Kind::Udp,
            Transport::Icmp { .. } => Kind::Icmp,
            Transport::Tcp(_) | Transport::Other => Kind::Other,
        };
        Self { kind, ..Self::default() }
    }

    pub(crate) fn datagram<H: Handler>(
        &mut self,
        packet: &Packet,
        payload: &[u8],
        from: Sender,
        out: &mut Delivery<'_, H>,
    ) {
        if !out.is_sound(from, packet.checksum, payload) {
            return out.bad_checksum(from);
        }
        out.facts.touch(out.now);
        if self.kind == Kind::Other {
            return;
        }
        let ([orig, resp], [orig_sent, resp_sent]) = (&mut self.bytes, &mut self.sent);
        let (bytes, sent) = match from {
            Sender::Originator => (orig, orig_sent),
            Sender::Responder => (resp, resp_sent),
        };
        *sent = true;
        *bytes = bytes.saturating_add(u64::from(packet.payload_length));
        if self.kind == Kind::Udp {
            let first = out.facts.packets == [0, 0];
            out.once(from, Once::Data, b'D');
            if first && from == Sender::Originator && is_dns_answer(out.facts, payload) {
                // Zeek counts the answer for the end that asked; so does `conn`, but the handler hears who sent it.
                out.turn_round();
                return out.data(Sender::Responder, payload);
            }
        }
        if !payload.is_empty() {
            out.data(from, payload);
        }
    }

    pub(crate) fn bytes(&self) -> [u64; 2] {
        self.bytes
    }

    pub(crate) fn proto(&self) -> &'static str {
        match self.kind {
            Kind::Udp => "udp",
            Kind::Icmp => "icmp",
            Kind::Other => "unknown_transport",
        }
    }

    pub(crate) fn conn_state(&self) -> &'static str {
        match (self.kind, self.sent) {
            (Kind::Udp, [true, true]) => "SF",
            (Kind::Udp, [true, false]) => "S0",
            (Kind::Udp, [false, true]) => "SHR",
            (Kind::Udp, [false, false]) | (Kind::Icmp | Kind::Other, _) => "OTH",
        }
    }

    pub(crate) fn deadline(&self, facts: &Facts) -> Timestamp {
        let inactive = facts.latest + timeouts::DATAGRAM_INACTIVITY;
        if self.kind == Kind::Udp && DNS_PORTS.contains(&facts.id.resp_p) {
            let quiet = facts.latest + timeouts::DNS_QUIET;
            return timeouts::first_of_grid(facts.start, timeouts::DNS_SESSION, quiet).min(inactive);
        }
        inactive
    }
}
