//! The bytes of one direction in order. Segments in order are handed on as they are; those that come too early wait.
//!
//! What is missing is given up as Zeek does: when the other end acknowledges beyond it. Where acknowledgments are
//! not in the capture, or too much waits, it is given up earlier.

use std::collections::BTreeMap;

use records::Sender;

use super::prints::Prints;
use crate::facts::Delivery;
use crate::handler::Handler;
use crate::violation::Violation;

/// Beyond so many bytes above a hole without any acknowledgment (`tcp_max_above_hole_without_any_acks`), or after
/// the start (`tcp_max_initial_window`), the other direction is not in the capture.
const WITHOUT_ACKS_MAX: u64 = 16_384;
/// So many bytes without a further acknowledgment say the same (`tcp_excessive_data_without_further_acks`).
const UNACKNOWLEDGED_MAX: u64 = 10 << 20;
/// What a waiting segment costs beyond its bytes.
const SEGMENT_COST: usize = 96;

/// How much all connections may keep, and do keep.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) one_max: usize,
    pub(crate) total_max: usize,
    pub(crate) used: usize,
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
    /// Of what was handed on last, to tell a retransmission from a forgery.
    recent: Prints,
    /// Acknowledgments are missing: gaps are no news.
    given_up: bool,
    /// All is delivered, and that was told.
    pub(crate) ended: bool,
}

/// Segments that came too early, by their first byte; they do not overlap.
#[derive(Debug, Default)]
struct Early {
    segments: BTreeMap<u64, Box<[u8]>>,
    cost: usize,
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
            self.given_up = true;
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

    /// Gives up on what is missing where too much waits for it.
    fn limit<H: Handler>(
        &mut self,
        stream: Stream,
        gaps: &mut Gaps,
        budget: &mut Budget,
        out: &mut Delivery<'_, H>,
    ) {
        if stream.nothing_acknowledged && self.upper.saturating_sub(self.delivered) > WITHOUT_ACKS_MAX {
            out.violation(Violation::AboveHoleWithoutAcks);
            self.given_up = true;
            self.finish(stream.from, budget, out);
        }
        let over = |early: &Early| early.cost > budget.one_max || budget.used > budget.total_max;
        if self.early.as_deref().is_some_and(over) {
            out.violation(Violation::EarlyBytesOverLimit);
            let upper = self.upper;
            self.deliver_up_to(upper, stream, gaps, budget, out);
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
        budget.used = budget.used.saturating_add(early.cost.saturating_sub(cost_before));
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
            let Some(entry) = early.segments.first_entry().filter(|entry| *entry.key() <= self.delivered)
            else {
                return;
            };
            let (sequence, bytes) = entry.remove_entry();
            let cost = bytes.len() + SEGMENT_COST;
            early.cost = early.cost.saturating_sub(cost);
            budget.used = budget.used.saturating_sub(cost);
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
            budget.used = budget.used.saturating_sub(early.cost);
        }
    }
}

/// Gaps that count.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gaps {
    pub(crate) count: u32,
    pub(crate) bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copies {
    Agree,
    Differ,
}

impl Early {
    fn insert(&mut self, sequence: u64, payload: &[u8]) -> Copies {
        let copies = self.compare(sequence, payload);
        let end = sequence.saturating_add(payload.len() as u64);
        let mut at = self
            .segments
            .range(..=sequence)
            .next_back()
            .map_or(sequence, |(start, bytes)| sequence.max(start.saturating_add(bytes.len() as u64)));
        while at < end {
            let next = self.segments.range(at..end).next();
            let (stop, after) =
                next.map_or((end, end), |(start, bytes)| (*start, start.saturating_add(bytes.len() as u64)));
            let piece = slice(payload, at.saturating_sub(sequence), stop.saturating_sub(at));
            if !piece.is_empty() {
                self.cost += piece.len() + SEGMENT_COST;
                self.segments.insert(at, piece.into());
            }
            at = after;
        }
        copies
    }

    /// Whether the bytes agree with those that are kept for the same place.
    fn compare(&self, sequence: u64, payload: &[u8]) -> Copies {
        let end = sequence.saturating_add(payload.len() as u64);
        let before = self.segments.range(..sequence).next_back();
        for (start, bytes) in before.into_iter().chain(self.segments.range(sequence..end)) {
            let from = sequence.max(*start);
            let to = end.min(start.saturating_add(bytes.len() as u64));
            let length = to.saturating_sub(from);
            let theirs = slice(bytes, from.saturating_sub(*start), length);
            if theirs != slice(payload, from.saturating_sub(sequence), length) {
                return Copies::Differ;
            }
        }
        Copies::Agree
    }
}

/// Cuts off what lies before `floor`; `None` where nothing is left.
fn trim(sequence: u64, payload: &[u8], floor: u64) -> Option<(u64, &[u8])> {
    let skip = usize::try_from(floor.saturating_sub(sequence)).ok()?;
    let rest = payload.get(skip..).filter(|rest| !rest.is_empty())?;
    Some((sequence.max(floor), rest))
}

fn slice(bytes: &[u8], skip: u64, length: u64) -> &[u8] {
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let rest = bytes.get(skip..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}
