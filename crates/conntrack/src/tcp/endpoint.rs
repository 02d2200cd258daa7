//! One end of a TCP connection.

use records::Sender;

use super::bearing::Bearing;
use super::reassembly::Reassembly;
use super::segment::Segment;
use super::sequence::{Sequence, Trust};
use crate::facts::Delivery;
use crate::handler::Handler;
use crate::history::{Letter, Once};
use crate::violation::Violation;

/// How far an end has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing was seen from it.
    #[default]
    Inactive,
    SynSent,
    /// SYN+ACK without a SYN from the other end.
    SynAckSent,
    /// Packets, but no SYN.
    Partial,
    Established,
    /// FIN seen.
    Closed,
    /// RST seen.
    Reset,
}

impl State {
    fn is_handshake(self) -> bool {
        matches!(self, Self::Inactive | Self::SynSent | Self::SynAckSent)
    }
}

/// One end.
#[derive(Debug, Default)]
pub(crate) struct Endpoint {
    pub(crate) state: State,
    pub(crate) previous: State,
    /// Its end of the connection is closed and all its data delivered.
    pub(crate) closed: bool,
    pub(crate) fin_seen: bool,
    /// Whether any packet was seen from it.
    pub(crate) active: bool,
    /// Relative number one past the FIN.
    pub(crate) fin_end: u64,
    /// Just that was acknowledged.
    fin_confirmed: bool,
    /// Its SYN+ACK did not answer the SYN.
    pub(super) answered_badly: bool,
    /// Its RST stood where the other end expects it: others are not obeyed.
    pub(super) reset_exactly: bool,
    pub(super) bearing: Bearing,
    pub(crate) sequence: Sequence,
    pub(crate) reassembly: Reassembly,
    last_syn: u32,
    last_fin: u32,
    last_reset: u32,
    retransmissions: u32,
    zero_windows: u32,
    pub(crate) gaps: u32,
}

impl Endpoint {
    /// Changes the state; true where this completes the handshake.
    pub(crate) fn set_state(&mut self, state: State, peer: State) -> bool {
        if state == self.state {
            return false;
        }
        let completes = !state.is_handshake() && self.state.is_handshake() && peer.is_handshake();
        self.previous = self.state;
        self.state = state;
        completes
    }

    /// Established, or closed from there.
    pub(crate) fn is_clean(&self) -> bool {
        self.state == State::Established
            || (self.state == State::Closed && self.previous == State::Established)
    }

    pub(crate) fn size(&self, peer: State) -> u64 {
        let half_open_aborted = self.previous == State::SynSent
            && self.state == State::Reset
            && peer == State::Inactive
            && !self.sequence.nothing_acknowledged();
        match self.fin_acknowledged() {
            _ if half_open_aborted => 0,
            // Without SYN and FIN.
            Some(end) => end.saturating_sub(2),
            None => self.sequence.size(self.fin_seen),
        }
    }

    /// Relative number one past the FIN, if exactly so much was once acknowledged: then nothing was sent beyond it.
    pub(super) fn fin_acknowledged(&self) -> Option<u64> {
        self.fin_confirmed.then_some(self.fin_end)
    }

    /// Takes note of an acknowledgment of what it sent, up to `number`.
    pub(super) fn note_acknowledged(&mut self, number: u64) {
        self.fin_confirmed |= self.fin_seen && number == self.fin_end;
    }

    /// Relative number up to which it has shown that it sent.
    pub(super) fn shown(&self) -> u64 {
        self.sequence.relative_last().max(self.reassembly.delivered())
    }

    /// What is acknowledged and was shown since: the number that may be acted on now that it sends at `relative`.
    pub(super) fn confirmed_at(&self, relative: u64) -> Option<u64> {
        let claimed = self.sequence.relative_acknowledged();
        let open = self.active && claimed > self.reassembly.acknowledged();
        open.then(|| claimed.min(relative))
    }

