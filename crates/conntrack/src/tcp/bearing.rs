//! What tells whether the receiver took a segment. Who wants to mislead a listener sends segments that the receiver
//! will not take: with a wrong checksum, too few hops left, outside of the window, or without an acknowledgment. Such
//! a segment moves nothing; its data is set aside until the receiver acknowledges it after all.

use super::endpoint::{Endpoint, State};
use super::segment::Segment;
use super::sequence::ahead;

/// So many hops fewer than its sender's other packets have left make a packet strange; routes change a little.
const HOPS_LESS: u8 = 4;
/// The way there and the way back may differ by so many hops.
const HOPS_ASYMMETRY: u8 = 2;
/// The window of an end of which no SYN tells the scale: what hosts offer at most by default.
const WINDOW_UNKNOWN: u32 = 16 << 20;
/// Windows are measured by the acknowledgments that were captured. Some are lost, so they count double.
const WINDOW_FACTOR: u64 = 2;
/// In order, a segment of this length lies in any window, or near enough.
const LENGTH_SURE: u32 = 1 << 16;
/// Data in order in longer segments, beyond the first bytes of a stream, is taken without a look at its checksum: to
/// sum it up would cost more than all else that is done for it, and who misleads with it must do so at length.
const SUMMED_LENGTH: u32 = 1024;
const SUMMED_BEGINNING: u64 = 4096;
/// So many segments out of the window, each behind the one before, are believed: the acknowledgments are not in the
/// capture.
const IN_A_ROW: u8 = 16;

/// Why a segment is doubted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Its checksum is wrong, unlike those of its sender's other packets.
    Checksum,
    /// It will not get as far as the receiver.
    TimeToLive,
    /// It lies outside of what the receiver takes.
    Window,
    /// It acknowledges nothing, as only the first SYN does.
    NoAcknowledgment,
    /// A SYN within a connection.
    Syn,
}

/// How windows of an end are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Scale {
    /// Its SYN was not seen.
    #[default]
    Unknown,
    /// Its SYN has no such option.
    Without,
    By(u8),
}

/// What the packets of one end have shown.
#[derive(Debug, Default)]
pub(crate) struct Bearing {
    scale: Scale,
    /// The largest of its time-to-live values as they arrive here; 0 where it is not known.
    time_to_live: u8,
    /// The largest window that it offered.
    window: u32,
    /// Mostly there are none.
    doubts: Option<Box<Doubts>>,
}

/// Segments that are doubted.
#[derive(Debug)]
struct Doubts {
    /// Where they lie.
    from: u32,
    to: u32,
    /// How many follow one another.
    in_a_row: u8,
    /// One past a FIN among them.
    fin: Option<u32>,
}

impl Bearing {
    /// Takes note of the time-to-live; whether the packet comes short of the other end.
    pub(super) fn falls_short(&mut self, time_to_live: u8, peer: &Self) -> bool {
        if time_to_live >= self.time_to_live {
            self.time_to_live = time_to_live;
            return false;
        }
        let strange = self.time_to_live - time_to_live > HOPS_LESS && time_to_live > 0;
        strange && peer.time_to_live > 0 && time_to_live <= hops(peer.time_to_live) + HOPS_ASYMMETRY
    }

    /// Takes note of the window that a segment offers.
    pub(super) fn offers(&mut self, segment: &Segment<'_>, peer: &Self) {
        let offered = u32::from(segment.window);
        let offered = match (self.scale, peer.scale) {
            _ if segment.syn() => {
                self.scale = segment.window_scale.map_or(Scale::Without, Scale::By);
                offered
            }
            (Scale::Unknown, _) | (_, Scale::Unknown) => WINDOW_UNKNOWN,
            (Scale::Without, _) | (_, Scale::Without) => offered,
            (Scale::By(bits), Scale::By(_)) => offered << bits,
        };
        self.window = self.window.max(offered);
    }

    /// Notes where a doubted segment lies.
    pub(super) fn doubt(&mut self, segment: &Segment<'_>) {
        let end = segment.one_past();
        let follows = self.follows(segment);
        let new = || Box::new(Doubts { from: segment.sequence, to: end, in_a_row: 0, fin: None });
        let doubts = self.doubts.get_or_insert_with(new);
        if !follows {
            (doubts.from, doubts.to, doubts.in_a_row) = (segment.sequence, end, 0);
        } else if ahead(end, doubts.to) > 0 {
            doubts.to = end;
        }
        doubts.in_a_row = doubts.in_a_row.saturating_add(1);
        if segment.fin() {
            doubts.fin = Some(end);
        }
    }

    fn follows(&self, segment: &Segment<'_>) -> bool {
        self.doubts.as_deref().is_some_and(|doubts| {
            ahead(segment.sequence, doubts.from) > 0
                && ahead(segment.sequence, doubts.to).unsigned_abs() <= u32::from(u16::MAX)
        })
    }

    /// Whether so many doubted segments follow one another that this one is believed.
    fn is_led_up_to(&self, segment: &Segment<'_>) -> bool {
        self.follows(segment) && self.doubts.as_deref().is_some_and(|doubts| doubts.in_a_row >= IN_A_ROW)
    }

