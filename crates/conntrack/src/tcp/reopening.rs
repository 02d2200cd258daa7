//! A SYN within a connection: another connection between the same ends, or a lie. Only the other end can tell, by
//! answering it; until then the SYN is kept, and the connection at hand goes on.

use packets::{Packet, Tcp as Header, Transport};
use records::Timestamp;

use super::Tcp;
use super::endpoint::State;
use super::segment::Segment;
use crate::facts::{Delivery, Facts};
use crate::handler::Handler;
use crate::key::Ends;
use crate::timeouts;
use crate::violation::Violation;

/// So many packets are kept while it is open whether they begin another connection.
const KEPT_MAX: usize = 4;
/// Of the data of each so many bytes.
const DATA_MAX: usize = 2048;

/// What a packet means for the connection between its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It belongs to it.
    GoesOn,
    /// The connection is over, and the packet begins another.
    Over,
    /// The packet is kept until it is known.
    Waits,
    /// The connection was over when what is kept came.
    Reopened,
}

/// A packet that is kept.
#[derive(Debug)]
pub(crate) struct Syn {
    pub(crate) packet: Packet,
    pub(crate) payload: Box<[u8]>,
}

/// Packets that may have begun another connection: first the SYN.
#[derive(Debug)]
pub(crate) struct Reopening {
    since: Timestamp,
    sequence: u32,
    source: u16,
    kept: Vec<Syn>,
}

impl Reopening {
    fn new(packet: &Packet, header: &Header) -> Self {
        let since = Timestamp(packet.ts);
        Self { since, sequence: header.sequence, source: header.source, kept: Vec::new() }
    }

    fn keep(&mut self, packet: &Packet, payload: &[u8]) {
        let payload = payload.get(..DATA_MAX).unwrap_or(payload).into();
        self.kept.push(Syn { packet: *packet, payload });
    }

    /// What the next packet says of it; `None` where it shows that the connection at hand goes on.
    fn judge(&self, header: &Header, is_same_sender: bool) -> Option<Fate> {
        let segment = Segment::new(header, 0, &[]);
        let next = self.sequence.wrapping_add(1);
        if !is_same_sender {
            return (segment.ack() && segment.acknowledgment == next).then_some(Fate::Reopened);
        }
        let again = segment.syn() && !segment.ack();
        match segment.sequence == if again { self.sequence } else { next } {
            true => (self.kept.len() < KEPT_MAX).then_some(Fate::Waits),
            false => again.then_some(Fate::Reopened),
        }
    }
}

impl Tcp {
    /// When it has waited long enough for an answer to a SYN.
    pub(super) fn answer_due(&self) -> Option<Timestamp> {
        self.reopening.as_deref().map(|reopening| reopening.since + timeouts::TCP_ATTEMPT)
    }

    /// Whether something is kept.
    pub(crate) fn waits(&self) -> bool {
        self.reopening.is_some()
    }

    /// What was kept, and when it came: nobody has said that the connection goes on.
    pub(crate) fn take_reopening(&mut self) -> Option<(Timestamp, Vec<Syn>)> {
        self.reopening.take().map(|reopening| (reopening.since, reopening.kept))
    }

    /// Keeps a packet that may begin another connection.
    #[cold]
    pub(crate) fn keep(&mut self, packet: &Packet, payload: &[u8]) {
        if let Transport::Tcp(header) = &packet.transport {
            let new = || Box::new(Reopening::new(packet, header));
            self.reopening.get_or_insert_with(new).keep(packet, payload);
        }
    }

    /// What this packet means for the connection.
    #[inline]
    pub(crate) fn fate<H: Handler>(
        &mut self,
        (packet, header): (&Packet, &Header),
        payload: &[u8],
        out: &mut Delivery<'_, H>,
    ) -> Fate {
        const SYN: u8 = 2;
        if header.flags & SYN == 0 && self.reopening.is_none() {
            return Fate::GoesOn;
        }
        self.rare_fate((packet, header), payload, out)
    }

    #[cold]
    fn rare_fate<H: Handler>(
        &mut self,
        (packet, header): (&Packet, &Header),
        payload: &[u8],
        out: &mut Delivery<'_, H>,
    ) -> Fate {
        if let Some(reopening) = self.reopening.as_deref() {
            let sender = reopening.kept.first().map(|syn| syn.packet.src);
            let is_same_sender = sender == Some(packet.src) && reopening.source == header.source;
            match reopening.judge(header, is_same_sender) {
                Some(fate) => return fate,
                None => self.refute(out.facts),
            }
        }
        let alive = !self.orig.closed && !self.resp.closed;
        // In this order: who asks whether a packet arrives counts its checksum, which is done again later.
        if !self.is_reuse(header, out) || alive && !self.arrives(packet, payload, out) {
            return Fate::GoesOn;
        }
        let segment = Segment::new(header, 0, &[]);
        let can_be_answered = self.resp.active || self.orig.state == State::SynSent;
        // What lies within tunnels begins at once: the tunnels of a packet are not kept.
        let waits = alive && can_be_answered && !segment.ack() && packet.tunnels == 0;
        if waits { Fate::Waits } else { Fate::Over }
    }

    /// Whether a packet gets as far as the other end. One that does not will be doubted, whatever it says.
    fn arrives<H: Handler>(&mut self, packet: &Packet, payload: &[u8], out: &mut Delivery<'_, H>) -> bool {
        let from = out.facts.sender(&Ends::of(packet));
        let (endpoint, peer) = self.pair(from);
        out.is_sound(from, packet.checksum, payload)
            && !endpoint.bearing.falls_short(packet.time_to_live, &peer.bearing)
    }

    /// The connection at hand goes on: what was kept belongs to it, and does nothing.
    pub(crate) fn refute(&mut self, facts: &mut Facts) {
        for Syn { packet, .. } in self.reopening.take().into_iter().flat_map(|reopening| reopening.kept) {
            facts.count(facts.sender(&Ends::of(&packet)), &packet);
        }
    }

    /// Whether this packet opens a new connection between the same ends.
    fn is_reuse<H: Handler>(&self, header: &Header, out: &mut Delivery<'_, H>) -> bool {
        let segment = Segment::new(header, 0, &[]);
        if !segment.syn() || (segment.ack() && self.orig.state != State::Inactive) {
            return false;
        }
        let reset = self.orig.state == State::Reset || self.resp.state == State::Reset;
        if !self.orig.closed && !self.resp.closed {
            let opener = if segment.ack() { &self.resp } else { &self.orig };
            // A SYN that comes after its SYN+ACK: the capture has exchanged them.
            let exchanged = !segment.ack()
                && opener.state == State::SynAckSent
                && self.resp.state == State::Inactive
                && segment.sequence == self.resp.sequence.start();
            if segment.sequence == opener.sequence.start() || exchanged {
                return false;
            }
            out.violation(match opener.state {
                State::SynSent => Violation::SynSequenceJump,
                _ => Violation::ActiveReuse,
            });
        } else if !reset {
            let half_open = [&self.orig, &self.resp]
                .iter()
                .any(|endpoint| endpoint.state != State::Inactive && !endpoint.closed);
            if half_open {
                out.violation(Violation::ActiveReuse);
            } else if out.now.since(out.facts.latest) < timeouts::TCP_LINGER {
                out.violation(Violation::PrematureReuse);
            }
        }
        true
    }
}
