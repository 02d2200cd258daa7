//! How a segment moves the ends of a connection from state to state.

use records::Sender;

use super::endpoint::State;
use super::segment::Segment;
use super::verdict::lies_between;
use super::{Outcome, Tcp};
use crate::facts::Delivery;
use crate::handler::Handler;
use crate::timeouts;
use crate::violation::Violation;

impl Tcp {
    /// Moves the sender's state. Returns who sent the segment, which changes where the ends turn out to be exchanged.
    pub(super) fn change_state<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        step: i32,
        out: &mut Delivery<'_, H>,
    ) -> (Sender, Outcome) {
        let (endpoint, _) = self.pair(from);
        match endpoint.state {
            State::Inactive => self.leave_inactive(segment, from, out),
            State::SynSent | State::SynAckSent => (from, self.leave_syn_sent(segment, from, out)),
            State::Established | State::Partial => (from, self.leave_established(segment, from, out)),
            State::Closed => (from, self.leave_closed(segment, from, step, out)),
            State::Reset => (from, stay_reset(segment, endpoint.closed, out)),
        }
    }

    /// Sets the state of `from`.
    fn set_state(&mut self, from: Sender, state: State) {
        let (endpoint, peer) = self.pair(from);
        let completes = endpoint.set_state(state, peer.state);
        self.established |= completes;
    }

    fn peer_state(&mut self, from: Sender) -> State {
        self.pair(from).1.state
    }

    fn leave_inactive<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        mut from: Sender,
        out: &mut Delivery<'_, H>,
    ) -> (Sender, Outcome) {
        let mut outcome = Outcome::default();
        if segment.syn() {
            match from {
                Sender::Originator => self.opened(segment, out),
                Sender::Responder => from = self.answered(segment, out),
            }
        }
        if segment.fin() {
            self.set_state(from, State::Closed);
            outcome = Outcome { close: true, finished: true };
            if self.peer_state(from) != State::Partial && !segment.syn() {
                out.violation(Violation::SpontaneousFin);
            }
        }
        if segment.reset() {
            self.set_state(from, State::Reset);
            let peer = self.peer_state(from);
            let rejects = match from {
                // SYN+ACK seen but no SYN: the answer to a scan under our name.
                Sender::Originator => peer == State::Established,
                Sender::Responder => matches!(peer, State::SynSent | State::SynAckSent),
            };
            outcome = Outcome { close: true, finished: !rejects };
            if !rejects && peer == State::Inactive {
                out.violation(Violation::SpontaneousReset);
            }
        }
        if self.pair(from).0.state == State::Inactive {
            self.joined(segment, from);
        }
        (from, outcome)
    }

    /// The originator's first packet is a SYN, or a SYN+ACK.
    fn opened<H: Handler>(&mut self, segment: &Segment<'_>, out: &mut Delivery<'_, H>) {
        if segment.ack() {
            out.violation(Violation::OriginatorSynAck);
            self.set_state(Sender::Originator, State::SynAckSent);
        } else {
            self.set_state(Sender::Originator, State::SynSent);
        }
        self.attempt_until.fix(out.now + timeouts::TCP_ATTEMPT);
    }

    /// The responder's first packet is a SYN+ACK, or a SYN.
    fn answered<H: Handler>(&mut self, segment: &Segment<'_>, out: &mut Delivery<'_, H>) -> Sender {
        let mut from = Sender::Responder;
        let orig = &self.orig;
        if segment.ack() {
            let known = !matches!(orig.state, State::Inactive | State::Partial);
            let range = (orig.sequence.start(), orig.sequence.last());
            if known && !lies_between(segment.acknowledgment, range.0, range.1) {
                out.violation(Violation::BadSynAck);
                self.resp.answered_badly = true;
            }
        } else if orig.state == State::SynAckSent
            && segment.sequence == self.resp.sequence.start()
            && orig.reassembly.delivered() <= 1
        {
            // The SYN comes after its SYN+ACK: the capture has exchanged them, so its sender is the originator. Data that
            // was handed on as the other's cannot be taken back.
            self.turn_round(out);
            self.set_state(Sender::Responder, State::Established);
            self.orig_seen = true;
            from = Sender::Originator;
        } else {
            out.violation(Violation::SimultaneousOpen);
        }
        match self.peer_state(from) {
            State::SynSent => self.set_state(from.other(), State::Established),
            State::Inactive => out.violation(Violation::UnsolicitedSynAck),
            _ => {}
        }
        self.set_state(from, State::Established);
        from
    }

    /// The first packet of an end has no flag that tells its state.
    fn joined(&mut self, segment: &Segment<'_>, from: Sender) {
        let bare_answer =
            from == Sender::Responder && segment.length == 0 && self.orig.state == State::SynSent;
        if bare_answer {
            // Some acknowledge a SYN before they answer it.
        } else if segment.ack() && self.peer_state(from) == State::Established {
            // The SYN was missed, the handshake is complete all the same.
            self.set_state(from, State::Established);
            self.partial = false;
            self.mark_seen(from);
        } else {
            self.set_state(from, State::Partial);
        }
    }

    fn leave_syn_sent<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        out: &mut Delivery<'_, H>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        if segment.fin() {
            if matches!(self.peer_state(from), State::Inactive | State::SynSent) {
                out.violation(Violation::InappropriateFin);
            }
            self.set_state(from, State::Closed);
            outcome = Outcome { close: true, finished: true };
        }
        if segment.reset() {
            self.set_state(from, State::Reset);
            self.over = true;
            outcome.close = true;
        } else if segment.length > 0 {
            out.violation(Violation::DataBeforeEstablished);
        }
        outcome
    }

    fn leave_established<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        out: &mut Delivery<'_, H>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let (endpoint, peer) = self.pair(from);
        let unanswered = endpoint.state == State::Partial && peer.state == State::Inactive;
        if segment.syn() && unanswered && !segment.ack() {
            out.violation(Violation::SynAfterPartial);
            self.set_state(from, State::SynSent);
        }
        if segment.fin() && !segment.reset() {
            self.set_state(from, State::Closed);
            let (_, peer) = self.pair(from);
            if peer.state == State::Reset && peer.previous == State::Closed {
                // A FIN, then an RST: the regular end.
                self.set_state(from.other(), State::Closed);
            }
            outcome = Outcome { close: true, finished: true };
        }
        if segment.reset() {
            self.set_state(from, State::Reset);
            outcome.close = true;
            let (_, peer) = self.pair(from);
            if peer.state != State::Reset || peer.previous != State::Established {
                self.over = true;
            }
        }
        outcome
    }

    fn leave_closed<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        step: i32,
        out: &mut Delivery<'_, H>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        if segment.syn() {
            out.violation(Violation::SynAfterClose);
        }
        if segment.fin() && step > 0 {
            out.violation(Violation::FinAdvanced);
        }
        if segment.reset() && self.peer_state(from) != State::Closed {
            self.set_state(from, State::Reset);
            outcome.close = !self.pair(from).0.closed;
        }
        outcome
    }
}

fn stay_reset<H: Handler>(segment: &Segment<'_>, closed: bool, out: &mut Delivery<'_, H>) -> Outcome {
    if segment.syn() {
        out.violation(Violation::SynAfterReset);
    }
    if segment.fin() {
        out.violation(Violation::FinAfterReset);
    }
    if segment.length > 0 && !segment.reset() {
        out.violation(Violation::DataAfterReset);
    }
    // The RST before was perhaps not obeyed, but this one may be.
    Outcome { close: segment.reset() && !closed, finished: false }
}
