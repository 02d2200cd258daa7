//! Segments that wait: by their place, without overlaps.

use std::collections::BTreeMap;

/// What a waiting segment costs beyond its bytes.
pub(super) const SEGMENT_COST: usize = 96;

/// Segments by their first byte; they do not overlap.
#[derive(Debug, Default)]
pub(super) struct Early {
    pub(super) segments: BTreeMap<u64, Box<[u8]>>,
    pub(super) cost: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copies {
    Agree,
    Differ,
}

impl Early {
    /// Takes out the first segment, if `wanted` is true of its place.
    pub(super) fn take_first(&mut self, wanted: impl FnOnce(u64) -> bool) -> Option<(u64, Box<[u8]>)> {
        let entry = self.segments.first_entry().filter(|entry| wanted(*entry.key()))?;
        let (sequence, bytes) = entry.remove_entry();
        self.cost = self.cost.saturating_sub(bytes.len() + SEGMENT_COST);
        Some((sequence, bytes))
    }

    /// Drops what begins at this number or behind it.
    pub(super) fn drop_from(&mut self, number: u64) {
        for bytes in self.segments.split_off(&number).into_values() {
            self.cost = self.cost.saturating_sub(bytes.len() + SEGMENT_COST);
        }
    }

    pub(super) fn insert(&mut self, sequence: u64, payload: &[u8]) -> Copies {
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
    pub(super) fn compare(&self, sequence: u64, payload: &[u8]) -> Copies {
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
pub(super) fn trim(sequence: u64, payload: &[u8], floor: u64) -> Option<(u64, &[u8])> {
    let skip = usize::try_from(floor.saturating_sub(sequence)).ok()?;
    let rest = payload.get(skip..).filter(|rest| !rest.is_empty())?;
    Some((sequence.max(floor), rest))
}

pub(super) fn slice(bytes: &[u8], skip: u64, length: u64) -> &[u8] {
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let rest = bytes.get(skip..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}
