//! An RST that nobody obeyed: where both ends go on after it, it was sent to mislead a listener.

use records::Sender;

use super::Tcp;
use super::endpoint::{Endpoint, State};
use super::segment::Segment;
use crate::timeouts::Appointment;

impl Endpoint {
    /// Whether an RST stands where the other end expects it. Others are challenged and not obeyed (RFC 5961,
    /// section 3.2).
    pub(super) fn is_reset_exact(&self, segment: &Segment<'_>, peer: &Self) -> bool {
        let handshake = self.state != State::Established || peer.state != State::Established;
        handshake
            || segment.sequence == self.sequence.last()
            || self.sequence.is_acknowledged_up_to(segment.sequence)
    }

    fn was_alive(&self) -> bool {
        self.state == State::Reset
            && matches!(self.previous, State::SynSent | State::Partial | State::Established)
    }

    /// Goes on as if there had been no RST.
    fn revive(&mut self, peer: State) {
        self.state = match self.previous {
            State::SynSent if peer == State::Established => State::Established,
            previous => previous,
        };
        self.closed = false;
        self.reset_exactly = false;
        self.reassembly.ended = false;
    }
}

impl Tcp {
    /// Undoes an RST, if this segment shows that it was not obeyed.
    #[inline]
    pub(super) fn revive(&mut self, segment: &Segment<'_>, from: Sender) {
        if self.orig.state == State::Reset || self.resp.state == State::Reset {
            self.revive_if_alive(segment, from);
        }
    }

    #[cold]
    fn revive_if_alive(&mut self, segment: &Segment<'_>, from: Sender) {
        if segment.reset() || segment.syn() || !segment.ack() {
            return;
        }
        let (endpoint, peer) = self.pair(from);
        let number = segment.acknowledgment;
        // Who reset takes more of what the other end sent.
        let goes_on = endpoint.was_alive() && peer.sequence.is_news(number);
        // The other end takes what was sent after the RST.
        let relative = peer.sequence.relative_acknowledgment(number);
        let is_obeyed = relative.before_start
            || relative.value <= peer.sequence.relative_last()
            || relative.value > peer.reassembly.delivered();
        let went_on = peer.was_alive() && !is_obeyed;
        if goes_on {
            endpoint.revive(peer.state);
        }
        if went_on {
            peer.revive(endpoint.state);
            peer.sequence.reaches(number);
        }
        if goes_on || went_on {
            self.over = false;
            self.close_deferred = false;
            self.remove_at = Appointment::default();
            self.half_closed_at = Appointment::default();
        }
    }
}
