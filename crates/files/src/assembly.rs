//! The bytes of a file in order, whatever the order in which they come.
//!
//! Works as Zeek's file reassembler: what comes first wins, what comes twice counts once, and when too much waits
//! for a hole to be filled, the hole becomes a gap.

use std::collections::BTreeMap;

/// So many bytes may wait for a hole to be filled (Zeek's `Files::reassembly_buffer_size`).
const PENDING_BYTES_MAX: usize = 512 * 1024;

/// So many pieces may wait, that small ones cannot cost more than their bytes.
const PENDING_PIECES_MAX: usize = 1024;

/// What a piece that waits costs beyond its bytes.
const PIECE_COST: usize = 96;

/// What comes out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// The next bytes.
    Bytes(&'a [u8]),
    /// So many bytes are missing.
    Gap(u64),
}

/// The order of the bytes of one file.
#[derive(Default)]
pub(crate) struct Assembly {
    /// Everything before is delivered or a gap.
    position: u64,
    /// Pieces behind a hole, by offset; they do not overlap.
    pending: BTreeMap<u64, Vec<u8>>,
    pending_bytes: usize,
}

impl Assembly {
    /// Everything before this offset is delivered or a gap.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// What the pieces that wait cost.
    pub(crate) fn pending_cost(&self) -> usize {
        self.pending_bytes.saturating_add(self.pending.len().saturating_mul(PIECE_COST))
    }

