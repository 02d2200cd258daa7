//! Sequence numbers of one direction in 64 bits, counted from its SYN.

/// Beyond such a step (1 MiB) the sequence number of a SYN or RST is not believed.
const STEP_MAX: i32 = 1 << 20;

/// The sequence space of one direction. Relative numbers count from the SYN, which is 0, so that the first byte is 1;
/// where no SYN was seen, one is imagined before the first packet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sequence {
    /// Number of the SYN.
    start: u32,
    /// One past the last byte that was sent.
    last: u32,
    /// What the other end acknowledged.
    acknowledged: u32,
    last_wraps: u32,
    acknowledged_wraps: u32,
}

/// A number relative to the start; `before_start` where it lies before it and `value` is meaningless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Relative {
    pub(crate) value: u64,
    pub(crate) before_start: bool,
}

/// How far `a` lies ahead of `b`.
pub(crate) fn ahead(a: u32, b: u32) -> i32 {
    a.wrapping_sub(b).cast_signed()
}

impl Sequence {
    pub(crate) fn start_at_syn(&mut self, sequence: u32, one_past: u32) {
        self.start_at(sequence, one_past);
    }

    pub(crate) fn start_midstream(&mut self, first: u32) {
        self.start_at(first.wrapping_sub(1), first);
    }

    /// The start as the other end's first acknowledgment tells it.
    pub(crate) fn start_at_acknowledgment(&mut self, acknowledgment: u32) {
        let start = acknowledgment.wrapping_sub(1);
        self.start_at(start, start);
    }

    fn start_at(&mut self, start: u32, last: u32) {
        *self = Self {
            start,
            last,
            acknowledged: start,
            last_wraps: u32::from(last < start),
            acknowledged_wraps: 0,
        };
    }

    pub(crate) fn start(&self) -> u32 {
        self.start
    }

    pub(crate) fn last(&self) -> u32 {
        self.last
    }

    pub(crate) fn relative(&self, number: u32) -> Relative {
        self.relative_to(number, self.last, self.last_wraps)
    }

    pub(crate) fn relative_acknowledgment(&self, number: u32) -> Relative {
        self.relative_to(number, self.acknowledged, self.acknowledged_wraps)
    }

    fn relative_to(&self, number: u32, reference: u32, wraps: u32) -> Relative {
        let wraps = match ahead(number, reference) {
            step if step < 0 && number > reference => wraps.saturating_sub(1),
            step if step > 0 && number < reference => wraps.saturating_add(1),
            _ => wraps,
        };
        if wraps == 0 {
            let value = i64::from(ahead(number, self.start));
            return Relative { value: value.cast_unsigned(), before_start: value < 0 };
        }
        Relative { value: self.count_of(number, wraps), before_start: false }
    }

    /// Counted from the start; wraps where the numbers lie.
    fn count_of(&self, number: u32, wraps: u32) -> u64 {
        ((u64::from(wraps) << 32) | u64::from(number)).wrapping_sub(u64::from(self.start))
    }

    pub(crate) fn relative_last(&self) -> u64 {
        self.count_of(self.last, self.last_wraps)
    }

    pub(crate) fn relative_acknowledged(&self) -> u64 {
        self.count_of(self.acknowledged, self.acknowledged_wraps)
    }

    /// Whether the other end has acknowledged no data.
    pub(crate) fn nothing_acknowledged(&self) -> bool {
        self.relative_acknowledged() <= 1
    }

    /// `sender_seen`: packets of the end that is acknowledged are in the capture, so that they tell how far it came.
    pub(crate) fn acknowledge(&mut self, number: u32, sender_seen: bool) {
        let step = ahead(number, self.acknowledged);
        if step < 0 && sender_seen && ahead(self.acknowledged, self.last) > 0 {
            // Before, more was acknowledged than was sent, and now it is less: that was a lie.
            self.take_back(number);
        }
        let broken = number == 0 && step > STEP_MAX;
        if step > 0 && !broken {
            if number < self.acknowledged {
                self.acknowledged_wraps = self.acknowledged_wraps.saturating_add(1);
            }
            self.acknowledged = number;
        }
    }

    /// Whether the other end acknowledges with this number what was sent and not acknowledged before.
    pub(crate) fn is_news(&self, number: u32) -> bool {
        ahead(number, self.acknowledged) > 0 && ahead(self.last, number) >= 0
    }

    /// Whether just so much was acknowledged.
    pub(crate) fn is_acknowledged_up_to(&self, number: u32) -> bool {
        self.acknowledged == number
    }

    fn take_back(&mut self, number: u32) {
        if number > self.acknowledged {
            self.acknowledged_wraps = self.acknowledged_wraps.saturating_sub(1);
        }
        self.acknowledged = number;
    }

    /// Nothing was seen of it but its SYN.
    pub(crate) fn only_syn_seen(&self) -> bool {
        self.last == self.start.wrapping_add(1)
    }

    /// It has sent all before this number.
    pub(crate) fn reaches(&mut self, one_past: u32) {
        if ahead(one_past, self.last) > 0 {
            self.move_last(one_past);
        }
    }

    /// Takes a segment's end into account. Returns how far it lies ahead, and whether it brings nothing new.
    pub(crate) fn advance(&mut self, one_past: u32, trust: Trust) -> (i32, bool) {
        let step = ahead(one_past, self.last);
        let too_far = !(-STEP_MAX..=STEP_MAX).contains(&step);
        if trust.syn_or_reset && too_far {
            return (step, false);
        }
        // Of long connections perhaps only SYN and FIN were captured: the FIN is right however far it is.
        if trust.fin && self.only_syn_seen() {
            self.move_last(one_past);
        } else if trust.after_reset {
            return (step, false);
        } else if step > 0 {
            self.move_last(one_past);
        } else {
            return (step, true);
        }
        (step, false)
    }

    fn move_last(&mut self, one_past: u32) {
        if one_past < self.last {
            self.last_wraps = self.last_wraps.saturating_add(1);
        }
        self.last = one_past;
    }

    /// How much was sent by these numbers, without SYN and FIN.
    pub(crate) fn size(&self, fin_seen: bool) -> u64 {
        let last = (u64::from(self.last_wraps) << 32) | u64::from(self.last);
        let acknowledged = (u64::from(self.acknowledged_wraps) << 32) | u64::from(self.acknowledged);
        let upper = last.max(acknowledged).cast_signed();
        let size = upper.saturating_sub(i64::from(self.start)).max(0).cast_unsigned().saturating_sub(1);
        if fin_seen { size.saturating_sub(1) } else { size }
    }
}

/// How far a segment's sequence number is believed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trust {
    pub(crate) syn_or_reset: bool,
    pub(crate) fin: bool,
    pub(crate) after_reset: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_beyond_32_bits() {
        let mut sequence = Sequence::default();
        sequence.start_at_syn(u32::MAX - 1, u32::MAX);
        for _ in 0..5 {
            let one_past = sequence.last().wrapping_add(1 << 30);
            sequence.advance(one_past, Trust::default());
        }
        assert_eq!(sequence.size(false), 5 << 30);
        let next = sequence.last();
        assert_eq!(sequence.relative(next).value, (5 << 30) + 1);
    }

    #[test]
    fn a_midstream_start_at_zero_counts_from_one() {
        let mut sequence = Sequence::default();
        sequence.start_midstream(0);
        sequence.advance(100, Trust::default());
        assert_eq!(sequence.relative(0), Relative { value: 1, before_start: false });
        assert_eq!(sequence.size(false), 100);
    }
}
