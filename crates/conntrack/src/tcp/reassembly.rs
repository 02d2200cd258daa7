//! The bytes of one direction in order. Segments in order are handed on as they are; those that come too early wait.
//!
//! What is missing is given up as Zeek does: when the other end acknowledges beyond it. Where acknowledgments are
//! not in the capture, or too much waits, it is given up earlier.

use records::{Sender, Stats};

use super::early::{Copies, Early, slice, trim};
use super::prints::Prints;
use crate::facts::Delivery;
use crate::handler::Handler;
use crate::violation::Violation;

/// Beyond so many bytes above a hole without any acknowledgment (`tcp_max_above_hole_without_any_acks`), or after
/// the start (`tcp_max_initial_window`), the other direction is not in the capture.
const WITHOUT_ACKS_MAX: u64 = 16_384;
/// So many bytes without a further acknowledgment say the same (`tcp_excessive_data_without_further_acks`).
const UNACKNOWLEDGED_MAX: u64 = 10 << 20;
/// So many bytes of doubted segments are set aside for one direction.
const ASIDE_MAX: usize = 64 << 10;
/// How much all connections may keep, and do keep.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) one_max: usize,
    pub(crate) total_max: usize,
    pub(crate) used: usize,
    /// What was lost for want of room, or of packets in the capture.
    pub(crate) stats: Stats,
}

impl Budget {
    fn spend(&mut self, bytes: usize) {
        self.used = self.used.saturating_add(bytes);
    }

    fn free(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
    }

    pub(crate) fn is_exceeded(&self) -> bool {
        self.used > self.total_max
    }

    /// Whether so much was freed that it will do for a while.
    pub(crate) fn is_eased(&self) -> bool {
        self.used <= self.total_max / 8 * 7
    }
}

/// One direction. Numbers are relative; the first byte is 1.
#[derive(Debug)]
pub(crate) struct Reassembly {
    /// Next byte to hand on.
    delivered: u64,
    /// Acknowledged up to here, as far as the acknowledgment was acted on.
    acknowledged: u64,
    /// One past the highest byte that was captured.
    upper: u64,
    early: Option<Box<Early>>,
    /// Segments that the other end will hardly take, in case that it acknowledges them.
    aside: Option<Box<Early>>,
    /// Of what was handed on last, to tell a retransmission from a forgery.
    recent: Prints,
    /// Acknowledgments are missing: gaps are no news.
    given_up: bool,
    /// All is delivered, and that was told.
    pub(crate) ended: bool,
}

/// Circumstances of what is delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    pub(crate) from: Sender,
    /// Both ends are established or closed from there: only then a gap counts.
    pub(crate) clean: bool,
    /// Its beginning was not seen.
    pub(crate) partial: bool,
    /// What the other end acknowledged by its last segment, relative.
    pub(crate) acknowledged: u64,
    /// The other end has acknowledged no data.
    pub(crate) nothing_acknowledged: bool,
    /// The other end's packets are in the capture.
    pub(crate) peer_seen: bool,
    /// Bytes that it sent by sequence numbers.
    pub(crate) size: u64,
}

impl Default for Reassembly {
    fn default() -> Self {
        Self {
            delivered: 1,
            acknowledged: 1,
            upper: 0,
            early: None,
            aside: None,
            recent: Prints::default(),
            given_up: false,
            ended: false,
        }
    }
}

impl Reassembly {
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Up to here the other end has surely taken all.
    pub(crate) fn reached(&self) -> u64 {
        self.delivered.max(self.acknowledged)
    }

    /// What is kept costs so much.
    pub(crate) fn kept(&self) -> usize {
        let cost = |kept: &Option<Box<Early>>| kept.as_deref().map_or(0, |kept| kept.cost);
        cost(&self.early).saturating_add(cost(&self.aside))
    }

    pub(crate) fn is_given_up(&self) -> bool {
        self.given_up
    }

    pub(crate) fn holds_unacknowledged(&self) -> bool {
        !self.given_up && self.upper > self.acknowledged
    }

