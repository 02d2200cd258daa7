//! TCP connections: who opened, how far both ends have come, and their bytes in order.
//!
//! States, time-outs and what counts follow Zeek, so that `conn_state`, `history` and byte counts mean the same.

mod bearing;
mod early;
mod endpoint;
mod prints;
mod reassembly;
mod reopening;
mod revival;
mod segment;
mod sequence;
mod states;
mod verdict;

use packets::{Packet, Tcp as Header};
use records::Sender;

use self::bearing::Doubt;
use self::endpoint::{Endpoint, State};
pub(crate) use self::reassembly::Budget;
use self::reassembly::{Gaps, Stream};
pub(crate) use self::reopening::Fate;
use self::reopening::Reopening;
use self::segment::Segment;
use self::sequence::ahead;
use crate::facts::{Delivery, Facts};
use crate::handler::Handler;
use crate::server_ports::is_tcp_server;
use crate::timeouts::{self, Appointment};
use crate::violation::Violation;

/// The state of a TCP connection.
#[derive(Debug, Default)]
pub(crate) struct Tcp {
    orig: Endpoint,
    resp: Endpoint,
    /// The first packet was not a SYN.
    partial: bool,
    orig_seen: bool,
    resp_seen: bool,
    /// The handshake is over, or never was one.
    established: bool,
    /// Finished, reset or rejected.
    over: bool,
    close_deferred: bool,
    /// The SYN's time-out.
    attempt_until: Appointment,
    /// When it is taken out of the table, once both ends have closed.
    remove_at: Appointment,
    /// When one end had closed.
    half_closed_at: Appointment,
    /// SYNs that may begin another connection.
    reopening: Option<Box<Reopening>>,
}

/// What a segment leads to.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    /// The sender's end closes.
    close: bool,
    /// And that is the regular way.
    finished: bool,
}

impl Tcp {
    /// Whether the packet that opens a connection was sent by the one who answers. Not for a SYN, and for a SYN+ACK
    /// only by the ports: it may be a stealth scan.
    pub(crate) fn starts_turned_round(header: &Header) -> bool {
        const SYN: u8 = 2;
        const ACK: u8 = 16;
        let syn = header.flags & SYN != 0;
        if syn && header.flags & ACK == 0 {
            return false;
        }
        match (is_tcp_server(header.source), is_tcp_server(header.destination)) {
            (true, true) => !syn && header.source < header.destination,
            (from_server, _) => from_server,
        }
    }

    pub(crate) fn packet<H: Handler>(
        &mut self,
        (packet, header): (&Packet, &Header),
        payload: &[u8],
        from: Sender,
        (budget, out): (&mut Budget, &mut Delivery<'_, H>),
    ) {
        let segment = Segment::new(header, packet.payload_length, payload);
        if let Some(doubt) = self.doubt(&segment, (packet, payload), from, out) {
            return self.set_aside(doubt, &segment, from, (budget, out));
        }
        if let Some(fin) = self.pair(from).1.bearing.fin_taken(&segment) {
            self.believe(&fin, from.other(), (budget, out));
        }
        self.believe(&segment, from, (budget, out));
    }

    fn believe<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        (budget, out): (&mut Budget, &mut Delivery<'_, H>),
    ) {
        self.note_partial(segment, from);
        self.revive(segment, from);

        let (endpoint, peer) = self.pair(from);
        let peer_state = peer.state;
        endpoint.begin(segment, peer_state, out);
        let relative = endpoint.sequence.relative(segment.sequence);
        if let Some(number) = endpoint.confirmed_at(relative.value)
            && !relative.before_start
            && !segment.reset()
        {
            self.acknowledge(number, from, budget, out);
        }
        let (endpoint, peer) = self.pair(from);
        if segment.reset() {
            endpoint.reset_exactly |= endpoint.is_reset_exact(segment, peer);
        }
        let relative = endpoint.sequence.relative(segment.sequence);
        endpoint.note_flags(segment, from, relative.value, out);
        endpoint.note_window(segment, from, peer_state, out);
        if relative.before_start && !segment.reset() {
            out.violation(Violation::SequenceUnderflow);
        }
        if segment.syn() && segment.length > 0 {
            out.violation(Violation::SynWithData);
        }
        if segment.fin() {
            endpoint.fin_seen = true;
            endpoint.fin_end = relative.value.wrapping_add(u64::from(segment.span()));
        }
        if !(self.orig.closed && self.resp.closed) {
            out.facts.touch(out.now);
        }

        let acknowledged = self.acknowledgment(segment, from, out);
        let (endpoint, _) = self.pair(from);
        let step = endpoint.advance(segment, from, out);
        endpoint.active = true;

        let (from, outcome) = self.change_state(segment, from, step, out);
        if let Some(number) = acknowledged {
            self.acknowledge(number, from.other(), budget, out);
        }
        self.mark_seen(from);
        if segment.length > 0 && !segment.reset() && !relative.before_start {
            let sequence = relative.value.saturating_add(u64::from(segment.syn()));
            self.deliver(sequence, segment, from, (budget, out));
        }
        self.check_end(from, out);
        if outcome.close && (!segment.reset() || self.pair(from).0.reset_exactly) {
            self.close(from, outcome.finished, out);
        }
    }

    /// What speaks against believing a segment.
    #[inline]
    fn doubt<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        (packet, payload): (&Packet, &[u8]),
        from: Sender,
        out: &mut Delivery<'_, H>,
    ) -> Option<Doubt> {
        let (endpoint, peer) = self.pair(from);
        if endpoint.looks_at_checksum(segment) && !out.is_sound(from, packet.checksum, payload) {
            return Some(Doubt::Checksum);
        }
        if endpoint.bearing.falls_short(packet.time_to_live, &peer.bearing) {
            return Some(Doubt::TimeToLive);
        }
        if endpoint.is_beyond_window(segment, peer) {
            return Some(Doubt::Window);
        }
        if endpoint.acknowledges_nothing(segment, peer) {
            return Some(Doubt::NoAcknowledgment);
        }
        if endpoint.is_odd_syn(segment, peer) {
            return Some(Doubt::Syn);
        }
        endpoint.bearing.offers(segment, &peer.bearing);
        None
    }

