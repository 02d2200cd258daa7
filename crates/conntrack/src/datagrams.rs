//! Connections without a state of their own: UDP, ICMP and transports that are only counted.

use packets::{Packet, Transport};
use records::{Sender, Timestamp};

use crate::facts::{Delivery, Facts};
use crate::handler::Handler;
use crate::history::Once;
use crate::timeouts;

/// Ports of DNS, mDNS, LLMNR and NetBIOS names: Zeek's DNS analyzer ends such a connection early.
const DNS_PORTS: [u16; 4] = [53, 137, 5353, 5355];

/// Payload bytes of both directions; `None` where nothing was sent.
#[derive(Debug, Default)]
pub(crate) struct Datagrams {
    bytes: [Option<u64>; 2],
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

impl Datagrams {
    pub(crate) fn new(packet: &Packet) -> Self {
        let kind = match packet.transport {
            Transport::Udp { .. } => Kind::Udp,
            Transport::Icmp { .. } => Kind::Icmp,
            Transport::Tcp(_) | Transport::Other => Kind::Other,
        };
        Self { bytes: [None; 2], kind }
    }

    pub(crate) fn datagram<H: Handler>(
        &mut self,
        packet: &Packet,
        payload: &[u8],
        from: Sender,
        out: &mut Delivery<'_, H>,
    ) {
        out.facts.last = out.now;
        if self.kind == Kind::Other {
            return;
        }
        let [orig, resp] = &mut self.bytes;
        let bytes = match from {
            Sender::Originator => orig,
            Sender::Responder => resp,
        };
        *bytes = Some(bytes.unwrap_or(0).saturating_add(u64::from(packet.payload_length)));
        if self.kind == Kind::Udp {
            out.once(from, Once::Data, 'D');
        }
        if !payload.is_empty() {
            out.data(from, payload);
        }
    }

    pub(crate) fn bytes(&self) -> [u64; 2] {
        self.bytes.map(|bytes| bytes.unwrap_or(0))
    }

    pub(crate) fn proto(&self) -> &'static str {
        match self.kind {
            Kind::Udp => "udp",
            Kind::Icmp => "icmp",
            Kind::Other => "unknown_transport",
        }
    }

    pub(crate) fn conn_state(&self) -> &'static str {
        match (self.kind, self.bytes) {
            (Kind::Udp, [Some(_), Some(_)]) => "SF",
            (Kind::Udp, [Some(_), None]) => "S0",
            (Kind::Udp, [None, Some(_)]) => "SHR",
            (Kind::Udp, [None, None]) | (Kind::Icmp | Kind::Other, _) => "OTH",
        }
    }

    pub(crate) fn deadline(&self, facts: &Facts) -> Timestamp {
        let inactive = facts.last + timeouts::DATAGRAM_INACTIVITY;
        if self.kind == Kind::Udp && DNS_PORTS.contains(&facts.id.resp_p) {
            // Zeek looks every ten seconds whether the last packet is at least nine seconds old.
            let quiet = facts.last + timeouts::DNS_QUIET;
            return timeouts::first_of_grid(facts.start, timeouts::DNS_SESSION, quiet).min(inactive);
        }
        inactive
    }
}