    /// Takes the payload of a segment. Returns the number of gaps that count.
    pub(crate) fn segment<H: Handler>(
        &mut self,
        sequence: u64,
        payload: &[u8],
        stream: Stream,
        (budget, out): (&mut Budget, &mut Delivery<'_, H>),
    ) -> Gaps {
        let mut gaps = Gaps::default();
        if sequence < self.delivered && self.recent.contradict(sequence, payload) {
            out.violation(Violation::RetransmissionDiffers);
        }
        // What has been acknowledged has been delivered or given up.
        let floor = self.acknowledged.max(stream.acknowledged.min(self.delivered));
        let Some((sequence, payload)) = trim(sequence, payload, floor) else { return gaps };
        let one_past = sequence.saturating_add(payload.len() as u64);
        self.upper = self.upper.max(one_past);

        if sequence > self.delivered {
            self.keep(sequence, payload, budget, out);
            self.limit(stream, &mut gaps, budget, out);
        } else if let Some((_, fresh)) = trim(sequence, payload, self.delivered) {
            if self.early.is_none() {
                self.recent.note(sequence, payload);
                self.delivered = one_past;
                out.data(stream.from, fresh);
            } else {
                self.fill(fresh, stream.from, budget, out);
            }
        }
        if stream.nothing_acknowledged && stream.size > WITHOUT_ACKS_MAX {
            self.acknowledged = self.acknowledged.max(self.delivered);
        } else if self.upper.saturating_sub(self.acknowledged) > UNACKNOWLEDGED_MAX {
            self.give_up(budget);
        }
        gaps
    }

    /// The other end has acknowledged all before `number`: what is missing will not come.
    pub(crate) fn acknowledge<H: Handler>(
        &mut self,
        number: u64,
        stream: Stream,
        (budget, out): (&mut Budget, &mut Delivery<'_, H>),
    ) -> Gaps {
        let mut gaps = Gaps::default();
        if number <= self.acknowledged {
            return gaps;
        }
        if self.aside.is_some() {
            self.take_aside(Some(number), stream.from, budget, out);
        }
        if number <= 2 && stream.partial {
            // The first segment of a stream that was joined in the middle was a keep-alive: nothing is missing.
            self.delivered = self.delivered.max(number);
            self.deliver_early(stream.from, budget, out);
        } else if number > self.delivered {
            self.deliver_up_to(number, stream, &mut gaps, budget, out);
        }
        self.acknowledged = number;
        gaps
    }

    /// Nothing more will come: what waits is delivered with its gaps.
    pub(crate) fn finish<H: Handler>(
        &mut self,
        from: Sender,
        budget: &mut Budget,
        out: &mut Delivery<'_, H>,
    ) {
        while let Some(first) = self.first_early() {
            self.skip_to(first, from, out);
            self.deliver_early(from, budget, out);
        }
    }

    /// Keeps the data of a doubted segment. The first copy wins.
    pub(crate) fn set_aside(&mut self, sequence: u64, payload: &[u8], budget: &mut Budget) {
        let Some((sequence, payload)) = trim(sequence, payload, self.delivered) else { return };
        let aside = self.aside.get_or_insert_default();
        if aside.cost.saturating_add(payload.len()) > ASIDE_MAX {
            return;
        }
        let cost_before = aside.cost;
        aside.insert(sequence, payload);
        budget.spend(aside.cost.saturating_sub(cost_before));
    }

    /// All before `number` has arrived at the other end. Where nothing else came for a place, what was set aside for
    /// it must be what arrived. Without a number nothing more will come: what is next is better than nothing.
    #[cold]
    pub(crate) fn take_aside<H: Handler>(
        &mut self,
        number: Option<u64>,
        from: Sender,
        budget: &mut Budget,
        out: &mut Delivery<'_, H>,
    ) {
        let end = number.unwrap_or(u64::MAX);
        let Some(mut aside) = self.aside.take() else { return };
        budget.free(aside.cost);
        while let Some((sequence, bytes)) = aside.take_first(|sequence| sequence < end) {
            let taken = slice(&bytes, 0, end.saturating_sub(sequence));
            let Some((sequence, taken)) = trim(sequence, taken, self.delivered) else { continue };
            if number.is_some() {
                out.facts.forgive_checksums(from);
            }
            if sequence > self.delivered && number.is_some() {
                self.keep(sequence, taken, budget, out);
            } else if sequence == self.delivered {
                self.fill(taken, from, budget, out);
            }
        }
        if !aside.segments.is_empty() {
            budget.spend(aside.cost);
            self.aside = Some(aside);
        }
    }

    fn first_early(&self) -> Option<u64> {
        self.early.as_ref()?.segments.keys().next().copied()
    }

    fn deliver_up_to<H: Handler>(
        &mut self,
        number: u64,
        stream: Stream,
        gaps: &mut Gaps,
        budget: &mut Budget,
        out: &mut Delivery<'_, H>,
    ) {
        while let Some(first) = self.first_early().filter(|first| *first < number) {
            self.missing(first, stream, gaps, out);
            self.deliver_early(stream.from, budget, out);
        }
        if number > self.delivered {
            self.missing(number, stream, gaps, out);
            self.deliver_early(stream.from, budget, out);
        }
    }

    /// A gap up to `to` that counts, if gaps do.
    fn missing<H: Handler>(&mut self, to: u64, stream: Stream, gaps: &mut Gaps, out: &mut Delivery<'_, H>) {
        let length = to.saturating_sub(self.delivered);
        if length > 0 && stream.clean && !self.given_up {
            gaps.count += 1;
            gaps.bytes = gaps.bytes.saturating_add(length);
        }
        self.skip_to(to, stream.from, out);
    }

    fn skip_to<H: Handler>(&mut self, to: u64, from: Sender, out: &mut Delivery<'_, H>) {
        if to > self.delivered {
            let length = to.saturating_sub(self.delivered);
            self.delivered = to;
            out.gap(from, length);
        }
    }

    fn give_up(&mut self, budget: &mut Budget) {
        budget.stats.streams_without_acknowledgments += u64::from(!self.given_up);
        self.given_up = true;
    }

    /// Gives up on what is missing where too much waits for it.
    fn limit<H: Handler>(
        &mut self,
        stream: Stream,
        gaps: &mut Gaps,
        budget: &mut Budget,
        out: &mut Delivery<'_, H>,
    ) {
        if stream.nothing_acknowledged
            && !stream.peer_seen
            && self.upper.saturating_sub(self.delivered) > WITHOUT_ACKS_MAX
        {
            out.violation(Violation::AboveHoleWithoutAcks);
            self.give_up(budget);
            self.finish(stream.from, budget, out);
        }
        if self.early.as_deref().is_some_and(|early| early.cost > budget.one_max) {
            budget.stats.gaps_given_up += 1;
            self.give_way(stream, gaps, (budget, out));
        }
    }

    /// Frees what is kept: what is missing before it is given up, and it is delivered.
    pub(crate) fn give_way<H: Handler>(
        &mut self,
        stream: Stream,
        gaps: &mut Gaps,
        (budget, out): (&mut Budget, &mut Delivery<'_, H>),
    ) {
        out.violation(Violation::EarlyBytesOverLimit);
        self.drop_aside(budget);
        let upper = self.upper;
        self.deliver_up_to(upper, stream, gaps, budget, out);
    }

    fn drop_aside(&mut self, budget: &mut Budget) {
        if let Some(aside) = self.aside.take() {
            budget.free(aside.cost);
        }
    }

    /// Drops what waits from this number on.
    pub(crate) fn forget_from(&mut self, number: u64, budget: &mut Budget) {
        let Some(early) = self.early.as_deref_mut() else { return };
        let cost_before = early.cost;
        early.drop_from(number);
        budget.free(cost_before.saturating_sub(early.cost));
        if early.segments.is_empty() {
            self.early = None;
        }
    }

    /// Keeps what comes too early. What is already kept is not replaced: the first copy wins.
    fn keep<H: Handler>(
        &mut self,
        sequence: u64,
        payload: &[u8],
        budget: &mut Budget,
        out: &mut Delivery<'_, H>,
    ) {
        let early = self.early.get_or_insert_default();
        let cost_before = early.cost;
        if early.insert(sequence, payload) == Copies::Differ {
            out.violation(Violation::RetransmissionDiffers);
        }
        budget.spend(early.cost.saturating_sub(cost_before));
    }

    /// The next bytes, where others wait behind them.
    fn fill<H: Handler>(
        &mut self,
        fresh: &[u8],
        from: Sender,
        budget: &mut Budget,
        out: &mut Delivery<'_, H>,
    ) {
        let start = self.delivered;
        let end = start.saturating_add(fresh.len() as u64);
        let differ = self.early.as_deref().is_some_and(|early| early.compare(start, fresh) == Copies::Differ);
        if differ {
            out.violation(Violation::RetransmissionDiffers);
        }
        // Where they overlap, the copy that came first counts.
        while self.delivered < end {
            let stop = self.first_early().unwrap_or(end).clamp(self.delivered, end);
            let (skip, length) = (self.delivered.saturating_sub(start), stop.saturating_sub(self.delivered));
            let piece = slice(fresh, skip, length);
            if !piece.is_empty() {
                self.delivered = stop;
                out.data(from, piece);
            }
            self.deliver_early(from, budget, out);
        }
    }

    /// Delivers what waits and is next.
    fn deliver_early<H: Handler>(&mut self, from: Sender, budget: &mut Budget, out: &mut Delivery<'_, H>) {
        while let Some(early) = self.early.as_deref_mut() {
            let (delivered, cost_before) = (self.delivered, early.cost);
            let Some((sequence, bytes)) = early.take_first(|sequence| sequence <= delivered) else { return };
            budget.free(cost_before.saturating_sub(early.cost));
            if early.segments.is_empty() {
                self.early = None;
            }
            if let Some((_, fresh)) = trim(sequence, &bytes, self.delivered) {
                self.delivered = self.delivered.saturating_add(fresh.len() as u64);
                out.data(from, fresh);
            }
        }
    }

    /// Frees what waits without delivering it.
    pub(crate) fn release(&mut self, budget: &mut Budget) {
        if let Some(early) = self.early.take() {
            budget.free(early.cost);
        }
        self.drop_aside(budget);
    }
}

/// Gaps that count.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gaps {
    pub(crate) count: u32,
    pub(crate) bytes: u64,
}