    /// A segment that is doubted changes nothing, but its data may turn out to be what the other end got.
    #[cold]
    fn set_aside<H: Handler>(
        &mut self,
        doubt: Doubt,
        segment: &Segment<'_>,
        from: Sender,
        (budget, out): (&mut Budget, &mut Delivery<'_, H>),
    ) {
        match doubt {
            Doubt::Checksum => out.bad_checksum(from),
            Doubt::TimeToLive => out.violation(Violation::TimeToLiveTooSmall),
            Doubt::Window => out.violation(Violation::OutOfWindow),
            Doubt::NoAcknowledgment => out.violation(Violation::NoAcknowledgment),
            Doubt::Syn => out.violation(Violation::SynSequenceJump),
        }
        if !(self.orig.closed && self.resp.closed) {
            out.facts.touch(out.now);
        }
        if segment.syn() || segment.reset() {
            return;
        }
        let (endpoint, _) = self.pair(from);
        let relative = endpoint.sequence.relative(segment.sequence);
        endpoint.bearing.doubt(segment);
        if !relative.before_start && segment.is_whole() {
            endpoint.reassembly.set_aside(relative.value, segment.payload, budget);
        }
    }

    fn pair(&mut self, from: Sender) -> (&mut Endpoint, &mut Endpoint) {
        match from {
            Sender::Originator => (&mut self.orig, &mut self.resp),
            Sender::Responder => (&mut self.resp, &mut self.orig),
        }
    }

    fn note_partial(&mut self, segment: &Segment<'_>, from: Sender) {
        match from {
            Sender::Originator if !self.orig_seen => self.partial = !segment.syn() || segment.ack(),
            Sender::Responder if !self.resp_seen && !self.partial => self.partial = !segment.syn(),
            Sender::Originator | Sender::Responder => {}
        }
    }

    fn mark_seen(&mut self, from: Sender) {
        match from {
            Sender::Originator => self.orig_seen = true,
            Sender::Responder => self.resp_seen = true,
        }
    }

    /// Takes the acknowledgment into account; its relative number.
    fn acknowledgment<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        out: &mut Delivery<'_, H>,
    ) -> Option<u64> {
        if !segment.ack() {
            return None;
        }
        let (endpoint, peer) = self.pair(from);
        if peer.state == State::Inactive {
            let plain = !segment.syn() && !segment.fin() && !segment.reset();
            if plain && matches!(endpoint.state, State::SynSent | State::SynAckSent | State::Established) {
                out.violation(Violation::PossibleSplitRouting);
            }
            peer.sequence.start_at_acknowledgment(segment.acknowledgment);
            return Some(1);
        }
        let relative = peer.sequence.relative_acknowledgment(segment.acknowledgment);
        if relative.before_start {
            out.violation(Violation::AckUnderflow);
            return Some(0);
        }
        if !segment.reset() {
            peer.sequence.acknowledge(segment.acknowledgment, peer.active);
        }
        peer.note_acknowledged(relative.value);
        if peer.bearing.was_taken(segment.acknowledgment) {
            peer.sequence.reaches(segment.acknowledgment);
        }
        // What the other end has not shown to have sent yet is believed when it has.
        Some(if peer.active { relative.value.min(peer.shown()) } else { relative.value })
    }

    fn stream(&mut self, from: Sender) -> Stream {
        let partial = self.partial;
        let (endpoint, peer) = self.pair(from);
        Stream {
            from,
            clean: endpoint.is_clean() && peer.is_clean(),
            partial,
            acknowledged: endpoint.sequence.relative_acknowledged(),
            nothing_acknowledged: endpoint.sequence.nothing_acknowledged(),
            peer_seen: peer.active,
            size: endpoint.size(peer.state),
        }
    }