    /// Sets the start of the sequence space where this segment tells it.
    pub(crate) fn begin<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        peer: State,
        out: &mut Delivery<'_, H>,
    ) {
        let moved = segment.syn() && segment.sequence != self.sequence.start();
        match self.state {
            State::Inactive if segment.syn() => {}
            State::Inactive => return self.sequence.start_midstream(segment.sequence),
            State::Established if !moved && segment.syn() && self.size(peer) > 0 => {
                return out.violation(Violation::SynInside);
            }
            State::SynSent | State::SynAckSent if moved => out.violation(Violation::SynSequenceJump),
            State::Established | State::Partial if segment.syn() => {
                if self.size(peer) > 0 {
                    out.violation(Violation::SynInside);
                }
                if moved {
                    out.violation(Violation::SynSequenceJump);
                }
            }
            // The RST may have been forged: with it began what is known of this end.
            State::Reset if segment.syn() && self.previous == State::Inactive => {}
            _ => return,
        }
        self.sequence.start_at_syn(segment.sequence, segment.one_past());
    }

    /// Writes the letters for the segment's flags.
    pub(crate) fn note_flags<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        relative: u64,
        out: &mut Delivery<'_, H>,
    ) {
        match (segment.syn(), segment.fin(), segment.reset()) {
            (_, true, true) => _ = out.once(from, Once::FinReset, b'I'),
            (true, true, _) | (true, _, true) => _ = out.once(from, Once::ManyFlags, b'Q'),
            (true, false, false) => {
                let letter = if segment.ack() { b'H' } else { b'S' };
                repeat(out, from, (Once::Syn, letter), &mut self.last_syn, relative);
            }
            (false, true, false) => {
                let end = relative.wrapping_add(u64::from(segment.length));
                repeat(out, from, (Once::Fin, b'F'), &mut self.last_fin, end);
            }
            (false, false, true) => repeat(out, from, (Once::Reset, b'R'), &mut self.last_reset, relative),
            (false, false, false) if segment.length > 0 => _ = out.once(from, Once::Data, b'D'),
            (false, false, false) if segment.ack() => _ = out.once(from, Once::Ack, b'A'),
            (false, false, false) => {}
        }
    }

    pub(crate) fn note_window<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        peer: State,
        out: &mut Delivery<'_, H>,
    ) {
        let matters = !segment.reset() && peer != State::Closed && self.state != State::Reset;
        if segment.window == 0 && matters {
            out.facts.history.add_scaled(from, &mut self.zero_windows, b'W');
        }
    }

    /// Takes the segment's end into account; returns how far it lies ahead of what was sent before.
    pub(crate) fn advance<H: Handler>(
        &mut self,
        segment: &Segment<'_>,
        from: Sender,
        out: &mut Delivery<'_, H>,
    ) -> i32 {
        let trust = Trust {
            syn_or_reset: segment.syn() || segment.reset(),
            fin: segment.fin(),
            after_reset: self.state == State::Reset,
        };
        let (step, nothing_new) = self.sequence.advance(segment.one_past(), trust);
        if nothing_new && segment.length > 0 {
            out.facts.history.add_scaled(from, &mut self.retransmissions, b'T');
        }
        step
    }

    /// Whether bytes that it sent are still missing, or unacknowledged ones of its peer wait.
    pub(crate) fn has_data_pending(&self, peer: &Self) -> bool {
        if self.reassembly.is_given_up() {
            return false;
        }
        let delivered = self.reassembly.delivered();
        let last = self.sequence.relative_last();
        if last.cast_signed() < delivered.cast_signed() {
            return false;
        }
        if delivered != last.wrapping_sub(1) && delivered != last {
            return true;
        }
        self.state != State::Reset && peer.reassembly.holds_unacknowledged()
    }

    /// Whether all that it will ever send has been delivered, told once.
    pub(crate) fn ends_now(&mut self, peer: &Self) -> bool {
        let over = self.fin_seen
            || self.state == State::Closed
            || (self.state == State::Reset && self.reset_exactly);
        if self.reassembly.ended || !over || self.has_data_pending(peer) {
            return false;
        }
        self.reassembly.ended = true;
        true
    }
}

/// Writes a letter the first time, and again when it comes with another sequence number.
fn repeat<H: Handler>(
    out: &mut Delivery<'_, H>,
    from: Sender,
    (kind, letter): (Once, Letter),
    last: &mut u32,
    number: u64,
) {
    #[expect(clippy::cast_possible_truncation, reason = "only whether it is the same matters")]
    let number = number as u32;
    if out.once(from, kind, letter) && number != *last {
        out.facts.history.add(from, letter);
    }
    *last = number;
}