    /// Takes bytes; returns how many were lost because too much was waiting.
    pub(crate) fn take(&mut self, offset: u64, bytes: &[u8], deliver: &mut dyn FnMut(Piece<'_>)) -> u64 {
        if self.pending.is_empty() && offset == self.position {
            self.position = self.position.saturating_add(bytes.len() as u64);
            deliver(Piece::Bytes(bytes));
            return 0;
        }
        let full = self.pending_bytes > PENDING_BYTES_MAX || self.pending.len() > PENDING_PIECES_MAX;
        let lost = if full { self.flush(deliver) } else { 0 };
        self.insert(offset, bytes);
        self.deliver_ready(deliver);
        lost
    }

    /// The next bytes are missing.
    pub(crate) fn skip(&mut self, length: u64, deliver: &mut dyn FnMut(Piece<'_>)) {
        self.advance_to(self.position.saturating_add(length), deliver);
        self.deliver_ready(deliver);
    }

    /// Delivers all that waits, with gaps between; returns the length of the gaps.
    pub(crate) fn flush(&mut self, deliver: &mut dyn FnMut(Piece<'_>)) -> u64 {
        let mut lost = 0;
        while let Some((&offset, _)) = self.pending.first_key_value() {
            lost += offset.saturating_sub(self.position);
            self.advance_to(offset, deliver);
            self.deliver_ready(deliver);
        }
        lost
    }

    /// Moves to `end`: delivers what waits before it, and gaps between.
    fn advance_to(&mut self, end: u64, deliver: &mut dyn FnMut(Piece<'_>)) {
        while self.position < end {
            let next = self.pending.first_key_value().map_or(end, |(offset, _)| end.min(*offset));
            if next > self.position {
                deliver(Piece::Gap(next - self.position));
                self.position = next;
            }
            self.deliver_ready(deliver);
        }
    }

    fn deliver_ready(&mut self, deliver: &mut dyn FnMut(Piece<'_>)) {
        while let Some(entry) = self.pending.first_entry() {
            if *entry.key() > self.position {
                return;
            }
            let bytes = entry.remove();
            self.pending_bytes = self.pending_bytes.saturating_sub(bytes.len());
            self.position = self.position.saturating_add(bytes.len() as u64);
            deliver(Piece::Bytes(&bytes));
        }
    }

    /// Keeps those parts of `bytes` that are neither delivered nor waiting.
    fn insert(&mut self, mut offset: u64, mut bytes: &[u8]) {
        let mut skip_to = self.position;
        loop {
            let known = usize::try_from(skip_to.saturating_sub(offset)).unwrap_or(usize::MAX);
            let Some((_, rest)) = bytes.split_at_checked(known) else { return };
            if rest.is_empty() {
                return;
            }
            offset = offset.max(skip_to);
            bytes = rest;
            if let Some((start, piece)) = self.pending.range(..=offset).next_back() {
                let end = start.saturating_add(piece.len() as u64);
                if end > offset {
                    skip_to = end;
                    continue;
                }
            }
            let room = self.pending.range(offset..).next().map_or(u64::MAX, |(start, _)| start - offset);
            let length = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
            let (new, _) = bytes.split_at(length);
            self.pending_bytes += length;
            self.pending.insert(offset, new.to_vec());
            skip_to = offset.saturating_add(length as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(pieces: &[(u64, &[u8])]) -> (Vec<u8>, Vec<u64>) {
        let (mut bytes, mut gaps) = (Vec::new(), Vec::new());
        let mut deliver = |piece: Piece<'_>| match piece {
            Piece::Bytes(more) => bytes.extend_from_slice(more),
            Piece::Gap(length) => gaps.push(length),
        };
        let mut assembly = Assembly::default();
        for (offset, piece) in pieces {
            assembly.take(*offset, piece, &mut deliver);
        }
        assembly.flush(&mut deliver);
        (bytes, gaps)
    }

    #[test]
    fn pieces_are_put_in_order_and_the_first_copy_wins() {
        type Pieces<'a> = &'a [(u64, &'a [u8])];
        let cases: &[(Pieces<'_>, &[u8], &[u64])] = &[
            (&[(0, b"ab"), (2, b"cd")], b"abcd", &[]),
            (&[(2, b"cd"), (0, b"ab")], b"abcd", &[]),
            (&[(2, b"cd"), (1, b"XXXX"), (0, b"a")], b"aXcdX", &[]),
            (&[(0, b"ab"), (0, b"XXc")], b"abc", &[]),
            (&[(0, b"a"), (3, b"d")], b"ad", &[2]),
            (&[(4, b"e"), (2, b"c"), (1, b"XXXXf"), (0, b"a")], b"aXcXef", &[]),
        ];
        for (pieces, expected, gaps) in cases {
            assert_eq!(run(pieces), (expected.to_vec(), gaps.to_vec()), "{pieces:?}");
        }
    }

    #[test]
    fn too_much_behind_a_hole_makes_it_a_gap() {
        let mut assembly = Assembly::default();
        let mut lost = 0;
        for index in 0..40_u64 {
            lost += assembly.take(10 + index * 16384, &[0; 16384], &mut |_| ());
        }
        assert_eq!(lost, 10);
        assert!(assembly.pending_bytes <= PENDING_BYTES_MAX + 16384);
    }

    #[test]
    fn a_skip_passes_over_what_waits() {
        let mut assembly = Assembly::default();
        let mut out = Vec::new();
        let mut deliver = |piece: Piece<'_>| out.push(format!("{piece:?}"));
        assembly.take(2, b"c", &mut deliver);
        assembly.skip(4, &mut deliver);
        assert_eq!(assembly.position(), 4);
        assert_eq!(out, ["Gap(2)", "Bytes([99])", "Gap(1)"]);
    }

    proptest! {
        #[test]
        fn any_order_gives_the_same_bytes(order in Just((0..32_u64).collect::<Vec<_>>()).prop_shuffle()) {
            let content: Vec<u8> = (0..32 * 3).collect();
            let pieces: Vec<(u64, &[u8])> = order.iter().map(|index| {
                let start = (index * 3) as usize;
                // Each piece reaches into the next one.
                (index * 3, content.get(start..content.len().min(start + 5)).unwrap())
            }).collect();
            prop_assert_eq!(run(&pieces), (content, vec![]));
        }
    }
}