    /// A doubted FIN that this acknowledgment shows to be true, as a segment of its own.
    #[inline]
    pub(super) fn fin_taken<'a>(&mut self, segment: &Segment<'_>) -> Option<Segment<'a>> {
        let fin = &mut self.doubts.as_deref_mut()?.fin;
        let end = fin.filter(|end| segment.ack() && *end == segment.acknowledgment)?;
        *fin = None;
        Some(Segment::fin_before(end, u16::MAX))
    }

    /// Whether doubted segments reach to this acknowledgment: then they were taken.
    #[inline]
    pub(super) fn was_taken(&mut self, acknowledgment: u32) -> bool {
        let Some(doubts) = self.doubts.as_deref_mut() else { return false };
        let taken = ahead(acknowledgment, doubts.from) > 0 && ahead(doubts.to, acknowledgment) >= 0;
        if taken {
            doubts.from = acknowledgment;
        }
        taken
    }
}

/// How many routers a packet has passed that began with one of the usual values.
fn hops(time_to_live: u8) -> u8 {
    match time_to_live {
        0..=64 => 64 - time_to_live,
        65..=128 => 128 - time_to_live,
        _ => u8::MAX - time_to_live,
    }
}

impl Endpoint {
    /// Whether this end's segment lies beyond what the other end can take.
    pub(super) fn is_beyond_window(&self, segment: &Segment<'_>, peer: &Self) -> bool {
        if segment.sequence == self.sequence.last() && !segment.fin() && segment.length <= LENGTH_SURE {
            return false;
        }
        if !self.active || !peer.active || segment.syn() || segment.reset() || self.state == State::Reset {
            return false;
        }
        let relative = self.sequence.relative(segment.sequence);
        let end = relative.value.saturating_add(u64::from(segment.span()));
        let room = u64::from(peer.bearing.window).saturating_mul(WINDOW_FACTOR);
        let is_open = matches!(self.state, State::Established | State::Partial);
        let arrived = relative.before_start || end <= self.reassembly.acknowledged();
        if segment.fin() && !self.fin_seen && is_open && arrived {
            // It would end the stream before what has arrived.
            return true;
        }
        let beyond = !relative.before_start && end > self.reassembly.reached().saturating_add(room);
        beyond && !self.is_credible_all_the_same(segment)
    }

    #[cold]
    fn is_credible_all_the_same(&self, segment: &Segment<'_>) -> bool {
        // Of long connections perhaps only SYN and FIN were captured.
        let first_after_syn = segment.fin() && self.sequence.only_syn_seen();
        first_after_syn || self.bearing.is_led_up_to(segment)
    }

    /// Whether the checksum of a segment is looked at.
    pub(super) fn looks_at_checksum(&self, segment: &Segment<'_>) -> bool {
        segment.length <= SUMMED_LENGTH
            || segment.sequence != self.sequence.last()
            || segment.syn()
            || segment.fin()
            || segment.reset()
            || self.reassembly.delivered() <= SUMMED_BEGINNING
    }

    /// Whether a segment within a connection says nothing of what its sender has received. Receivers drop it (RFC 9293,
    /// section 3.10.7.4).
    pub(super) fn acknowledges_nothing(&self, segment: &Segment<'_>, peer: &Self) -> bool {
        !segment.ack()
            && !segment.syn()
            && !segment.reset()
            && matches!(self.state, State::Established | State::Partial)
            && peer.active
    }

    /// Whether a SYN of this end speaks of another connection than the one at hand.
    pub(super) fn is_odd_syn(&self, segment: &Segment<'_>, peer: &Self) -> bool {
        segment.syn()
            && segment.sequence != self.sequence.start()
            && match self.state {
                State::SynSent => segment.ack(),
                State::Established => !self.can_be_corrected(segment, peer),
                State::Partial => self.size(peer.state) > 0,
                State::Inactive | State::SynAckSent | State::Closed | State::Reset => false,
            }
    }

    /// Whether the SYN+ACK before answered something else, and this one answers the peer's SYN.
    fn can_be_corrected(&self, segment: &Segment<'_>, peer: &Self) -> bool {
        self.answered_badly
            && segment.ack()
            && segment.acknowledgment == peer.sequence.start().wrapping_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_comes_short_where_it_has_fewer_hops_left_than_the_way_back_took() {
        let peer = Bearing { time_to_live: 52, ..Bearing::default() };
        let falls_short = |first, then| {
            let mut bearing = Bearing::default();
            assert!(!bearing.falls_short(first, &peer));
            bearing.falls_short(then, &peer)
        };
        assert!(falls_short(63, 12));
        assert!(falls_short(128, 1));
        assert!(!falls_short(63, 20), "it gets there");
        assert!(!falls_short(12, 9), "the route may have changed");
        assert!(!falls_short(1, 1), "so few are its habit");
    }

    #[test]
    fn hops_are_counted_from_the_usual_beginnings() {
        assert_eq!([64, 60, 128, 120, 255, 250].map(hops), [0, 4, 0, 8, 0, 5]);
    }
}