    /// `from`'s bytes before `number` have arrived at the other end.
    fn acknowledge<H: Handler>(
        &mut self,
        number: u64,
        from: Sender,
        budget: &mut Budget,
        out: &mut Delivery<'_, H>,
    ) {
        let (endpoint, _) = self.pair(from);
        let number = if endpoint.fin_seen && number >= endpoint.fin_end {
            endpoint.fin_end.saturating_sub(1)
        } else {
            number
        };
        // Most say nothing new.
        if number > endpoint.reassembly.acknowledged() {
            let stream = self.stream(from);
            let (endpoint, _) = self.pair(from);
            let gaps = endpoint.reassembly.acknowledge(number, stream, (budget, out));
            self.note_gaps(gaps, from, out.facts);
        }
        self.check_end(from, out);
    }

    fn deliver<H: Handler>(
        &mut self,
        sequence: u64,
        segment: &Segment<'_>,
        from: Sender,
        (budget, out): (&mut Budget, &mut Delivery<'_, H>),
    ) {
        if !segment.is_whole() {
            return out.violation(Violation::TruncatedPayload);
        }
        let stream = self.stream(from);
        let (endpoint, _) = self.pair(from);
        let gaps = endpoint.reassembly.segment(sequence, segment.payload, stream, (budget, out));
        self.note_gaps(gaps, from, out.facts);
    }

    fn note_gaps(&mut self, gaps: Gaps, from: Sender, facts: &mut Facts) {
        facts.missed_bytes = facts.missed_bytes.saturating_add(gaps.bytes);
        let (endpoint, _) = self.pair(from);
        for _ in 0..gaps.count {
            facts.history.add_scaled(from, &mut endpoint.gaps, b'G');
        }
    }

    fn check_end<H: Handler>(&mut self, from: Sender, out: &mut Delivery<'_, H>) {
        let (endpoint, peer) = self.pair(from);
        if endpoint.ends_now(peer) {
            out.half_closed(from);
            if self.close_deferred {
                self.close(from, false, out);
                self.close_deferred = false;
            }
        }
    }

    /// `from`'s end closes, once its data is delivered.
    fn close<H: Handler>(&mut self, from: Sender, finished: bool, out: &mut Delivery<'_, H>) {
        let (endpoint, peer) = self.pair(from);
        if endpoint.has_data_pending(peer) {
            self.close_deferred = true;
            return;
        }
        let already = std::mem::replace(&mut endpoint.closed, true);
        let complete = endpoint.state == State::Reset || peer.closed || peer.state == State::Inactive;
        let news = endpoint.previous != State::Inactive || peer.state != State::Inactive;
        self.close_deferred = false;
        if already {
            return;
        }
        if complete {
            self.over |= news && finished;
            self.remove_at.fix_no_later(out.facts.latest + timeouts::TCP_CLOSE);
        } else {
            self.half_closed_at.fix(out.facts.latest);
        }
    }

    /// Nothing more will come: what still waits is delivered.
    pub(crate) fn finish<H: Handler>(&mut self, budget: &mut Budget, out: &mut Delivery<'_, H>) {
        for from in [Sender::Originator, Sender::Responder] {
            let (endpoint, _) = self.pair(from);
            if let Some(end) = endpoint.fin_acknowledged() {
                endpoint.reassembly.forget_from(end.saturating_sub(1), budget);
            }
            if endpoint.fin_acknowledged().is_none() {
                // Cut off before anything could tell: what is doubted is better than nothing.
                endpoint.reassembly.take_aside(None, from, budget, out);
            }
            if let Some(number) = endpoint.confirmed_at(u64::MAX) {
                self.acknowledge(number, from, budget, out);
            }
            let (endpoint, _) = self.pair(from);
            endpoint.reassembly.finish(from, budget, out);
            endpoint.reassembly.release(budget);
        }
    }

    /// Bytes that are kept cost so much.
    pub(crate) fn kept(&self) -> usize {
        self.orig.reassembly.kept().saturating_add(self.resp.reassembly.kept())
    }

    /// Gives up what is missing, so that nothing is kept.
    pub(crate) fn give_way<H: Handler>(&mut self, budget: &mut Budget, out: &mut Delivery<'_, H>) {
        for from in [Sender::Originator, Sender::Responder] {
            let stream = self.stream(from);
            let (endpoint, _) = self.pair(from);
            let mut gaps = Gaps::default();
            if endpoint.reassembly.kept() > 0 {
                endpoint.reassembly.give_way(stream, &mut gaps, (budget, out));
            }
            self.note_gaps(gaps, from, out.facts);
        }
    }

    fn turn_round<H: Handler>(&mut self, out: &mut Delivery<'_, H>) {
        std::mem::swap(&mut self.orig, &mut self.resp);
        std::mem::swap(&mut self.orig_seen, &mut self.resp_seen);
        self.partial = false;
        out.turn_round();
    }
}
